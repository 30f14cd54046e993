package scenarios

import (
	"fmt"
	"strings"

	"simrun/checks"
	"simrun/results"
)

// words puts the failure modes that the scenario is about into sentences. Every
// number in them is a metric of this run, and each names one witness. What else was
// found is named in a last one.
func (p *Plan) words(run *results.Run) []string {
	var all, besides []string
	for _, c := range checks.All() {
		s := sentence(run, c.Name)
		switch {
		case s == "":
		case p.speaksOf(c.Name):
			all = append(all, s)
		default:
			besides = append(besides, results.Finding(c.Name))
		}
	}
	if len(besides) > 0 {
		all = append(all, "Besides, and not asked for: "+strings.Join(besides, ", ")+".")
	}
	return all
}

// speaksOf tells whether the scenario's expectations or columns are about a checker. A
// scenario that expects nothing asks what there is to be found: it is about them all.
func (p *Plan) speaksOf(checker string) bool {
	if len(p.Scenario.Expect) == 0 {
		return true
	}
	for _, e := range p.Scenario.Expect {
		if e.Always == checker || e.Sometimes == checker || e.Never == checker {
			return true
		}
	}
	if checker == "masked_losses" && p.speaksOf("lost_writes") {
		return true // lost too, and only hidden by later writes to the same keys
	}
	stem, _, _ := strings.Cut(checker, "_")
	for _, column := range p.Scenario.Columns {
		if column == checker || strings.HasPrefix(column, stem+"_") {
			return true
		}
	}
	return false
}

// sentence speaks of one checker over the cells, "" where no cell failed it.
func sentence(run *results.Run, checker string) string {
	var failed, clean []string
	var worst *checks.Verdict
	var where string
	for i := range run.Cells {
		cell := &run.Cells[i]
		v := verdictOf(cell, checker)
		switch {
		case v == nil || v.Result == checks.Vacuous || v.Result == checks.Undecided:
		case v.Result == checks.Pass:
			clean = append(clean, results.Label(cell.Set))
		default:
			failed = append(failed, results.Label(cell.Set))
			if worst == nil || v.Count > worst.Count {
				worst, where = v, results.Label(cell.Set)
			}
		}
	}
	if worst == nil {
		return ""
	}
	return compose(checker, worst, where, len(failed), clean)
}

func compose(checker string, worst *checks.Verdict, where string, failed int, clean []string) string {
	var b strings.Builder
	b.WriteString(checker)
	if where != "" {
		fmt.Fprintf(&b, ", most with %s", where)
	}
	b.WriteString(": " + ended(worst.Why))
	if worst.Witness.Text != "" {
		b.WriteString(" For example, " + ended(worst.Witness.Text))
	}
	switch {
	case where == "":
	case len(clean) == 0:
		fmt.Fprintf(&b, " No cell is free of it.")
	case len(clean) <= 6:
		fmt.Fprintf(&b, " None with %s.", strings.Join(clean, "; "))
	case failed == 1:
		b.WriteString(" No other cell has it.")
	default:
		fmt.Fprintf(&b, " %d cells have it, %d do not.", failed, len(clean))
	}
	return b.String()
}

func ended(sentence string) string { return strings.TrimRight(strings.TrimSpace(sentence), ".") + "." }

func verdictOf(cell *results.Cell, checker string) *checks.Verdict {
	for i := range cell.Reports {
		if cell.Reports[i].Checker == checker {
			return &cell.Reports[i]
		}
	}
	return nil
}
