package history

import (
	"fmt"
	"strings"
)

// Error is what is wrong with a line of a history.
type Error struct {
	Line    int    // from 1; 0 where it is not about a line
	What    string // in words, with the offending text
	Nearest string // the nearest valid spelling, "" where nothing is near
}

// Error implements error: the line, what is wrong, and what was perhaps meant.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	b.WriteString(e.What)
	if e.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %q?", e.Nearest)
	}
	return b.String()
}

// wrong is an error that the reader gives a line number.
func wrong(format string, args ...any) *Error {
	return &Error{What: fmt.Sprintf(format, args...)}
}

// misspelt is an error about a word that is not one of those that are known.
func misspelt(what, word string, known []string) *Error {
	e := wrong("%s %s is not one of %s", what, quote(word), strings.Join(known, ", "))
	e.Nearest = nearest(word, known)
	return e
}

// quoteLimit is how much of an offending text is shown.
const quoteLimit = 60

func quote(text string) string {
	if len(text) > quoteLimit {
		text = strings.ToValidUTF8(text[:quoteLimit], "") + "..."
	}
	return fmt.Sprintf("%q", text)
}

// nearest finds the known word with the fewest edits, if they are few.
func nearest(word string, known []string) string {
	best, fewest := "", 3
	if len(word) > quoteLimit {
		return best
	}
	word = strings.ToLower(word)
	for _, k := range known {
		if n := edits(word, k); n < fewest && n < len(k) {
			best, fewest = k, n
		}
	}
	return best
}

// edits is the number of letters to insert, delete or replace (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
