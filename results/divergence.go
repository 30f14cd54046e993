package results

import (
	"strings"

	"simrun/checks"
)

// DivergenceTable shows where the servers of each cell began to differ: as of which
// slot, on which key, and by which command. Cells whose servers agree have no row; it is
// false where all do.
func DivergenceTable(cells []Cell) (t Table, differ bool) {
	t = Table{Name: "divergence", Title: "Where servers began to differ"}
	for i := range cells {
		v := verdictOf(&cells[i], "replicas_agree")
		if v == nil || v.Result != checks.Fail {
			continue
		}
		if len(t.Columns) == 0 {
			t.Columns = append(SettingColumns(cells[i].Set), []Column{
				{Name: "first_divergence", Title: "slot", Unit: "count"},
				{Name: "key", Title: "key", Unit: "text"},
				{Name: "servers", Title: "servers", Unit: "text"},
				{Name: "op", Title: "op", Unit: "text"},
				{Name: "command", Title: "command", Unit: "text"},
			}...)
		}
		t.Rows = append(t.Rows, append(settings(cells[i].Set), divergence(&cells[i], &v.Witness)...))
	}
	return t, len(t.Rows) > 0
}

// divergence are the fields of one cell. A command that nobody could name is missing.
func divergence(c *Cell, w *checks.Witness) []Datum {
	slot, _ := Value(Find(c.Measures, "first_divergence"))
	var servers []string
	for _, id := range w.Nodes {
		servers = append(servers, c.Name(id))
	}
	row := []Datum{{Kind: Integer, Integer: int64(slot)}, {}, word(strings.Join(servers, ", ")), {}, {}}
	if len(w.Ops) > 0 {
		row[1], row[3], row[4] = word(w.Key.String()), word(w.Ops[0].String()), word(w.Command)
	}
	return row
}

func word(text string) Datum { return Datum{Kind: Text, Text: text} }

func verdictOf(c *Cell, checker string) *checks.Verdict {
	for i := range c.Reports {
		if c.Reports[i].Checker == checker {
			return &c.Reports[i]
		}
	}
	return nil
}
