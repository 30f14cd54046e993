package reports

import (
	"fmt"
	"slices"

	"simrun/results"
	"simrun/sim/record"
)

// ordinary are the metrics that are shown where a scenario chooses none, as far as
// they are defined.
var ordinary = []string{"availability", "stale_share", "lost_writes", "latency_read_p99_ns", "latency_write_p99_ns"}

// runDocument is the report of a single run.
func runDocument(r *results.Run) (document, error) {
	d := document{title: r.Scenario, about: r.Title, facts: runFacts(r)}
	for _, t := range runTables(r) {
		g, err := gridOf(&t)
		if err != nil {
			return d, err
		}
		d.blocks = append(d.blocks, block{heading: t.Title, grid: g})
	}
	d.list("In words", wordItems(r.Words))
	d.list("Expectations", runExpectations(r))
	d.list("Stopped early", stoppedItems(r))
	d.list("Too little happened to judge by", unmetItems(r))
	return d, nil
}

// runFacts says what fixes the run, and how much of it there was.
func runFacts(r *results.Run) []string {
	if r.Imported {
		return nil
	}
	facts := append([]string{"seed " + spellSeed(r.Seed)}, engineFacts(r.Engine, r.Digest)...)
	return append(facts, spellDuration(r.Virtual)+" of virtual time", spellCount(int64(r.Events))+" events")
}

func engineFacts(engine string, digest uint64) []string {
	return []string{"engine " + engine, "digest " + spellDigest(digest)}
}

// spellDigest spells a digest with all its digits.
func spellDigest(digest uint64) string { return fmt.Sprintf("%016x", digest) }

// list adds a list, if there is something in it.
func (d *document) list(heading string, items []item) {
	if len(items) > 0 {
		d.blocks = append(d.blocks, block{heading: heading, items: items})
	}
}

// runTables are the scenario's tables, or one of what is ordinary.
func runTables(r *results.Run) []results.Table {
	if len(r.Tables) > 0 || len(r.Cells) == 0 {
		return r.Tables
	}
	chosen := r.Columns
	if len(chosen) == 0 {
		defined := func(name string) bool {
			return slices.ContainsFunc(r.Cells, func(c results.Cell) bool {
				_, ok := results.Value(results.Find(c.Measures, name))
				return ok
			})
		}
		chosen = withClaims(defined, r.Judgements())
	}
	if len(chosen) == 0 {
		return nil
	}
	return []results.Table{results.CellTable("cells", "What was measured", r.Cells, chosen...)}
}

// withClaims is what is ordinary, and the metrics that expectations speak of.
func withClaims(defined func(string) bool, judged []results.Judgement) []string {
	names := slices.Clone(ordinary)
	for _, j := range judged {
		if c, err := results.ParseClaim(j.Claim); err == nil && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !defined(name) })
}

func wordItems(words []string) []item {
	var items []item
	for _, text := range words {
		items = append(items, item{text: text})
	}
	return items
}

// runExpectations says what became of every expectation, and where one is broken,
// in which cells, why and how to see it again. What was not seen other seeds may show.
func runExpectations(r *results.Run) []item {
	var items []item
	unseen := -1
	for _, j := range r.Judgements() {
		i := item{state: j.State, text: j.Text()}
		if len(r.Cells) > 1 {
			i.text += fmt.Sprintf(" (%d of %s)", len(j.Cells), plural(j.Applies, "cell"))
		}
		if j.State == results.NotSeen {
			unseen = len(items)
		}
		items = append(items, i)
		if j.State == results.Broken || j.State == results.Unknown || j.State == results.Vacuous {
			items = append(items, cellItems(r, &j)...)
		}
	}
	if unseen >= 0 {
		items[unseen].try = r.Sweep // once, below the last that other seeds may show
	}
	return items
}

// cellItems explains the cells that brought a judgement about.
func cellItems(r *results.Run, j *results.Judgement) []item {
	var items []item
	for _, at := range j.Cells {
		c := &r.Cells[at]
		if j.State == results.Vacuous && c.Vacuous() || c.Cut() {
			continue // said once, below
		}
		at := slices.IndexFunc(c.Outcomes, func(o results.Outcome) bool { return o.Expectation == j.Expectation })
		o := &c.Outcomes[at]
		i := item{nested: true, text: cellName(c.Set, o.Why), details: witnessLines(o.Why, o.Witness.Text)}
		if j.State == results.Broken {
			i.command = c.Replay
		}
		items = append(items, i)
	}
	return items
}

// cellName is what a cell sets, and why it is spoken of.
func cellName(set []results.Setting, why string) string {
	label := results.Label(set)
	switch {
	case label == "":
		return why
	case why == "":
		return label
	}
	return label + ": " + why
}

// witnessLines is the text of a witness, unless it has been said.
func witnessLines(why, text string) []string {
	if text == "" || text == why {
		return nil
	}
	return []string{text}
}

func stoppedItems(r *results.Run) []item {
	var items []item
	for i := range r.Cells {
		c := &r.Cells[i]
		if !c.Cut() {
			continue
		}
		why := c.Stop.Reason.String()
		if c.Stop.Reason == record.Panicked {
			why = fmt.Sprintf("%s panicked at event %d: %s", c.Name(c.Stop.Node), c.Stop.Stamp, c.Stop.Panic)
		}
		items = append(items, item{text: cellName(c.Set, why), command: c.Replay})
	}
	return items
}

func unmetItems(r *results.Run) []item {
	var items []item
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Cut() {
			continue // it is among those that stopped early
		}
		for _, u := range c.Unmet {
			items = append(items, item{text: cellName(c.Set, unmetText(u))})
		}
	}
	return items
}

func unmetText(u results.Unmet) string {
	return fmt.Sprintf("%s is required, and was %s", u.Requirement, spellCount(u.Count))
}
