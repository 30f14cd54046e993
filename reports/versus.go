package reports

import (
	"fmt"
	"io"
	"slices"
	"time"

	"simrun/checks"
	"simrun/results"
	"simrun/sim"
	"simrun/sim/record"
)

// Side is one of two runs that are compared.
type Side struct {
	Label string // what it differs in: protocol.r=1
	Run   *record.Run
}

// versusRows is how many differing ops are listed.
const versusRows = 20

// Versus compares two runs op by op: the ops of a client pair by their numbers. It
// says how many differ in what, lists the first of them, and gives the mean
// difference in latency of the ops that both answered, with a 95 % interval by
// Student's t. Warnings are printed first: that clients pace themselves by the
// answers, so that later ops are no longer the same.
func Versus(w io.Writer, a, b Side, o Options, warnings ...string) error {
	p := pairUp(a.Run, b.Run)
	d := document{title: a.Label + " versus " + b.Label, about: p.summary()}
	d.facts = []string{fmt.Sprintf("seed %d", a.Run.Seed), "digests " + spellDigest(a.Run.Digest) + " and " + spellDigest(b.Run.Digest)}
	d.list("", wordItems(warnings))
	d.blocks = append(d.blocks, block{heading: "Ops", grid: p.counts(a.Label, b.Label)})
	d.list("Latency", p.latency(a.Label, b.Label))
	if len(p.differing) > 0 {
		heading := "Ops that differ in outcome or values"
		if len(p.differing) > versusRows {
			heading += fmt.Sprintf(", the first %d of %s", versusRows, spellCount(int64(len(p.differing))))
		}
		d.blocks = append(d.blocks, block{heading: heading, grid: p.list(a.Label, b.Label)})
	}
	return writeText(w, d, o)
}

// pairing is two runs, op by op.
type pairing struct {
	a, b         *record.Run
	both         int
	onlyA, onlyB int
	same         int // in outcome and values
	outcome      int // differ in outcome
	values       int // differ in values alone
	slower       int // of those that both answered, b took longer
	faster       int
	differing    []sim.OpID     // in the order in which the first run began them
	latencies    results.Spread // of b less a, in nanoseconds
}

func pairUp(a, b *record.Run) *pairing {
	p := &pairing{a: a, b: b, latencies: results.Spread{Kind: checks.Max}}
	for i := range a.History.Ops {
		op := &a.History.Ops[i]
		twin := b.History.Find(op.ID())
		if twin == nil {
			p.onlyA++
			continue
		}
		p.both++
		p.compare(op, twin)
	}
	p.onlyB = len(b.History.Ops) - p.both
	return p
}

func (p *pairing) compare(op, twin *record.Op) {
	switch {
	case op.Outcome != twin.Outcome || op.Error != twin.Error:
		p.outcome++
		p.differing = append(p.differing, op.ID())
	case !slices.Equal(p.a.History.Values(op), p.b.History.Values(twin)):
		p.values++
		p.differing = append(p.differing, op.ID())
	default:
		p.same++
	}
	if op.Outcome != sim.OK || twin.Outcome != sim.OK {
		return
	}
	difference := int64(twin.Latency() - op.Latency())
	p.latencies.Runs++
	p.latencies.Sum = p.latencies.Sum.Add(results.NewWide(difference))
	p.latencies.Squares = p.latencies.Squares.Add(results.Square(difference))
	switch {
	case difference > 0:
		p.slower++
	case difference < 0:
		p.faster++
	}
}

// summary names the first difference.
func (p *pairing) summary() string {
	switch {
	case p.a.Digest == p.b.Digest:
		return "the runs are the same"
	case len(p.differing) == 0:
		return "no op of both runs differs in outcome or values"
	}
	op := p.a.History.Find(p.differing[0])
	return fmt.Sprintf("%s, begun at %s, is the first op that differs", op.ID(), spellSeconds(op.InvokedAt))
}

func spellSeconds(at time.Duration) string { return fmt.Sprintf("%.3f s", at.Seconds()) }

func (p *pairing) counts(a, b string) *grid {
	g := &grid{columns: []column{{title: "ops", key: true}, {title: "count", right: true}}}
	for _, line := range []struct {
		name  string
		count int
	}{
		{"in both", p.both},
		{"the same outcome and values", p.same},
		{"another outcome", p.outcome},
		{"other values", p.values},
		{"only in " + a, p.onlyA},
		{"only in " + b, p.onlyB},
	} {
		g.rows = append(g.rows, []string{clean(line.name), spellCount(int64(line.count))})
	}
	return g
}

func (p *pairing) latency(a, b string) []item {
	mean, half, defined, bounded := p.latencies.Mean()
	if !defined {
		return nil
	}
	text := fmt.Sprintf("%s is slower in %s and faster in %s of %s that both answered", b, spellCount(int64(p.slower)),
		spellCount(int64(p.faster)), plural(int(p.latencies.Runs), "op"))
	change := "mean of " + b + " less " + a + ": " + spellDuration(time.Duration(mean))
	if bounded {
		change += " [" + spellDuration(time.Duration(mean-half)) + ", " + spellDuration(time.Duration(mean+half)) + "]"
	}
	return []item{{text: text}, {text: change}}
}

// list shows the ops that differ, side by side.
func (p *pairing) list(a, b string) *grid {
	g := &grid{columns: []column{
		{title: "op", key: true},
		{title: "what", key: true},
		{title: "begun", right: true},
		{title: clean(a)},
		{title: clean(b)},
	}}
	for _, id := range p.differing[:min(len(p.differing), versusRows)] {
		op, twin := p.a.History.Find(id), p.b.History.Find(id)
		g.rows = append(g.rows, []string{
			id.String(), op.Code.String() + " " + op.Key.String(), spellSeconds(op.InvokedAt),
			ended(p.a, op), ended(p.b, twin),
		})
	}
	return g
}

// ended says in a word or two how an op ended.
func ended(run *record.Run, op *record.Op) string {
	switch {
	case op.Error != sim.NoError:
		return op.Outcome.String() + ": " + op.Error.String()
	case op.Outcome == sim.OK && !op.Code.Writes():
		return spellValues(run.History.Values(op))
	}
	return op.Outcome.String()
}
