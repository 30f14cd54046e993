package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"simrun/reports"
)

// output is where a report goes, and in which format.
type output struct {
	format choice
	file   string
}

// flags adds the flags to a command.
func (o *output) flags(cmd *cobra.Command) {
	if o.format.words == nil {
		o.format.words = reports.Formats()
	}
	last := len(o.format.words) - 1
	cmd.Flags().Var(&o.format, "format", strings.Join(o.format.words[:last], ", ")+" or "+o.format.words[last])
	complete(cmd, "format", o.format.words)
	cmd.Flags().StringVar(&o.file, "output", "", "write the report to this `file`, whole or not at all")
}

// form is the format that was chosen.
func (o *output) form() reports.Format { return reports.Format(o.format.String()) }

// sheet is what a report is written on. Nothing is seen of it before it is published.
type sheet struct {
	bytes.Buffer
	console *console
	folder  *os.Root // of the output file; nil where the report goes to standard output
	name    string   // of the output file
	draft   *os.File // beside it
}

// open makes a sheet. What is wrong with the output file shows here, before
// anything runs.
func (o *output) open(c *console) (*sheet, error) {
	s := &sheet{console: c}
	if o.file == "" {
		return s, nil
	}
	if err := s.begin(o.file); err != nil {
		s.discard()
		return nil, fmt.Errorf("--output %s: %w", o.file, withoutPath(err))
	}
	return s, nil
}

// begin makes the draft in the folder of the output file. The folder bounds what
// may be written: no link leads out of it.
func (s *sheet) begin(file string) (err error) {
	folder, name := filepath.Split(file)
	if name == "" || name == "." || name == ".." {
		return errors.New("that is a folder")
	}
	if s.folder, err = os.OpenRoot(filepath.Clean(folder)); err != nil {
		return err
	}
	if info, err := s.folder.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return errors.New("that is there, and no ordinary file")
	}
	s.name = name
	s.draft, err = s.folder.OpenFile(s.draftName(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	return err
}

func (s *sheet) draftName() string { return fmt.Sprintf(".%s.%d.draft", s.name, os.Getpid()) }

// report has a report written, and publishes it whole: where filling the sheet fails,
// nothing of it is seen. Fill tells the exit code.
func (o *output) report(c *console, fill func(*sheet) (code int, err error)) error {
	s, err := o.open(c)
	if err != nil {
		return err
	}
	defer s.discard()
	code, err := fill(s)
	if err != nil {
		return err
	}
	if err := s.publish(); err != nil {
		return err
	}
	return ended(code)
}

// options are how the report is to look.
func (s *sheet) options() reports.Options {
	return reports.Options{Color: s.console.colored && s.folder == nil}
}

// publish puts the report in its place.
func (s *sheet) publish() error {
	if s.folder == nil {
		_, err := s.console.out.Write(s.Bytes())
		return err
	}
	_, err := s.draft.Write(s.Bytes())
	err = errors.Join(err, s.draft.Close())
	s.draft = nil
	if err == nil {
		err = s.folder.Rename(s.draftName(), s.name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("--output %s: %w", s.name, withoutPath(err)), s.folder.Remove(s.draftName()))
	}
	return nil
}

// discard gives up what was not published. It does nothing after publish.
func (s *sheet) discard() {
	if s.draft != nil {
		s.draft.Close()
		s.folder.Remove(s.draftName())
	}
	if s.folder != nil {
		s.folder.Close()
	}
}

// withoutPath drops the name of the draft or folder, which the user did not give.
func withoutPath(err error) error {
	var about *fs.PathError
	if errors.As(err, &about) {
		return about.Err
	}
	return err
}
