package reports

import (
	"fmt"
	"strings"

	"simrun/results"
)

// document is a report for people, before it is laid out for a terminal or as
// Markdown.
type document struct {
	title  string
	about  string   // one line: what the scenario is about
	facts  []string // one line: the seed, the engine, the digest
	blocks []block
}

// block is one part of a document: a table, or a list under a heading.
type block struct {
	heading string
	grid    *grid
	items   []item
}

// item is one entry of a list.
type item struct {
	state   results.State // 0 where the item is no expectation
	nested  bool          // explains the expectation before it
	text    string
	details []string
	command string // what to type to see it again
	try     string // what to type to learn more
}

// grid is a table as texts.
type grid struct {
	columns []column
	rows    [][]string
}

// column is one column of a grid. Keys say which row it is: they stand first, and
// are repeated when a table is divided.
type column struct {
	title string
	right bool
	key   bool
}

// gridOf spells a table. A row of another length than the columns is refused.
func gridOf(t *results.Table) (*grid, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	g := &grid{}
	for i, c := range t.Columns {
		text := c.Unit == "text"
		key := text && (i == 0 || g.columns[i-1].key)
		g.columns = append(g.columns, column{title: clean(c.Title), right: !text, key: key})
	}
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, d := range row {
			line[i] = spellDatum(d)
		}
		g.rows = append(g.rows, line)
	}
	return g, nil
}

// check refuses a row that does not fit the columns.
func (g *grid) check() error {
	for i, row := range g.rows {
		if len(row) != len(g.columns) {
			return fmt.Errorf("row %d has %d fields for %d columns", i+1, len(row), len(g.columns))
		}
	}
	return nil
}

// part is the grid with some of its columns.
func (g *grid) part(columns []int) *grid {
	p := &grid{}
	for _, c := range columns {
		p.columns = append(p.columns, g.columns[c])
	}
	for _, row := range g.rows {
		line := make([]string, len(columns))
		for i, c := range columns {
			line[i] = row[c]
		}
		p.rows = append(p.rows, line)
	}
	return p
}

// divide splits a grid that is too wide into several, each with the keys.
func (g *grid) divide(width int) []*grid {
	var keys, open []int
	var parts []*grid
	base := 1 // the right border
	used := 0
	for c := range g.columns {
		size := g.columnWidth(c) + 3 // a border and a space on either side
		if g.columns[c].key {
			keys, base = append(keys, c), base+size
			continue
		}
		if len(open) > 0 && base+used+size > width {
			parts = append(parts, g.part(append(append([]int{}, keys...), open...)))
			open, used = nil, 0
		}
		open, used = append(open, c), used+size
	}
	return append(parts, g.part(append(append([]int{}, keys...), open...)))
}

// fold breaks the titles of columns at spaces, so that none is wider than it must be:
// more columns stand side by side.
func (g *grid) fold() {
	for c := range g.columns {
		words := strings.Fields(g.columns[c].title)
		least := g.contentWidth(c)
		for _, word := range words {
			least = max(least, widthOf(word))
		}
		g.columns[c].title = strings.TrimSuffix(Wrap(strings.Join(words, " "), "", "", least), "\n")
	}
}

func (g *grid) columnWidth(c int) int {
	size := g.contentWidth(c)
	for line := range strings.Lines(g.columns[c].title) {
		size = max(size, widthOf(strings.TrimSuffix(line, "\n")))
	}
	return size
}

// contentWidth is the width of a column without its title.
func (g *grid) contentWidth(c int) int {
	size := 0
	for _, row := range g.rows {
		size = max(size, widthOf(row[c]))
	}
	return size
}
