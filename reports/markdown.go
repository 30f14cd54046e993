package reports

import (
	"bytes"
	"io"
	"strings"
)

// writeMarkdown lays a document out as Markdown, with tables in the dialect of
// GitHub. Whatever a field holds, it stays in its field.
func writeMarkdown(w io.Writer, d document) error {
	var b bytes.Buffer
	b.WriteString("# " + inline(d.title) + "\n\n" + inline(d.about) + "\n")
	if len(d.facts) > 0 {
		b.WriteString("\n" + inline(strings.Join(d.facts, ", ")) + "\n")
	}
	for _, part := range d.blocks {
		b.WriteString("\n")
		if part.heading != "" {
			b.WriteString("## " + inline(part.heading) + "\n\n")
		}
		if part.grid != nil {
			if err := part.grid.check(); err != nil {
				return err
			}
			markdownGrid(&b, part.grid)
		}
		for _, i := range part.items {
			markdownItem(&b, i)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func markdownItem(b *bytes.Buffer, i item) {
	indent := ""
	if i.nested {
		indent = "  "
	}
	b.WriteString(indent + "- ")
	if i.state != 0 {
		b.WriteString("**" + i.state.String() + "**: ")
	}
	b.WriteString(inline(i.text) + "\n")
	for _, d := range i.details {
		b.WriteString(indent + "  - " + inline(d) + "\n")
	}
	if i.command != "" {
		b.WriteString(indent + "  - replay: " + code(i.command) + "\n")
	}
	if i.try != "" {
		b.WriteString(indent + "  - try: " + code(i.try) + "\n")
	}
}

func markdownGrid(b *bytes.Buffer, g *grid) {
	head, rule := make([]string, len(g.columns)), make([]string, len(g.columns))
	for i, c := range g.columns {
		head[i], rule[i] = inline(c.title), "---"
		if c.right {
			rule[i] = "---:"
		}
	}
	markdownRow(b, head)
	markdownRow(b, rule)
	for _, row := range g.rows {
		fields := make([]string, len(row))
		for i, field := range row {
			fields[i] = inline(field)
		}
		markdownRow(b, fields)
	}
}

func markdownRow(b *bytes.Buffer, fields []string) {
	b.WriteString("| " + strings.Join(fields, " | ") + " |\n")
}

// special is what Markdown would take for more than a letter. Underscores and stars
// inside words are harmless, as are spaced ones.
var special = strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "`", "\\`", "[", "\\[", "]", "\\]")

// inline is a text within a line. Its lines become one.
func inline(text string) string {
	return special.Replace(clean(strings.Join(strings.Fields(text), " ")))
}

// code is a text in a fixed face, within a fence longer than any in it.
func code(text string) string {
	text = clean(strings.Join(strings.Fields(text), " "))
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}
