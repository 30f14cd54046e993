package scenarios

import (
	"slices"
	"strconv"
	"time"

	"simrun/checks"
	"simrun/results"
	"simrun/sim/record"
)

// cellTables are the tables that cells may have besides their metrics, in the order in
// which they are shown; some of one cell only, as an example.
var cellTables = [...]struct {
	name string
	once bool
}{{"descent", false}, {"witness", true}, {"divergence", false}, {"datacentres", false}}

// tables are those of one cell.
func (c *PlanCell) tables(run *record.Run, o checks.Options) []results.Table {
	var list []results.Table
	if compared := checks.Compared(run); compared.Exchanges > 0 {
		list = append(list, descentTable(&compared))
		if len(compared.Witness) > 0 {
			list = append(list, witnessTable(run, &compared))
		}
	}
	if slices.Contains(c.Scenario.Tables, "divergence") {
		if caught, known := checks.CaughtUp(run, o); known {
			list = append(list, divergenceTable(&caught))
		}
	}
	if slices.Contains(c.Scenario.Tables, "datacentres") {
		if places := checks.Places(run, o); places != nil {
			list = append(list, placesTable(places))
		}
	}
	return list
}

// descentTable is how trees were compared, level by level, over all exchanges.
func descentTable(c *checks.Comparisons) results.Table {
	t := results.Table{Name: "descent", Title: "How trees were compared, all exchanges together", Columns: []results.Column{
		{Name: "level", Title: "level", Unit: "count"},
		{Name: "compared", Title: "compared", Unit: "count"},
		{Name: "differing", Title: "differing", Unit: "count"},
		{Name: "descended", Title: "descended", Unit: "count"},
	}}
	for _, l := range c.Levels {
		t.Rows = append(t.Rows, []results.Datum{
			whole(int64(l.Level)), whole(l.Compared), whole(l.Differing), whole(l.Descended),
		})
	}
	return t
}

// witnessTable is one exchange, in which little differed: where it went down.
func witnessTable(run *record.Run, c *checks.Comparisons) results.Table {
	t := results.Table{
		Name: "witness", Title: "One of these exchanges, in which little differed",
		Columns: []results.Column{
			{Name: "between", Title: "between", Unit: "text"},
			{Name: "level", Title: "level", Unit: "count"},
			{Name: "compared", Title: "compared", Unit: "count"},
			{Name: "differing", Title: "differing", Unit: "count"},
			{Name: "subtree", Title: "subtree", Unit: "text"},
			{Name: "then", Title: "then", Unit: "text"},
		},
	}
	between := results.Datum{Kind: results.Text, Text: run.Name(c.Began) + " and " + run.Name(c.Asked)}
	for _, l := range c.Witness {
		t.Rows = append(t.Rows, []results.Datum{
			between, whole(int64(l.Level)), whole(l.Compared), whole(l.Differing),
			{Kind: results.Text, Text: subtree(&l)},
			{Kind: results.Text, Text: then(&l)},
		})
	}
	return t
}

// subtree names the nodes of a level that differ, by the number of the first.
func subtree(l *checks.Level) string {
	switch {
	case l.Differing == 0:
		return "none"
	case l.Differing == 1:
		return "node " + strconv.FormatInt(l.First, 10)
	}
	return "node " + strconv.FormatInt(l.First, 10) + " and others"
}

// then is what followed the comparison of a level.
func then(l *checks.Level) string {
	switch {
	case l.Differing == 0:
		return "done"
	case l.Descended > 0:
		return "down"
	}
	return "stream"
}

// sampled are the times after the heal at which divergence is shown.
var sampled = [...]time.Duration{
	0, 100 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
}

// divergenceTable is how replicas caught up.
func divergenceTable(c *checks.CatchUp) results.Table {
	t := results.Table{
		Name:  "divergence",
		Title: "Keys on which some replica lacked what it had missed, by the time since the last fault healed",
		Rows:  [][]results.Datum{{}},
	}
	for _, after := range sampled {
		t.Columns = append(t.Columns, results.Column{Name: "after_" + after.String(), Title: after.String(), Unit: "count"})
		t.Rows[0] = append(t.Rows[0], whole(int64(c.Missing(after))))
	}
	return t
}

func whole(n int64) results.Datum { return results.Datum{Kind: results.Integer, Integer: n} }
