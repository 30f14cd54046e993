package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"simrun/results"
)

// outcome is the code to exit with of a command that has said all there is to say.
type outcome int

// Error implements error.
func (o outcome) Error() string { return fmt.Sprintf("exit %d", int(o)) }

// ended makes a command's return value of its code.
func ended(code int) error {
	if code == results.ExitExpected {
		return nil
	}
	return outcome(code)
}

// unsound is a scenario or history that cannot be used: one line for each problem,
// each beginning with its place.
type unsound struct{ error }

// conclude maps a command's error to the code to exit with, and prints it. What has
// no code of its own is bad usage.
func conclude(stderr io.Writer, err error) int {
	var code outcome
	switch {
	case err == nil:
		return results.ExitExpected
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &unsound{}):
		fmt.Fprintln(stderr, err)
	default:
		fmt.Fprintln(stderr, "simrun: "+strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return results.ExitUsage
}

// confess reports a panic of the engine: a promise broken.
func confess(stderr io.Writer, args []string, fault any) int {
	fmt.Fprintf(stderr, "simrun: the engine broke its promise: panic: %v; it happens again with: %s\n", fault, commandLine(args))
	fmt.Fprintf(stderr, "%s\n", debug.Stack())
	return results.ExitEngine
}

// commandLine spells the arguments so that a shell passes them on unchanged.
func commandLine(args []string) string {
	line := "simrun"
	for _, a := range args {
		line += " " + shellWord(a)
	}
	return line
}

func shellWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=./:,@%+", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
