package results

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"simrun/checks"
)

// Table is one table of a report.
type Table struct {
	Name    string
	Title   string
	Columns []Column
	Rows    [][]Datum
}

// Column heads a column.
type Column struct {
	Name  string // the metric or setting, as in the catalogue
	Title string // what is shown
	Unit  string // "", "ns", "share", "count", "text"
}

// Datum is one field of a table. A Missing one is blank in tables and null in JSON.
type Datum struct {
	Kind    DatumKind
	Text    string
	Integer int64
	Number  float64
}

// DatumKind says which field of a datum holds.
type DatumKind uint8

// The kinds of data in tables.
const (
	Missing DatumKind = iota
	Text
	Integer
	Number
	Duration // Integer is nanoseconds
	Fraction // Number is between 0 and 1
)

// ColumnOf is the column of a metric.
func ColumnOf(metric string) Column {
	c := Column{Name: metric, Title: titleOf(metric), Unit: "count"}
	known, _ := catalogued(metric)
	switch {
	case known.Unit == "ns":
		c.Unit = "ns"
	case known.Kind == checks.Share:
		c.Unit = "share"
	case known.Kind == checks.Mean:
		c.Unit = ""
	}
	return c
}

// titleOf spells a metric for people: latency_read_p999_ns is "read p99.9".
func titleOf(metric string) string {
	title := strings.TrimSuffix(strings.TrimPrefix(metric, "latency_"), "_ns")
	title = strings.ReplaceAll(strings.ReplaceAll(title, "_p999", "_p99.9"), "_", " ")
	return title
}

// Show is what a measure comes to, as a field of a table.
func Show(m *checks.Measure) Datum {
	value, defined := Value(m)
	if !defined {
		return Datum{}
	}
	return Shown(m.Name, value)
}

// Shown is a value of a metric as a field of a table.
func Shown(metric string, value float64) Datum {
	known, _ := catalogued(metric)
	switch {
	case known.Unit == "ns":
		return Datum{Kind: Duration, Integer: int64(math.Round(value))}
	case known.Kind == checks.Share:
		return Datum{Kind: Fraction, Number: value}
	case value == math.Trunc(value) && math.Abs(value) < 1<<53 && known.Kind != checks.Mean:
		return Datum{Kind: Integer, Integer: int64(value)}
	}
	return Datum{Kind: Number, Number: value}
}

// SettingColumns are the columns for what the cells of a grid set.
func SettingColumns(set []Setting) []Column {
	columns := make([]Column, len(set))
	for i, s := range set {
		columns[i] = Column{Name: s.Path, Title: s.Short(set), Unit: "text"}
	}
	return columns
}

// settings are the fields for what one cell sets.
func settings(set []Setting) []Datum {
	row := make([]Datum, len(set))
	for i, s := range set {
		row[i] = Datum{Kind: Text, Text: s.Value}
	}
	return row
}

// CellTable shows metrics of every cell of a run, a row a cell.
func CellTable(name, title string, cells []Cell, metrics ...string) Table {
	t := Table{Name: name, Title: title}
	if len(cells) > 0 {
		t.Columns = SettingColumns(cells[0].Set)
	}
	for _, metric := range metrics {
		t.Columns = append(t.Columns, ColumnOf(metric))
	}
	for i := range cells {
		row := settings(cells[i].Set)
		for _, metric := range metrics {
			row = append(row, Show(Find(cells[i].Measures, metric)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// FirstOfCells is the first table of a name that a cell has, with what the cell sets in
// front of its rows; false where none has one.
func FirstOfCells(cells []Cell, name string) (Table, bool) {
	for i := range cells {
		if t, some := JoinCells(cells[i:i+1], name); some {
			return t, true
		}
	}
	return Table{}, false
}

// JoinCells makes one table of those of a name that the cells have, with what each
// cell sets in front of its rows; false where none has one.
func JoinCells(cells []Cell, name string) (Table, bool) {
	var joined Table
	for i := range cells {
		at := slices.IndexFunc(cells[i].Tables, func(t Table) bool { return t.Name == name })
		if at < 0 {
			continue
		}
		t := &cells[i].Tables[at]
		if joined.Columns == nil {
			joined = Table{Name: name, Title: t.Title, Columns: append(SettingColumns(cells[i].Set), t.Columns...)}
		}
		for _, row := range t.Rows {
			joined.Rows = append(joined.Rows, append(settings(cells[i].Set), row...))
		}
	}
	return joined, joined.Columns != nil
}

// Check tells what is wrong with the table's shape: every row must have one field
// a column.
func (t *Table) Check() error {
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("table %s: row %d has %d fields for %d columns", t.Name, i+1, len(row), len(t.Columns))
		}
	}
	return nil
}
