package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// maxProblems bounds how many problems are kept: who has made more will not read them.
const maxProblems = 100

// Pos is where something stands. Line and Column count from 1; they are 0 for what was not read from a file, whose File
// then names its source, such as "--set protocol.r=2".
type Pos struct {
	File   string
	Line   int
	Column int
}

// String gives file:line:column, or the file alone.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one thing that is wrong with a document.
type Problem struct {
	Pos
	Path    string // dotted, list items by index; "" for the document as a whole
	Message string // what is wrong, with the offending text
	Hint    string // what to write instead; may be empty
}

// Error gives the one line that a user reads.
func (p Problem) Error() string {
	var line strings.Builder
	line.WriteString(p.Pos.String())
	if p.Path != "" {
		line.WriteString(": " + p.Path)
	}
	line.WriteString(": " + p.Message)
	if p.Hint != "" {
		line.WriteString("; " + p.Hint)
	}
	return printable(line.String())
}

// printable escapes what a terminal would act upon: paths and messages hold what somebody else wrote.
func printable(text string) string {
	var out strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			out.WriteRune(r)
			continue
		}
		out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return out.String()
}

// Problems are all that is wrong with a document, in the order of the file, values given on the command line after it.
type Problems []Problem

// Error gives one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Err is nil where there are no problems: Problems itself, kept in an error, would not be.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// add keeps a problem while there is room.
func (p *Problems) add(problem Problem) {
	if len(*p) < maxProblems {
		*p = append(*p, problem)
	}
}

// sorted orders the problems by position, those of the main file first, and drops repetitions.
func (p Problems) sorted(file string) Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(
			compareFiles(a.File, b.File, file),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(p, func(a, b Problem) bool {
		return a.Pos == b.Pos && a.Path == b.Path && a.Message == b.Message
	})
}

func compareFiles(a, b, first string) int {
	switch {
	case a == b:
		return 0
	case a == first:
		return -1
	case b == first:
		return 1
	}
	return cmp.Compare(a, b)
}

// quote shows offending text, clipped: a line of a message is no place for a megabyte.
func quote(text string) string {
	const most = 60
	runes := []rune(text[:min(len(text), 8*most)])
	if len(runes) > most {
		return fmt.Sprintf("%q...", string(runes[:most]))
	}
	return fmt.Sprintf("%q", text)
}

// clip bounds a path in a message, whose keys are the writer's own.
func clip(text string) string {
	const most = 120
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// suggest is the usual hint; "" when there is nothing to suggest.
func suggest(word string) string {
	if word == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", word)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
