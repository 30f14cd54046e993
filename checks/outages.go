package checks

import (
	"fmt"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// Outages judges whether a server that was behind when a fault on it healed came to
// apply what others had applied by then. Judged are the servers that faults aim at,
// where they state the slot that their state is of (the fact Replica), except those that
// are down in the end. The time to rejoin runs from the healing to the statement of
// such a slot.
func Outages(run *record.Run, o Options) Report { return newView(run, o).outagesEnd() }

// absence is a server's being behind when a fault on it healed.
type absence struct {
	node   sim.NodeID
	healed time.Duration
	behind uint64        // entries that others had and it had not
	took   time.Duration // until it had them
	ended  bool
}

func (v *view) outagesEnd() Report {
	outages := v.outages()
	var failed, took int64
	verdict := Verdict{Checker: "caught_up"}
	for i := range outages {
		o := &outages[i]
		if o.ended {
			took += int64(o.took)
			continue
		}
		if failed == 0 {
			verdict.Witness = v.outageWitness(o)
		}
		failed++
	}
	all := int64(len(outages))
	verdict.Count = failed
	switch {
	case all == 0:
		verdict.Result, verdict.Why = Vacuous, "no server was behind when a fault on it healed"
	case failed > 0:
		verdict.Result = Fail
		verdict.Why = fmt.Sprintf("after %d of %s the server never caught up", failed, plural(all, "outage"))
	default:
		verdict.Why = fmt.Sprintf("%s, all caught up", plural(all, "outage"))
	}
	return Report{verdict, []Measure{
		{Name: "rejoin_ns", Kind: Mean, Count: took, Total: all - failed, Undefined: all == failed},
	}}
}

func (v *view) outageWitness(o *absence) Witness {
	return Witness{Nodes: []sim.NodeID{o.node}, Text: fmt.Sprintf(
		"%s lacked %s when it was healed at %s, and never applied them all",
		v.run.Name(o.node), entries(o.behind), moment(o.healed))}
}

func entries(n uint64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// outages lists the targets of healed faults that were behind then.
func (v *view) outages() []absence {
	var all []absence
	for i := range v.run.Faults {
		f := &v.run.Faults[i]
		if f.Skipped || f.Healed <= f.Injected {
			continue
		}
		for _, target := range f.Targets {
			if v.run.IsClient[target] || slices.Contains(v.run.Dead, target) {
				continue
			}
			if o, behind := v.absence(target, f.Healed); behind {
				all = append(all, o)
			}
		}
	}
	return all
}

// absence follows one server from the healing of a fault on it. What it holds is what it
// stated last, which after a restart may be less than it had.
func (v *view) absence(node sim.NodeID, healed time.Duration) (o absence, behind bool) {
	o = absence{node: node, healed: healed}
	var own, others uint64
	stated := false
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Replica {
			continue
		}
		switch isOwn := seen.Node == node; {
		case seen.At > healed && !stated:
			stated = true
			if own >= others {
				return o, false
			}
			o.behind = others - own
			fallthrough
		case seen.At > healed:
			if isOwn && seen.A >= others && !o.ended {
				o.ended, o.took = true, seen.At-healed
			}
		case isOwn:
			own = seen.A
		default:
			others = max(others, seen.A)
		}
	}
	if !stated {
		o.behind = others - min(own, others)
	}
	return o, o.behind > 0
}
