package strict

import (
	"strconv"
	"strings"
	"unicode"
)

// inline writes a value in one line, in YAML's flow style. Reading it gives the same value.
func inline(n *node) string {
	var out strings.Builder
	writeInline(&out, n)
	return out.String()
}

func writeInline(out *strings.Builder, n *node) {
	switch n.kind {
	case scalar:
		out.WriteString(scalarText(n))
	case list:
		out.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				out.WriteString(", ")
			}
			writeInline(out, item)
		}
		out.WriteByte(']')
	case mapping:
		out.WriteByte('{')
		for i, entry := range n.entries {
			if i > 0 {
				out.WriteString(", ")
			}
			out.WriteString(keyText(entry.key) + ": ")
			writeInline(out, entry.value)
		}
		out.WriteByte('}')
	case refused:
		out.WriteString("null")
	}
}

// scalarText keeps quotes where they were, and adds them where a plain word would be read otherwise in one line.
func scalarText(n *node) string {
	switch {
	case n.isNull():
		return "null"
	case n.quoted || !isPlain(n.text):
		return quoted(n.text)
	}
	return n.text
}

func keyText(key string) string {
	if isPlain(key) {
		return key
	}
	return quoted(key)
}

// quoted is a string in double quotes; Go's escapes are YAML's.
func quoted(text string) string { return strconv.Quote(text) }

// isPlain says whether text means itself without quotes, even in brackets.
func isPlain(text string) bool {
	if text == "" || text != strings.TrimSpace(text) || text == "<<" {
		return false
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return false
	}
	if strings.ContainsAny(text, ",[]{}#\"'`\\") || strings.Contains(text, ": ") || strings.HasSuffix(text, ":") {
		return false
	}
	if strings.ContainsAny(text[:1], "?:&*!|>%@=") || text == "-" || strings.HasPrefix(text, "- ") {
		return false
	}
	return !strings.HasPrefix(text, "---") && !strings.HasPrefix(text, "...")
}

// canonical writes a document: a line for each key of the root and, below it, one for each item of a list of lists or
// mappings. Everything deeper stands in brackets.
func canonical(root *node) []byte {
	var out strings.Builder
	if root.kind != mapping || len(root.entries) == 0 {
		return []byte(inline(root) + "\n")
	}
	for _, entry := range root.entries {
		out.WriteString(keyText(entry.key) + ":")
		if !isTall(entry.value) {
			out.WriteString(" " + inline(entry.value) + "\n")
			continue
		}
		out.WriteByte('\n')
		for _, item := range entry.value.items {
			out.WriteString("  - " + inline(item) + "\n")
		}
	}
	return []byte(out.String())
}

func isTall(n *node) bool {
	for _, item := range n.items {
		if item.kind == list || item.kind == mapping {
			return true
		}
	}
	return false
}
