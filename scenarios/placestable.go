package scenarios

import (
	"slices"
	"strings"

	"simrun/checks"
	"simrun/results"
)

// placesTable is how each datacentre's clients were served.
func placesTable(places []checks.Place) results.Table {
	t := results.Table{
		Name: "datacentres", Title: "How the clients of each datacentre were served",
		Columns: []results.Column{{Name: "datacentre", Title: "datacentre", Unit: "text"}, {Name: "clients", Title: "clients", Unit: "count"}},
		Rows:    make([][]results.Datum, len(places)),
	}
	spell := strings.NewReplacer("availability read", "reads answered", "availability write", "writes answered")
	for i, p := range places {
		t.Rows[i] = []results.Datum{{Kind: results.Text, Text: p.Name}, whole(int64(p.Clients))}
	}
	for m := range places[0].Measures {
		column := results.ColumnOf(places[0].Measures[m].Name)
		column.Title = spell.Replace(column.Title)
		t.Columns = append(t.Columns, column)
		for i := range places {
			t.Rows[i] = append(t.Rows[i], results.Show(&places[i].Measures[m]))
		}
	}
	return t
}

// withoutEmpty leaves out the columns in which no row has anything, such as those of
// faults where there were none.
func withoutEmpty(t results.Table) results.Table {
	for i := len(t.Columns) - 1; i >= 0; i-- {
		if slices.ContainsFunc(t.Rows, func(row []results.Datum) bool { return row[i].Kind != results.Missing }) {
			continue
		}
		t.Columns = slices.Delete(slices.Clone(t.Columns), i, i+1)
		for r := range t.Rows {
			t.Rows[r] = slices.Delete(slices.Clone(t.Rows[r]), i, i+1)
		}
	}
	return t
}
