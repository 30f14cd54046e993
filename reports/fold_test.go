package reports

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
)

// A table that is too wide has its titles folded before it is divided.
func TestTitlesAreFoldedWhereATableIsTooWide(t *testing.T) {
	row := func(texts ...string) (all []results.Datum) {
		for _, text := range texts {
			all = append(all, results.Datum{Kind: results.Text, Text: text})
		}
		return all
	}
	table := results.Table{
		Columns: []results.Column{{Title: "r", Unit: "text"}, {Title: "predicted stale share"}, {Title: "stale k max"}},
		Rows:    [][]results.Datum{row("1", "0.319 %", "1")},
	}
	draw := func(width int) string {
		g, err := gridOf(&table)
		require.NoError(t, err)
		p := &page{options: Options{Width: width}}
		require.NoError(t, p.grid(g))
		return p.out.String()
	}
	require.Contains(t, draw(80), "│ r │ predicted stale share │ stale k max │\n")
	require.Contains(t, draw(30), "│ r │ predicted │ stale │\n│   │     stale │ k max │\n│   │     share │       │\n")
}
