package scenarios

import (
	"simrun/checks"
	"simrun/results"
)

// ordinaryColumns are shown where a scenario names none.
var ordinaryColumns = [...]string{"availability", "stale_share", "lost_writes", "latency_read_p99_ns", "latency_write_p99_ns", "messages_per_op"}

// tabulate makes the table of a run, a row for each cell, and puts its failure mode
// into words.
func (p *Plan) tabulate(run *results.Run) {
	t := results.Table{Name: p.Scenario.Name, Title: p.Scenario.About}
	for _, axis := range p.Scenario.Grid {
		t.Columns = append(t.Columns, results.Column{Name: axis.Key, Title: lastName(axis.Key), Unit: "text"})
	}
	metrics := p.Scenario.Columns
	if len(metrics) == 0 {
		metrics = ordinaryColumns[:]
	}
	for _, name := range metrics {
		t.Columns = append(t.Columns, columnOf(name))
	}
	for i := range run.Cells {
		cell := &run.Cells[i]
		var row []results.Datum
		for _, s := range cell.Set {
			row = append(row, results.Datum{Kind: results.Text, Text: s.Value})
		}
		for _, name := range metrics {
			row = append(row, datumOf(cell, name))
		}
		t.Rows = append(t.Rows, row)
	}
	run.Tables = append(run.Tables, t)
	run.Words = p.words(run)
}

func columnOf(metric string) results.Column {
	c := results.Column{Name: metric, Title: metric}
	for _, m := range checks.Catalogue() {
		if m.Name == metric {
			c.Unit = m.Unit
		}
	}
	return c
}

// datumOf is a metric of a cell as a field of a table.
func datumOf(cell *results.Cell, name string) results.Datum {
	for i := range cell.Measures {
		if m := &cell.Measures[i]; m.Name == name {
			return datum(m)
		}
	}
	return results.Datum{}
}

func datum(m *checks.Measure) results.Datum {
	value, ok := results.Value(m)
	if !ok {
		return results.Datum{}
	}
	unit := columnOf(m.Name).Unit
	switch {
	case unit == "ns":
		return results.Datum{Kind: results.Duration, Integer: int64(value)}
	case m.Kind == checks.Share:
		return results.Datum{Kind: results.Fraction, Number: value}
	case m.Kind == checks.Count, m.Kind == checks.Max:
		return results.Datum{Kind: results.Integer, Integer: m.Count}
	}
	return results.Datum{Kind: results.Number, Number: value}
}

// lastName is the last part of a dotted path.
func lastName(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '.' {
			return path[i+1:]
		}
	}
	return path
}
