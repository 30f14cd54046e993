package checks

import (
	"fmt"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// PromisesKept judges that what a node promised binds it: it votes in no epoch below one that
// it promised, promises none below, and is never found to have stored an entry of an epoch
// above all that it promised, unless others had decided it. Where nodes state no votes, as
// acceptors of Paxos do (Lamport 2001, section 2.2), it also stores no new entry of an epoch below
// its promise that is not decided yet; elsewhere logs are handed on with the epochs of old.
// What is stated at one instant counts as one. A wiped disk takes promises with it. Count
// is the number of statements that break a promise.
func PromisesKept(run *record.Run, o Options) Report { return newView(run, o).promisesKept() }

// pledges is what the nodes promised, by node and scope.
type pledges struct {
	view    *view
	highest map[pledgeOf]pledge
	votes   bool
	decided map[entryOf]time.Duration // when an entry was first known to be decided
}

type pledgeOf struct {
	node  sim.NodeID
	scope sim.Key
}

// entryOf tells values of one slot apart.
type entryOf struct{ slot, print uint64 }

// pledge is the highest epoch promised, and what was promised before this instant.
type pledge struct {
	epoch, before uint64
	at            time.Duration
	stamp         uint32
}

// earlier is what had been promised before an instant.
func (p *pledge) earlier(at time.Duration) uint64 {
	if p.at == at {
		return p.before
	}
	return p.epoch
}

func (v *view) promisesKept() Report {
	f := finding{checker: "promises_kept"}
	if !v.states(sim.Promised) {
		return f.report("no node stated a promise", "", "", "")
	}
	p := pledges{v, map[pledgeOf]pledge{}, v.states(sim.Voted), map[entryOf]time.Duration{}}
	for i := range v.run.Observations {
		if seen := &v.run.Observations[i]; seen.Fact == sim.Decided {
			if _, known := p.decided[entryOf{seen.A, seen.C}]; !known {
				p.decided[entryOf{seen.A, seen.C}] = seen.At
			}
		}
	}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact == sim.Promised || seen.Fact == sim.Voted || seen.Fact == sim.Stored {
			f.judged++
		}
		if what := p.take(i, seen); what != "" {
			f.add(func() Witness { return v.promiseWitness(&p, seen, what) })
		}
	}
	return f.report("", "statement", "broke a promise", "no promise broken")
}

// take takes one statement, and says in what way it breaks a promise, if it does.
func (p *pledges) take(i int, seen *record.Observation) (broken string) {
	name := pledgeOf{seen.Node, seen.Key}
	switch {
	case losesAll(seen) && seen.Why == sim.Wiped:
		p.forget(seen.Node)
	case seen.Fact == sim.Promised:
		return p.promise(name, seen)
	case seen.Fact == sim.Voted:
		if last := p.highest[name]; seen.A < last.earlier(seen.At) {
			return fmt.Sprintf("voted in epoch %d", seen.A)
		}
	case seen.Fact == sim.Stored && seen.Why == sim.Durable && seen.A > 0 && p.isNew(seen) && !p.isDecided(seen):
		own := p.highest[pledgeOf{seen.Node, 0}]
		switch {
		case seen.B > max(own.epoch, p.soon(i, seen)):
			return fmt.Sprintf("stored slot %d of epoch %d", seen.A, seen.B)
		case !p.votes && seen.B < own.earlier(seen.At):
			return fmt.Sprintf("accepted slot %d in epoch %d", seen.A, seen.B)
		}
	}
	return ""
}

func (p *pledges) promise(name pledgeOf, seen *record.Observation) (broken string) {
	last := p.highest[name]
	if seen.A < last.epoch {
		return fmt.Sprintf("promised epoch %d", seen.A)
	}
	if last.at != seen.At {
		last.before = last.epoch
	}
	p.highest[name] = pledge{seen.A, last.before, seen.At, seen.Stamp}
	return ""
}

func (p *pledges) forget(node sim.NodeID) {
	for name := range p.highest {
		if name.node == node {
			delete(p.highest, name)
		}
	}
}

// soon is what the node promises later at the same instant.
func (p *pledges) soon(i int, seen *record.Observation) (highest uint64) {
	for _, later := range p.view.run.Observations[i:] {
		if later.At != seen.At {
			break
		}
		if later.Fact == sim.Promised && later.Node == seen.Node && later.Key == 0 {
			highest = max(highest, later.A)
		}
	}
	return highest
}

// isNew tells whether the node did not have the entry already: what is stated again is not
// accepted again.
func (p *pledges) isNew(seen *record.Observation) bool {
	h, found := p.view.durable()[seen.Node].at(seen.A, seen.Stamp)
	return !found || h.from == seen.Stamp
}

func (p *pledges) isDecided(seen *record.Observation) bool {
	at, known := p.decided[entryOf{seen.A, seen.C}]
	return known && at <= seen.At
}

func (v *view) promiseWitness(p *pledges, seen *record.Observation, what string) Witness {
	scope := seen.Key
	if seen.Fact == sim.Stored {
		scope = 0
	}
	last := p.highest[pledgeOf{seen.Node, scope}]
	had := "and had promised nothing"
	if last.stamp > 0 {
		had = fmt.Sprintf("and had promised epoch %d at %s", last.epoch, moment(last.at))
	}
	return Witness{
		Key: seen.Key, Ops: opsThere(seen.Op), Nodes: []sim.NodeID{seen.Node}, Stamps: []uint32{seen.Stamp},
		Text: fmt.Sprintf("%s %s at %s, %s", v.run.Name(seen.Node), what, moment(seen.At), had),
	}
}
