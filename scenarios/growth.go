package scenarios

import (
	"strings"

	"simrun/predict"
	"simrun/results"
)

// growthTable fits the power of the number of leaders with which conflicts grow, apart for
// cells that differ in anything else; false where nothing can be fitted.
func (p *Plan) growthTable(cells []results.Cell) (results.Table, bool) {
	t := results.Table{
		Name: "growth", Title: "The power of the number of leaders with which concurrent pairs grow, and its 95 % interval; pairs at one leader cannot be, so counts are divided by 1-1/n",
		Columns: []results.Column{
			{Name: "cells", Title: "cells", Unit: "text"},
			{Name: "pairs", Title: "pairs", Unit: "count"},
			{Name: "exponent", Title: "exponent", Unit: ""},
			{Name: "low", Title: "low", Unit: ""},
			{Name: "high", Title: "high", Unit: ""},
		},
	}
	axis := p.leadersAxis(cells)
	for _, g := range p.growths(cells, axis) {
		e, known := predict.Growth(g.seen)
		if !known {
			continue
		}
		t.Rows = append(t.Rows, []results.Datum{{Kind: results.Text, Text: g.label}, whole(g.pairs), number(e.K), number(e.Low), number(e.High)})
	}
	return t, len(t.Rows) > 0
}

// growing are cells that differ in the number of leaders alone.
type growing struct {
	label string
	pairs int64
	seen  []predict.Sighting
}

// growths gathers the cells by all that they set but one axis.
func (p *Plan) growths(cells []results.Cell, axis string) (all []*growing) {
	of := map[string]*growing{}
	for i := range cells {
		n, m := p.Cells[i].leaders(), results.Find(cells[i].Measures, "concurrent_pairs")
		if n < 2 || m == nil || m.Undefined {
			continue
		}
		label := labelWithout(cells[i].Set, axis)
		g := of[label]
		if g == nil {
			g = &growing{label: label}
			of[label], all = g, append(all, g)
		}
		g.pairs += m.Count
		g.seen = append(g.seen, predict.Sighting{Size: float64(n), Exposure: 1 - 1/float64(n), Count: m.Count})
	}
	return all
}

// leadersAxis is the path of the setting that tells how many leaders there are: two cells
// that differ in it alone differ in their leaders.
func (p *Plan) leadersAxis(cells []results.Cell) string {
	for i := range cells {
		for k := range i {
			path, only := difference(cells[i].Set, cells[k].Set)
			if only && p.Cells[i].leaders() != p.Cells[k].leaders() {
				return path
			}
		}
	}
	return ""
}

// difference is the path of the only setting in which two cells differ.
func difference(a, b []results.Setting) (path string, only bool) {
	found := 0
	for i := range a {
		if i < len(b) && a[i] != b[i] {
			path = a[i].Path
			found++
		}
	}
	return path, found == 1
}

// labelWithout spells what a cell sets besides one axis.
func labelWithout(set []results.Setting, axis string) string {
	var rest []results.Setting
	for _, s := range set {
		if s.Path != axis {
			rest = append(rest, s)
		}
	}
	if len(rest) == 0 {
		return "all"
	}
	return strings.TrimSpace(results.Label(rest))
}
