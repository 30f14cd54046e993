package reports

import (
	"slices"

	"simrun/checks"
	"simrun/results"
)

// outcomeJSON is an expectation in one cell.
func outcomeJSON(c *results.Cell, o *results.Outcome) jsonVerdict {
	v := expected(o.Mode, o.Claim, o.When, c.State(o))
	v.Result, v.Why, v.Witness = resultOf(o.Claim, o.Truth), o.Why, witnessJSON(&o.Witness)
	return v
}

// expected is a verdict on an expectation, without its result.
func expected(mode results.Mode, claim, when string, state results.State) jsonVerdict {
	expect, spelt := mode.String(), stateName(state)
	v := jsonVerdict{Checker: claim, Expect: &expect, State: &spelt}
	if when != "" {
		v.When = &when
	}
	return v
}

// stateName spells a state for programs.
func stateName(s results.State) string {
	return [...]string{"", "expected", "broken", "unseen", "vacuous", "undecided"}[s]
}

// resultOf turns the truth of a claim back into what its checker said.
func resultOf(claim string, t results.Truth) string {
	switch t {
	case results.Undecided:
		return checks.Undecided.String()
	case results.Silent:
		return checks.Vacuous.String()
	}
	c, err := results.ParseClaim(claim)
	good := t == results.True
	if err == nil && c.Accuses() {
		good = !good
	}
	if good {
		return checks.Pass.String()
	}
	return checks.Fail.String()
}

// runVerdicts sums the verdicts up over the cells: every expectation, with the
// first cell that made it what it is, then every checker, with the first cell that
// failed it.
func runVerdicts(r *results.Run) []jsonVerdict {
	list := []jsonVerdict{}
	for _, j := range r.Judgements() {
		c := &r.Cells[j.Cells[0]]
		at := slices.IndexFunc(c.Outcomes, func(o results.Outcome) bool { return o.Expectation == j.Expectation })
		v := outcomeJSON(c, &c.Outcomes[at])
		state := stateName(j.State)
		v.State = &state
		list = append(list, v)
	}
	for _, v := range worstReports(r) {
		list = append(list, jsonVerdict{Checker: v.Checker, Result: v.Result.String(), Why: v.Why, Witness: witnessJSON(&v.Witness)})
	}
	return list
}

// worstReports is, of every checker, its first verdict of the gravest kind: fail,
// unknown, pass, vacuous.
func worstReports(r *results.Run) []checks.Verdict {
	grave := []checks.Result{checks.Vacuous, checks.Pass, checks.Undecided, checks.Fail}
	var list []checks.Verdict
	for i := range r.Cells {
		for _, v := range r.Cells[i].Reports {
			at := slices.IndexFunc(list, func(known checks.Verdict) bool { return known.Checker == v.Checker })
			if at < 0 {
				list = append(list, v)
			} else if slices.Index(grave, v.Result) > slices.Index(grave, list[at].Result) {
				list[at] = v
			}
		}
	}
	return list
}
