package checks

import (
	"fmt"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// LeasesExclusive judges that while a node holds a lease no other commits anything in a higher
// epoch (Gray and Cheriton, "Leases", 1989; Ongaro's dissertation, section 6.4.1). A lease ends, in
// true time, when its holder's clock shows its end, when the holder states an earlier end, or
// when it gives up the lead. With it goes the safety margin: the least time from the end of
// a lease to the first commit in a higher epoch by another node; negative where a lease was
// still held then. Count is the number of leases, one for each epoch of a node. Not applicable
// where nobody states Lease.
func LeasesExclusive(run *record.Run, o Options) Report { return newView(run, o).leasesExclusive() }

// leased is what a node held by leases in one epoch.
type leased struct {
	node  sim.NodeID
	epoch uint64
	end   time.Duration // true time
	stamp uint32        // of the last statement
}

// rivalry is the first commit of a node in an epoch that it leads.
type rivalry struct {
	node  sim.NodeID
	epoch uint64
	at    time.Duration
	stamp uint32
}

func (v *view) leasesExclusive() Report {
	f := finding{checker: "leases_exclusive"}
	leases, rivals := v.leases()
	least := time.Duration(0)
	for _, l := range leases {
		r, found := firstRival(rivals, l)
		if !found {
			continue
		}
		margin := r.at - l.end
		if f.judged == 0 || margin < least {
			least = margin
		}
		f.judged++
		if margin < 0 {
			f.add(func() Witness { return v.leaseWitness(l, r) })
		}
	}
	r := f.report("no node stated a lease that another's commit followed", "lease", "had not ended when another node committed", "each over before another node committed")
	r.Measures = append(r.Measures, Measure{Name: "lease_margin_min_ns", Kind: Min, Count: int64(least), Undefined: f.judged == 0})
	return r
}

// leases lists what nodes held by leases, and the first commits of those that led.
func (v *view) leases() (list []leased, rivals []rivalry) {
	if !v.states(sim.Lease) {
		return nil, nil
	}
	lead := make([]reign, 1+v.lastNode())
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		lead[seen.Node].take(seen)
		switch {
		case seen.Fact == sim.Lease:
			list = v.lease(list, seen)
		case seen.Fact == sim.Committed || seen.Fact == sim.Decided:
			rivals = commitsFirst(rivals, seen, lead[seen.Node].epoch)
		}
	}
	tenures := v.tenures()
	for i := range list {
		l := &list[i]
		for _, t := range tenures {
			if t.node == l.node && t.epoch == l.epoch {
				l.end = min(l.end, t.end)
			}
		}
	}
	return list, rivals
}

// lease takes one statement: it goes on, or ends earlier than was said before. One that is over when it is
// stated, for its round was answered late, was never held.
func (v *view) lease(list []leased, seen *record.Observation) []leased {
	end := v.run.TrueTime(seen.Node, time.Duration(seen.B))
	at := slices.IndexFunc(list, func(l leased) bool { return l.node == seen.Node && l.epoch == seen.C })
	switch isOver := end <= seen.At; {
	case at < 0 && !isOver:
		list = append(list, leased{seen.Node, seen.C, end, seen.Stamp})
	case at >= 0 && isOver:
		list[at].end = min(list[at].end, seen.At)
	case at >= 0:
		list[at].end, list[at].stamp = end, seen.Stamp
	}
	return list
}

// commitsFirst takes note of the first commit of a node in an epoch.
func commitsFirst(list []rivalry, seen *record.Observation, epoch uint64) []rivalry {
	known := slices.ContainsFunc(list, func(r rivalry) bool { return r.node == seen.Node && r.epoch == epoch })
	if epoch == 0 || known {
		return list
	}
	return append(list, rivalry{seen.Node, epoch, seen.At, seen.Stamp})
}

// firstRival is the first commit by another node in a higher epoch than a lease's.
func firstRival(list []rivalry, l leased) (rivalry, bool) {
	at := slices.IndexFunc(list, func(r rivalry) bool { return r.node != l.node && r.epoch > l.epoch })
	if at < 0 {
		return rivalry{}, false
	}
	return list[at], true
}

func (v *view) leaseWitness(l leased, r rivalry) Witness {
	return Witness{
		Nodes: []sim.NodeID{r.node, l.node}, Stamps: []uint32{r.stamp, l.stamp},
		Text: fmt.Sprintf("%s held a lease of epoch %d until %s; %s committed in epoch %d at %s", v.run.Name(l.node), l.epoch,
			moment(l.end), v.run.Name(r.node), r.epoch, moment(r.at)),
	}
}
