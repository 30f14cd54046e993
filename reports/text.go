package reports

import (
	"bytes"
	"io"
	"strings"

	"simrun/results"
)

// writeText lays a document out for a terminal.
func writeText(w io.Writer, d document, o Options) error {
	p := &page{options: o}
	p.paragraph(d.title+": "+d.about, "", "")
	if len(d.facts) > 0 {
		p.paragraph(strings.Join(d.facts, ", "), "", "")
	}
	for _, b := range d.blocks {
		if err := p.block(b); err != nil {
			return err
		}
	}
	_, err := w.Write(p.out.Bytes())
	return err
}

// page gathers the text of a report.
type page struct {
	out     bytes.Buffer
	options Options
}

func (p *page) block(b block) error {
	p.out.WriteString("\n")
	if b.heading != "" {
		p.paragraph(b.heading, "", "")
	}
	if b.grid != nil {
		return p.grid(b.grid)
	}
	for _, i := range b.items {
		p.item(i)
	}
	return nil
}

// grid draws a table. Where it is too wide its titles are folded, and where that is
// not enough it is divided.
func (p *page) grid(g *grid) error {
	if err := g.check(); err != nil {
		return err
	}
	parts := g.divide(p.options.width())
	if len(parts) > 1 {
		g.fold()
		parts = g.divide(p.options.width())
	}
	for _, part := range parts {
		header, right := make([]string, len(part.columns)), make([]bool, len(part.columns))
		for i, c := range part.columns {
			header[i], right[i] = c.title, c.right
		}
		if err := drawTable(&p.out, header, right, part.rows); err != nil {
			return err
		}
	}
	return nil
}

// stateWidth leaves room for every state in front of an expectation.
const stateWidth = len("not seen in this seed") + 2

func (p *page) item(i item) {
	below := "      "
	switch {
	case i.state != 0:
		label := i.state.String()
		lead := "  " + label + strings.Repeat(" ", stateWidth-len(label))
		p.paint(i.state, label, i.text, lead)
	case i.nested:
		p.paragraph(i.text, below+"- ", below+"  ")
		below += "  "
	default:
		p.paragraph(i.text, "  - ", "    ")
	}
	for _, d := range i.details {
		p.paragraph(d, below, below)
	}
	if i.command != "" {
		p.out.WriteString(below + "replay: " + clean(i.command) + "\n")
	}
	if i.try != "" {
		p.out.WriteString(below + "try: " + clean(i.try) + "\n")
	}
}

// paint writes an expectation with its state, in colour where that is wanted. The
// layout is made first, so that colours cannot move anything.
func (p *page) paint(s results.State, label, text, lead string) {
	start := p.out.Len()
	p.paragraph(text, lead, strings.Repeat(" ", len(lead)))
	if !p.options.Color {
		return
	}
	written := string(p.out.Bytes()[start:])
	p.out.Truncate(start)
	p.out.WriteString(strings.Replace(written, label, colorOf(s)+label+"\x1b[0m", 1))
}

func colorOf(s results.State) string {
	switch s {
	case results.AsExpected:
		return "\x1b[32m" // green
	case results.Broken:
		return "\x1b[31m" // red
	}
	return "\x1b[33m" // yellow
}

// paragraph writes a text broken at spaces.
func (p *page) paragraph(text, first, rest string) {
	p.out.WriteString(Wrap(text, first, rest, p.options.width()))
}
