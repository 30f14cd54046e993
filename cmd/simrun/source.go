package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simrun/scenarios"
)

// source is the text of a scenario, with the name by which to ask for it again.
type source struct {
	name string
	text []byte
}

// maxSource bounds the size of a scenario's file, in bytes.
const maxSource = 1 << 20

// find finds a scenario that ships, or else a file.
func find(name string) (source, error) {
	if text, ships := scenarios.Shipped(name); ships {
		return source{name, text}, nil
	}
	text, err := readFile(name)
	if errors.As(err, new(absent)) && !strings.ContainsAny(name, `./\`) {
		return source{}, fmt.Errorf("there is no scenario or file %q%s", name, hint(name, scenarios.Names(), "simrun list shows the scenarios"))
	}
	return source{name, text}, err
}

// findEvery finds what all of some patterns match, each scenario once.
func findEvery(patterns []string) ([]source, error) {
	var every []source
	for _, pattern := range patterns {
		all, err := findAll(pattern)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			if !slices.ContainsFunc(every, func(have source) bool { return have.name == s.name }) {
				every = append(every, s)
			}
		}
	}
	return every, nil
}

// findAll finds the scenarios that a pattern matches, or the one that has the name.
func findAll(pattern string) ([]source, error) {
	if !isPattern(pattern) {
		one, err := find(pattern)
		return []source{one}, err
	}
	names, err := matching(pattern, scenarios.Names())
	if err != nil {
		return nil, err
	}
	var all []source
	for _, name := range names {
		if text, ships := scenarios.Shipped(name); ships {
			all = append(all, source{name, text})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no scenario is called %q; simrun list shows them", pattern)
	}
	return all, nil
}

// load reads and checks the scenario.
func (s source) load(edits []scenarios.Edit) (*scenarios.Plan, error) {
	plan, err := scenarios.Load(s.name, s.text, edits...)
	if err != nil {
		return nil, unsound{err}
	}
	return plan, nil
}

// readFile reads a scenario's file. Its errors name the file.
func readFile(name string) ([]byte, error) {
	file, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSource+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSource {
		return nil, fmt.Errorf("%s is longer than a scenario may be (%d bytes)", name, maxSource)
	}
	return text, nil
}

// absent is the error about a file that there is not.
type absent string

// Error implements error.
func (name absent) Error() string { return fmt.Sprintf("there is no file %q", string(name)) }

// openFile opens a file to be read; a folder is not one.
func openFile(name string) (*os.File, error) {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, absent(name)
	}
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, fmt.Errorf("%s is a folder, not a file", name)
	}
	return file, nil
}

// completeScenario completes the names of scenarios, and files.
func completeScenario(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return scenarios.Names(), cobra.ShellCompDirectiveDefault
}
