package reports

import (
	"slices"
	"strconv"

	"simrun/results"
)

type jsonTable struct {
	Name    string       `json:"name"`
	Title   string       `json:"title"`
	Columns []jsonColumn `json:"columns"`
	Rows    [][]any      `json:"rows"`
}

type jsonColumn struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
}

func tableJSON(t *results.Table) jsonTable {
	out := jsonTable{Name: t.Name, Title: t.Title, Columns: []jsonColumn{}, Rows: [][]any{}}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, jsonColumn(c))
	}
	for _, row := range t.Rows {
		line := make([]any, len(row))
		for i, d := range row {
			line[i] = datumJSON(d)
		}
		out.Rows = append(out.Rows, line)
	}
	out.count()
	return out
}

// count makes counts of the columns of text in which every row has a whole number, as
// most settings of a grid are.
func (t *jsonTable) count() {
	for c := range t.Columns {
		if t.Columns[c].Unit != "text" || !t.whole(c) {
			continue
		}
		t.Columns[c].Unit = "count"
		for _, row := range t.Rows {
			row[c], _ = wholeNumber(row[c])
		}
	}
}

// whole tells whether every row has a whole number in a column, and there are rows.
func (t *jsonTable) whole(column int) bool {
	other := func(row []any) bool {
		_, whole := wholeNumber(row[column])
		return !whole
	}
	return len(t.Rows) > 0 && !slices.ContainsFunc(t.Rows, other)
}

// wholeNumber reads a text that spells an integer as JSON would: neither 007 nor +7.
func wholeNumber(field any) (int64, bool) {
	text, isText := field.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	return n, isText && err == nil && strconv.FormatInt(n, 10) == text
}

func datumJSON(d results.Datum) any {
	switch d.Kind {
	case results.Text:
		return d.Text
	case results.Integer, results.Duration:
		return d.Integer
	case results.Number, results.Fraction:
		return d.Number
	}
	return nil
}
