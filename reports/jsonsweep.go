package reports

import (
	"strconv"

	"simrun/results"
)

type jsonSweep struct {
	Scenario    string             `json:"scenario"`
	Seeds       string             `json:"seeds"`
	Runs        int                `json:"runs"`
	Vacuous     int                `json:"vacuous"`
	Interrupted bool               `json:"interrupted"`
	Budget      bool               `json:"budget_spent"`
	Panics      int                `json:"panics"`
	Undecided   int                `json:"undecided"`
	Engine      string             `json:"engine"`
	Digest      string             `json:"digest"`
	Virtual     int64              `json:"virtual_ns"`
	Events      uint64             `json:"events"`
	Cells       []jsonSweepCell    `json:"cells"`
	Metrics     object             `json:"metrics"`
	Raw         object             `json:"raw"`
	Verdicts    []jsonSweepVerdict `json:"verdicts"`
	Failures    []jsonFailure      `json:"failures"`
	Tables      []jsonTable        `json:"tables"`
}

type jsonSweepCell struct {
	Set      object             `json:"set"`
	Runs     int                `json:"runs"`
	Cut      int                `json:"cut"`
	Vacuous  int                `json:"vacuous"`
	Unmet    []jsonUnmet        `json:"unmet"`
	Metrics  object             `json:"metrics"`
	Verdicts []jsonSweepVerdict `json:"verdicts"`
}

// jsonSweepVerdict is what became of an expectation over the seeds, with how often
// its claim was true and the 95 % interval of that share.
type jsonSweepVerdict struct {
	Checker   string        `json:"checker"`
	Expect    string        `json:"expect"`
	When      *string       `json:"when"`
	State     string        `json:"state"`
	True      int           `json:"true"`
	False     int           `json:"false"`
	Undecided int           `json:"undecided"`
	Silent    int           `json:"silent"`
	Share     *jsonEstimate `json:"share"`
}

type jsonEstimate struct {
	Mean float64  `json:"mean"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
}

type jsonFailure struct {
	Seed      string       `json:"seed"`
	Cell      int          `json:"cell"`
	Signature string       `json:"signature"`
	Why       string       `json:"why"`
	Witness   *jsonWitness `json:"witness"`
	Replay    string       `json:"replay"`
}

func sweepJSON(s *results.Sweep) any {
	vacuous, _ := vacuousRuns(s)
	out := jsonSweep{
		Scenario: s.Scenario, Seeds: spellSeeds(s), Runs: s.Runs, Vacuous: vacuous, Interrupted: s.Interrupted,
		Budget: s.Budget, Panics: s.Panics, Undecided: s.Undecided, Engine: s.Engine, Digest: spellDigest(s.Digest),
		Virtual: int64(virtualTime(s)), Events: s.Events, Cells: []jsonSweepCell{}, Metrics: estimatesJSON(s.Overall()),
		Raw: rawJSON(s.Overall().Measures), Verdicts: []jsonSweepVerdict{}, Failures: []jsonFailure{}, Tables: []jsonTable{},
	}
	for i := range s.Cells {
		out.Cells = append(out.Cells, sweepCellJSON(&s.Cells[i]))
	}
	for _, j := range s.Judgements() {
		out.Verdicts = append(out.Verdicts, judgementJSON(s, &j))
	}
	for i := range s.Failures {
		f := &s.Failures[i]
		out.Failures = append(out.Failures, jsonFailure{spellSeed(f.Seed), f.Cell, f.Signature, f.Why, witnessJSON(&f.Witness), f.Replay})
	}
	if len(s.Cells) > 0 {
		out.Tables = append(out.Tables, sweepTableJSON(s))
	}
	return out
}

func sweepCellJSON(c *results.SweepCell) jsonSweepCell {
	out := jsonSweepCell{
		Set: setJSON(c.Set), Runs: c.Runs, Cut: c.Cut, Vacuous: c.Vacuous, Unmet: []jsonUnmet{},
		Metrics: estimatesJSON(c), Verdicts: []jsonSweepVerdict{},
	}
	for _, u := range unmetOf(c) {
		out.Unmet = append(out.Unmet, jsonUnmet(u))
	}
	for i := range c.Expectations {
		t := &c.Expectations[i]
		out.Verdicts = append(out.Verdicts, tallyJSON(t, c.State(t)))
	}
	return out
}

// estimatesJSON is every metric's mean and interval; null where it is undefined.
func estimatesJSON(c *results.SweepCell) object {
	out := object{}
	for i := range c.Measures {
		out = append(out, member{c.Measures[i].Name, estimateJSON(c.Estimate(c.Measures[i].Name))})
	}
	return out
}

func estimateJSON(e results.Estimate) *jsonEstimate {
	if !e.Defined {
		return nil
	}
	out := &jsonEstimate{Mean: rounded(e.Mean)}
	if e.Bounded {
		low, high := rounded(e.Low), rounded(e.High)
		out.Low, out.High = &low, &high
	}
	return out
}

// rounded keeps twelve digits of a statistic: processors that fuse a product with a
// sum differ in the last ones.
func rounded(x float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil {
		return x
	}
	return short
}

func tallyJSON(t *results.Tally, state results.State) jsonSweepVerdict {
	out := jsonSweepVerdict{
		Checker: t.Claim, Expect: t.Mode.String(), State: stateName(state), True: t.True, False: t.False,
		Undecided: t.Undecided, Silent: t.Silent, Share: estimateJSON(t.Share()),
	}
	if t.When != "" {
		out.When = &t.When
	}
	return out
}

// judgementJSON sums an expectation up over the cells.
func judgementJSON(s *results.Sweep, j *results.Judgement) jsonSweepVerdict {
	all := overallTally(s, j.Expectation)
	all.Mode, all.Claim, all.When = j.Mode, j.Claim, j.When
	return tallyJSON(&all, j.State)
}

func sweepTableJSON(s *results.Sweep) jsonTable {
	metrics := sweepColumns(s)
	columns := append(results.SettingColumns(s.Cells[0].Set), results.Column{Name: "runs", Title: "runs", Unit: "count"},
		results.Column{Name: "vacuous", Title: "vacuous", Unit: "count"})
	for _, name := range metrics {
		columns = append(columns, results.ColumnOf(name))
	}
	out := tableJSON(&results.Table{Name: "cells", Title: meansTitle(s), Columns: columns})
	for i := range s.Cells {
		c := &s.Cells[i]
		var row []any
		for _, set := range c.Set {
			row = append(row, set.Value)
		}
		row = append(row, c.Runs, c.Vacuous)
		for _, name := range metrics {
			row = append(row, estimateJSON(c.Estimate(name)))
		}
		out.Rows = append(out.Rows, row)
	}
	out.count()
	return out
}
