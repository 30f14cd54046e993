package checks

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// carelessLog is a replicated log about which three nodes state anything.
func carelessLog(seed int64) *record.Run {
	random := rand.New(rand.NewSource(seed))
	b := histories.New(3)
	n := func(most int) uint64 { return 1 + uint64(random.Intn(most)) }
	votes, voters, life := random.Intn(2) == 0, random.Intn(3) == 0, [4]uint32{1, 1, 1, 1}
	windows := random.Intn(2) == 0
	for stamp := uint32(10); stamp < 40+10*uint32(n(25)); stamp += 5 {
		print, slot, epoch := n(6)/5, n(3), n(3)
		o := sim.Observation{Op: sim.OpID(print), A: slot, B: epoch, C: print}
		switch random.Intn(16) {
		case 0, 1, 2, 3:
			o.Fact, o.Why = sim.Stored, sim.Durable
		case 4, 5:
			o.Fact = sim.Decided
		case 6, 7:
			o.Fact = sim.Applied
		case 8:
			o = sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, A: slot}
		case 9:
			o = sim.Observation{Fact: sim.Promised, A: epoch}
		case 10:
			o = sim.Observation{Fact: sim.Elected, A: epoch}
		case 11:
			o = sim.Observation{Fact: sim.Repaired, Why: sim.BySnapshot, B: slot}
		case 12:
			if random.Intn(3) == 0 {
				o = sim.Observation{Fact: sim.Discarded, Why: []sim.Why{sim.Wiped, sim.Unsynced}[random.Intn(2)]}
				break
			}
			life[n(3)]++
			continue
		case 13:
			if !votes {
				continue
			}
			o = sim.Observation{Fact: sim.Voted, A: epoch, B: n(3), C: n(8) / 7}
		case 15:
			o = sim.Observation{Fact: sim.Discarded, Why: sim.Collected, A: slot}
		case 14:
			if !voters {
				continue
			}
			e := sim.Electorate{Version: uint32(n(3)), Voters: sim.NodeSet(n(7)) << 1}
			if random.Intn(3) == 0 {
				e.Elect, e.Accept = uint8(n(2)), uint8(n(2))
			}
			if windows {
				e.Window = uint16(random.Intn(3))
			}
			o = e.Fact([]sim.Why{sim.NoReason, sim.Agreed}[random.Intn(2)])
		}
		node := n(3)
		b.StateIn(life[node], stamp, sim.NodeID(node), o)
	}
	return b.Run()
}

// logTwin judges a log by the definitions alone: what a node holds is found by going through
// all statements from the first.
type logTwin struct{ seen []record.Observation }

func (t logTwin) any(facts ...sim.Fact) bool {
	for _, s := range t.seen {
		for _, f := range facts {
			if s.Fact == f {
				return true
			}
		}
	}
	return false
}

// log is what a node holds after the first statements.
func (t logTwin) log(node sim.NodeID, statements int) (slots map[uint64]record.Observation, snapshot uint64) {
	slots = map[uint64]record.Observation{}
	for _, s := range t.seen[:statements] {
		switch {
		case s.Node != node:
		case s.Fact == sim.Stored:
			slots[s.A] = s
		case s.Fact == sim.Repaired:
			snapshot = max(snapshot, s.B)
		case s.Fact == sim.Discarded && s.Why == sim.Truncated:
			delete(slots, s.A)
		case s.Fact == sim.Discarded && s.Why == sim.Collected:
			for slot := range slots {
				if slot <= s.A {
					delete(slots, slot)
				}
			}
		case s.Fact == sim.Discarded:
			slots, snapshot = map[uint64]record.Observation{}, 0
		}
	}
	return slots, snapshot
}

func (t logTwin) holds(node sim.NodeID, slot, print uint64, statements int) bool {
	slots, snapshot := t.log(node, statements)
	e, found := slots[slot]
	return found && e.C == print || slot <= snapshot
}

// gave is up to where a node has given up slots after the first statements.
func (t logTwin) gave(node sim.NodeID, statements int) (upto uint64) {
	for _, s := range t.seen[:statements] {
		switch {
		case s.Node != node || s.Fact != sim.Discarded:
		case s.Why == sim.Collected:
			upto = max(upto, s.A)
		case s.Why != sim.Truncated:
			upto = 0
		}
	}
	return upto
}

// covered tells whether the snapshots of most nodes that ever apply stand for a slot.
func (t logTwin) covered(slot uint64, statements int) bool {
	apply, stand := 0, 0
	for node := sim.NodeID(1); node <= 3; node++ {
		applies := false
		for _, s := range t.seen {
			applies = applies || s.Node == node && s.Fact == sim.Applied
		}
		if applies {
			apply++
			if _, snapshot := t.log(node, statements); slot <= snapshot {
				stand++
			}
		}
	}
	return 2*stand > apply
}

// decided are the first statements that decide each slot.
func (t logTwin) decided() (at []int) {
	known := map[uint64]bool{}
	for i, s := range t.seen {
		if s.Fact == sim.Decided && !known[s.A] {
			known[s.A] = true
			at = append(at, i)
		}
	}
	return at
}

