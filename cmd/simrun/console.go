package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// console is where a command prints, and how.
type console struct {
	out, err *os.File
	color    choice
	quiet    bool
	colored  bool // standard output
	live     bool // standard error is a terminal on which a line may be rewritten
}

// open decides once how to print.
func (c *console) open(out, err *os.File) error {
	c.out, c.err = out, err
	dumb := os.Getenv("TERM") == "dumb"
	switch c.color.String() {
	case "always":
		c.colored = true
	case "auto":
		c.colored = isTerminal(out) && !dumb && os.Getenv("NO_COLOR") == ""
	}
	c.live = isTerminal(err) && !dumb
	return nil
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// print writes to standard output.
func (c *console) print(text string) error {
	_, err := io.WriteString(c.out, text)
	return err
}

// remark writes a line to standard error, unless told to be quiet.
func (c *console) remark(format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(c.err, format+"\n", args...)
	}
}

// complain writes a line to standard error about what went otherwise than asked.
func (c *console) complain(format string, args ...any) {
	fmt.Fprintf(c.err, "simrun: "+format+"\n", args...)
}
