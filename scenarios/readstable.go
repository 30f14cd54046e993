package scenarios

import (
	"slices"

	"simrun/checks"
	"simrun/results"
)

// faultAxis is the axis of what goes wrong. Its first case is the one in which nothing does.
const faultAxis = casePrefix + "fault"

// The metrics of a way of reading: what it costs when nothing goes wrong, and what it
// comes to over all that goes wrong.
var (
	readCosts = [...]string{"messages_per_read", "latency_read_p50_ns", "latency_read_p99_ns"}
	readRisks = [...]string{"stale_reads", "stale_k_max", "stale_t_max_ns", "dirty_reads", "lease_margin_min_ns"}
)

// readsTable has a row for each way of reading: its costs where nothing goes wrong, its risks
// over all faults together, and how much of it was answered during each. It is false where
// no axis says what goes wrong.
func (p *Plan) readsTable(cells []results.Cell) (results.Table, bool) {
	ways, faults := waysOfReading(cells)
	if len(faults) < 2 {
		return results.Table{}, false
	}
	t := results.Table{
		Name: "reads", Title: "Ways to read: costs when nothing goes wrong, then all faults together, then reads answered during each",
		Columns: readsColumns(ways, faults),
	}
	for _, w := range ways {
		t.Rows = append(t.Rows, w.row(faults))
	}
	return withoutEmpty(t), true
}

// wayOfReading is what cells have in common that differ in what goes wrong alone.
type wayOfReading struct {
	set   []results.Setting
	cells map[string]*results.Cell // by what goes wrong
}

// waysOfReading gathers cells by all that they set but what goes wrong, and lists that.
func waysOfReading(cells []results.Cell) (ways []*wayOfReading, faults []string) {
	for i := range cells {
		var rest []results.Setting
		fault, known := "", false
		for _, s := range cells[i].Set {
			if s.Path == faultAxis {
				fault, known = s.Value, true
				continue
			}
			rest = append(rest, s)
		}
		if !known {
			continue
		}
		at := slices.IndexFunc(ways, func(w *wayOfReading) bool { return slices.Equal(w.set, rest) })
		if at < 0 {
			at, ways = len(ways), append(ways, &wayOfReading{rest, map[string]*results.Cell{}})
		}
		ways[at].cells[fault] = &cells[i]
		if !slices.Contains(faults, fault) {
			faults = append(faults, fault)
		}
	}
	return ways, faults
}

func readsColumns(ways []*wayOfReading, faults []string) []results.Column {
	columns := results.SettingColumns(ways[0].set)
	for _, name := range readCosts {
		columns = append(columns, results.ColumnOf(name))
	}
	columns = append(columns, results.Column{Name: "reads_ok", Title: "reads ok", Unit: "count"})
	for _, name := range readRisks {
		columns = append(columns, results.ColumnOf(name))
	}
	for _, fault := range faults[1:] {
		columns = append(columns, results.Column{Name: "answered_" + fault, Title: fault, Unit: "share"})
	}
	return columns
}

func (w *wayOfReading) row(faults []string) (row []results.Datum) {
	for _, s := range w.set {
		row = append(row, results.Datum{Kind: results.Text, Text: s.Value})
	}
	for _, name := range readCosts {
		row = append(row, w.shown(faults[0], name))
	}
	struck := w.together(faults[1:])
	answered := results.Datum{}
	if m := results.Find(struck, "availability_read"); m != nil && !m.Undefined {
		answered = whole(m.Count)
	}
	row = append(row, answered)
	for _, name := range readRisks {
		row = append(row, shownOf(struck, name))
	}
	for _, fault := range faults[1:] {
		row = append(row, w.shown(fault, "availability_read_in_faults"))
	}
	return row
}

// together merges what was measured while different things went wrong.
func (w *wayOfReading) together(faults []string) (all []checks.Measure) {
	for _, fault := range faults {
		if c := w.cells[fault]; c != nil {
			all = results.MergeMeasures(all, c.Measures)
		}
	}
	return all
}

// shown is a metric while something went wrong, blank where there is none.
func (w *wayOfReading) shown(fault, metric string) results.Datum {
	if c := w.cells[fault]; c != nil {
		return shownOf(c.Measures, metric)
	}
	return results.Datum{}
}

func shownOf(measures []checks.Measure, metric string) results.Datum {
	if m := results.Find(measures, metric); m != nil {
		return results.Show(m)
	}
	return results.Datum{}
}