func (t logTwin) decision(slot uint64) (record.Observation, bool) {
	for _, i := range t.decided() {
		if t.seen[i].A == slot {
			return t.seen[i], true
		}
	}
	return record.Observation{}, false
}

func (t logTwin) votes() int64 {
	bad := map[string]bool{}
	for _, a := range t.seen {
		for _, b := range t.seen {
			if a.Fact == sim.Voted && b.Fact == sim.Voted && a.Node == b.Node && a.A == b.A && a.C == b.C && a.B != b.B {
				bad[fmt.Sprint(a.Node, a.A, a.C)] = true
			}
		}
	}
	return int64(len(bad))
}

func (t logTwin) values() (n int64) {
	for _, i := range t.decided() {
		differs := false
		for _, s := range t.seen {
			differs = differs || (s.Fact == sim.Decided || s.Fact == sim.Applied) && s.A == t.seen[i].A && s.C != t.seen[i].C
		}
		if differs {
			n++
		}
	}
	return n
}

func (t logTwin) disorder() (n int64) {
	if !t.any(sim.Decided) {
		return 0
	}
	for i, s := range t.seen {
		if s.Fact == sim.Applied && t.misapplied(i) {
			n++
		}
	}
	return n
}

func (t logTwin) misapplied(i int) bool {
	s := t.seen[i]
	var last, reached uint64
	var op sim.OpID
	for _, p := range t.seen[:i] {
		if p.Node != s.Node {
			continue
		}
		switch {
		case p.Fact == sim.Discarded && p.A == 0:
			reached = 0
		case p.Fact == sim.Repaired:
			reached = max(reached, p.B)
		case p.Fact == sim.Applied:
			reached = max(reached, p.A)
		}
		if p.Life == s.Life && p.Fact == sim.Applied {
			last, op = p.A, p.Op
		}
		if p.Life == s.Life && p.Fact == sim.Repaired {
			last = max(last, p.B)
		}
	}
	if last > 0 && s.A <= last {
		return s.A < last || s.Op != op
	}
	for slot := uint64(1); slot < s.A; slot++ {
		d, known := t.decision(slot)
		isNoOp := known && d.Op == 0
		isDone := slot <= last || last == 0 && slot <= reached
		if !isNoOp && !isDone {
			return true
		}
	}
	return false
}

func (t logTwin) twice() int64 {
	bad := map[sim.OpID]bool{}
	for _, a := range t.seen {
		for _, b := range t.seen {
			if a.Fact == sim.Applied && b.Fact == sim.Applied && a.Node == b.Node && a.Op == b.Op && a.Op != 0 && a.A != b.A {
				bad[a.Op] = t.any(sim.Decided)
			}
		}
	}
	n := int64(0)
	for _, is := range bad {
		if is {
			n++
		}
	}
	return n
}

func (t logTwin) incomplete() (n int64) {
	if !t.any(sim.Voted) {
		return 0
	}
	for i, s := range t.seen {
		if s.Fact != sim.Elected {
			continue
		}
		for _, d := range t.decided() {
			if t.ruled(d) < s.A && !t.holds(s.Node, t.seen[d].A, t.seen[d].C, i+1) {
				n++
				break
			}
		}
	}
	return n
}

// ruled is the epoch by which a statement was decided.
func (t logTwin) ruled(at int) (epoch uint64) {
	d := t.seen[at]
	for _, s := range t.seen[:at] {
		if s.Fact == sim.Elected {
			epoch = max(epoch, s.A)
		}
	}
	for _, s := range t.seen[:at] {
		if s.Fact == sim.Elected && s.Node == d.Node && s.Life == d.Life {
			epoch = s.A
		}
	}
	return epoch
}

func (t logTwin) mismatches() int64 {
	bad := map[string]bool{}
	if !t.any(sim.Decided) {
		return 0
	}
	for i, a := range t.seen {
		for j, b := range t.seen[:i] {
			if a.Fact != sim.Stored || b.Fact != sim.Stored || a.A != b.A || a.B != b.B {
				continue
			}
			x, fromX := t.log(a.Node, i+1)
			y, fromY := t.log(b.Node, j+1)
			p, knowsP := x[a.A-1]
			q, knowsQ := y[a.A-1]
			chained := t.any(sim.Voted) && knowsP && knowsQ && fromX < a.A-1 && fromY < a.A-1
			if a.C != b.C || a.Op != b.Op || chained && (p.B != q.B || p.C != q.C) {
				bad[fmt.Sprint(a.A, a.B)] = true
			}
		}
	}
	return int64(len(bad))
}

func (t logTwin) minorities() (n int64) {
	if !t.any(sim.Stored) {
		return 0
	}
	for _, d := range t.decided() {
		for i := d; i < len(t.seen); i++ {
			var nodes sim.NodeSet
			for node := sim.NodeID(1); node <= 3; node++ {
				slot := t.seen[d].A
				if t.holds(node, slot, t.seen[d].C, i+1) || slot <= t.gave(node, i+1) && t.covered(slot, i+1) {
					nodes |= sim.NodesOf(node)
				}
			}
			if !t.enough(nodes, t.seen[d].A, i+1) {
				n++
				break
			}
		}
	}
	return n
}

