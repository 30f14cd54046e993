package strict

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// The bounds of a document. A file beyond them is no scenario; they are checked before the YAML library sees the text,
// because it would build all of it first.
const (
	maxBytes = 1 << 20 // of a file
	maxDepth = 32      // of nesting
	maxNodes = 100_000 // values and keys
	maxKey   = 256     // bytes of a key
)

// textProblem finds what makes the text unfit to be parsed at all: its size, bytes that are no plain text, and indents
// that an editor shows otherwise than YAML reads them. One is enough: nothing after it can be trusted.
func textProblem(file string, text []byte) *Problem {
	if len(text) > maxBytes {
		return &Problem{Pos: Pos{file, 1, 1}, Message: fmt.Sprintf("%d bytes are too many; at most %d", len(text), maxBytes)}
	}
	if offset, message, hint := badByte(text); message != "" {
		return &Problem{Pos: positionAt(file, text, offset), Message: message, Hint: hint}
	}
	if indicators := countIndicators(text); indicators > maxNodes {
		return &Problem{Pos: Pos{file, 1, 1}, Message: fmt.Sprintf("more than %d values are too many", maxNodes)}
	}
	return nil
}

// badByte gives the offset of the first byte that is refused, and why.
func badByte(text []byte) (offset int, message, hint string) {
	indent := true
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return i, fmt.Sprintf("byte 0x%02x is not UTF-8 text", text[i]), "save the file as UTF-8"
		case r == '\t' && indent:
			return i, "a tab stands in the indentation", "indent with spaces"
		case r == '\uFEFF':
			return i, "a byte order mark (U+FEFF) is not allowed", "save the file as UTF-8 without it"
		case r == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			return i, "a carriage return without a line feed", ""
		case isControl(r):
			return i, fmt.Sprintf("the control character %U is not allowed", r), ""
		case r == '%' && (i == 0 || text[i-1] == '\n') && i == directiveStart(text):
			return i, "directives (%) are not allowed", ""
		}
		indent = r == '\n' || indent && r == ' '
		i += size
	}
	return 0, "", ""
}

// isControl also refuses the line separators that YAML 1.1 and editors disagree about.
func isControl(r rune) bool {
	if r == '\n' || r == '\r' || r == '\t' {
		return false
	}
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

// directiveStart is where the first line that says anything begins: directives stand there or nowhere.
func directiveStart(text []byte) int {
	for start := 0; start < len(text); {
		line, _, _ := bytes.Cut(text[start:], []byte("\n"))
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] != '#' {
			return start
		}
		start += len(line) + 1
	}
	return len(text)
}

// countIndicators bounds from above, to within a factor of three, how many nodes the text can make: every node but the
// first is set off by one of these.
func countIndicators(text []byte) int {
	count := 0
	for _, b := range text {
		switch b {
		case '\n', ',', ':', '[', '{', '-', '?':
			count++
		}
	}
	return count
}

func positionAt(file string, text []byte, offset int) Pos {
	before := text[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return Pos{file, 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])}
}
