package scenarios

import (
	"slices"

	"simrun/results"
)

// ordinaryColumns are shown where a scenario names none.
var ordinaryColumns = [...]string{"availability", "stale_share", "lost_writes", "latency_read_p99_ns", "latency_write_p99_ns"}

// tabulate makes the table of a run, a row for each cell, and puts its failure mode
// into words.
func (p *Plan) tabulate(run *results.Run) {
	metrics := p.Scenario.Columns
	if len(metrics) == 0 {
		metrics = ordinaryColumns[:]
	}
	run.Columns = metrics
	run.Tables = append(run.Tables, p.cellTable(run.Cells, metrics))
	for _, c := range cellTables {
		join := results.JoinCells
		if c.once {
			join = results.FirstOfCells
		}
		if t, some := join(run.Cells, c.name); some {
			run.Tables = append(run.Tables, withoutEmpty(t))
		}
	}
	p.compare(run)
	if t, differ := results.DivergenceTable(run.Cells); differ && p.speaksOf("replicas_agree") {
		run.Tables = append(run.Tables, t)
	}
	run.Words = append(p.words(run), p.predictionWords(run)...)
	if slices.Contains(p.Scenario.Tables, "capacity") {
		run.Words = append(run.Words, p.capacityWords(run.Cells)...)
	}
}

// cellTable has a row for each cell, or, where that is asked for, for each way of reading.
func (p *Plan) cellTable(cells []results.Cell, metrics []string) results.Table {
	if slices.Contains(p.Scenario.Tables, "reads") {
		if t, some := p.readsTable(cells); some {
			return t
		}
	}
	return results.CellTable(p.Scenario.Name, "", cells, metrics...)
}

// compare adds the tables that lay cells beside each other and that the scenario asks for.
func (p *Plan) compare(run *results.Run) {
	for _, c := range []struct {
		name string
		made func([]results.Cell) (results.Table, bool)
	}{{"capacity", p.capacityTable}, {"growth", p.growthTable}} {
		if slices.Contains(p.Scenario.Tables, c.name) {
			if t, some := c.made(run.Cells); some {
				run.Tables = append(run.Tables, t)
			}
		}
	}
}