// enough goes by whatever electorate was stated, unless a later one that was agreed on rules instead: the
// whole log, or the slot.
func (t logTwin) enough(nodes sim.NodeSet, slot uint64, statements int) bool {
	var all []record.Observation
	for _, s := range t.seen[:statements] {
		if s.Fact == sim.Voters {
			all = append(all, s)
		}
	}
	for i := range all {
		e := all[i].Electorate()
		counts := e.Accepts(nodes) && (e.Window == 0 || uint64(e.Version)+uint64(e.Window) <= slot)
		for j := range all {
			l := all[j].Electorate()
			wholly := l.Window == 0 && all[j].Why == sim.Agreed
			there := l.Window > 0 && uint64(l.Version)+uint64(l.Window) <= slot
			counts = counts && (l.Version <= e.Version || !wholly && !there)
		}
		if counts {
			return true
		}
	}
	return len(all) == 0 && nodes.Len() >= 2
}

func (t logTwin) broken() (n int64) {
	if !t.any(sim.Promised) {
		return 0
	}
	for i, s := range t.seen {
		var before uint64
		for _, p := range t.seen[:i] {
			if p.Node == s.Node && p.Fact == sim.Promised {
				before = max(before, p.A)
			}
			if p.Node == s.Node && p.Fact == sim.Discarded && p.Why == sim.Wiped {
				before = 0
			}
		}
		isDecided := false
		for _, p := range t.seen[:i] {
			isDecided = isDecided || p.Fact == sim.Decided && p.A == s.A && p.C == s.C
		}
		log, _ := t.log(s.Node, i)
		had, has := log[s.A]
		isNew := !has || had.B != s.B || had.C != s.C
		switch {
		case s.Fact == sim.Promised && s.A < before, s.Fact == sim.Voted && s.A < before,
			s.Fact == sim.Stored && isNew && !isDecided && (s.B > before || s.B < before && !t.any(sim.Voted)):
			n++
		}
	}
	return n
}

func (t logTwin) apart() (n int64) {
	for i, s := range t.seen {
		if s.Fact != sim.Voters {
			continue
		}
		now, before := t.electorates(i+1), t.electorates(i)
		e := s.Electorate()
		if before[s.Node] != nil && *before[s.Node] == e {
			continue
		}
		bad := false
		for q := sim.NodeSet(0); q < 16; q++ {
			bad = bad || e.Elects(q) && e.Accepts(15&^q)
		}
		follow := func(e sim.Electorate) (set sim.NodeSet) {
			for node, other := range now {
				if other != nil && *other == e {
					set |= sim.NodesOf(sim.NodeID(node))
				}
			}
			return set
		}
		for _, other := range now {
			if other != nil && *other != e && (other.Version == e.Version || other.Window+e.Window == 0) {
				a, b := follow(e), follow(*other)
				bad = bad || e.Elects(a) && other.Accepts(b) || e.Accepts(a) && other.Elects(b)
			}
		}
		if bad {
			n++
		}
	}
	return n
}

func (t logTwin) electorates(statements int) (now [4]*sim.Electorate) {
	for _, s := range t.seen[:statements] {
		if s.Fact == sim.Discarded && s.Why == sim.Wiped {
			now[s.Node] = nil
		}
		if e := s.Electorate(); s.Fact == sim.Voters {
			now[s.Node] = &e
		}
	}
	return now
}

// TestLogTwins compares every judge of logs with its definition, on logs that break all rules.
func TestLogTwins(t *testing.T) {
	rules := map[string]func(logTwin) int64{
		"one_vote": logTwin.votes, "one_value": logTwin.values, "applied_in_order": logTwin.disorder,
		"exactly_once": logTwin.twice, "leader_completeness": logTwin.incomplete, "log_matching": logTwin.mismatches,
		"durable_majority": logTwin.minorities, "promises_kept": logTwin.broken, "configurations_intersect": logTwin.apart,
	}
	wrong, right := map[string]int{}, map[string]int{}
	for seed := range seeds(1500) {
		run := carelessLog(seed)
		twin := logTwin{run.Observations}
		for i, report := range Judge(run, Options{}) {
			name := list()[i].name
			rule, known := rules[name]
			if !known {
				continue
			}
			want := rule(twin)
			require.Equal(t, want, report.Verdict.Count, "seed %d: %s: %s", seed, name, report.Verdict.Why)
			switch report.Verdict.Result {
			case Fail:
				wrong[name]++
				require.NotEmpty(t, report.Verdict.Witness.Text, name)
			case Pass:
				right[name]++
			}
		}
	}
	for name := range rules {
		require.Greater(t, wrong[name], 15, name)
		require.Greater(t, right[name], 15, name)
	}
}
