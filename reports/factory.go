package reports

import (
	"io"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// drawTable draws a box of fields. Everything that the library would decide by the
// locale or the terminal is decided here: no wide ambiguous letters, no rewritten
// headers, no wrapping, every column's alignment stated.
func drawTable(w io.Writer, header []string, rightward []bool, rows [][]string) error {
	twwidth.SetOptions(twwidth.Options{})
	align := make(tw.Alignment, len(header))
	for i, right := range rightward {
		align[i] = tw.AlignLeft
		if right {
			align[i] = tw.AlignRight
		}
	}
	plain := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft, PerColumn: align},
		Padding:    tw.CellPadding{Global: tw.Padding{Left: " ", Right: " ", Overwrite: true}},
	}
	t := tablewriter.NewTable(w,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{Symbols: tw.NewSymbols(tw.StyleLight)})),
		tablewriter.WithHeaderConfig(plain),
		tablewriter.WithRowConfig(plain),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithDebug(false),
	)
	t.Header(header)
	if err := t.Bulk(rows); err != nil {
		return err
	}
	return t.Render()
}

// widthOf is how many columns of a terminal a text takes.
func widthOf(text string) int {
	twwidth.SetOptions(twwidth.Options{})
	return twwidth.Width(text)
}
