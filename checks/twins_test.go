package checks

import (
	"math/rand"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// careless is a run in which nothing needs to make sense: reads return anything,
// places, copies and facts are drawn at random.
func careless(seed int64) (*record.Run, Options) {
	random := rand.New(rand.NewSource(seed))
	s := &atomicStore{random: random, siblings: random.Intn(3) == 0, deletes: random.Intn(2) == 0}
	if random.Intn(4) == 0 {
		s.additive = 1 + random.Intn(2)
	}
	s.intervals(1+random.Intn(4), 1+random.Intn(5), 1+random.Intn(2))
	s.muddle()
	s.facts()
	s.promises()
	pairs := s.severalLeaders()
	locks := s.lock()
	return s.builder.Run(), Options{Commits: true, Siblings: s.siblings, Pairs: pairs, Guarded: locks}
}

// muddle builds ops with random outcomes, contexts and values.
func (s *atomicStore) muddle() {
	s.builder = histories.New(4)
	slices.SortStableFunc(s.ops, func(a, b *planned) int { return int(a.from) - int(b.from) })
	for _, p := range s.ops {
		b := s.builder
		switch p.code {
		case sim.Get:
			p.op = b.Get(p.client, p.key, p.from, p.to)
		case sim.Put:
			p.op = b.Put(p.client, p.key, p.from, p.to, s.some(p)...)
		case sim.CAS:
			p.op = b.CAS(p.client, p.key, p.from, p.to, s.some(p)...)
		case sim.Delete:
			p.op = b.Delete(p.client, p.key, p.from, p.to, s.some(p)...)
		case sim.Add:
			p.op = b.Add(p.client, p.key, p.from, p.to, p.n).On(s.rarely(p)...)
		case sim.Remove:
			p.op = b.Remove(p.client, p.key, p.from, p.to, p.n)
		}
	}
	for _, p := range s.ops {
		if p.code == sim.Get {
			p.op.Got(s.values(p)...)
			if s.additive == 2 {
				p.op.Total(int64(s.random.Intn(12) - 2))
			}
		}
		switch s.random.Intn(12) {
		case 0:
			p.op.Unknown()
		case 1:
			p.op.Pending()
		case 2:
			p.op.Failed(sim.Unavailable)
		case 3:
			if !p.final {
				p.op.WarmUp()
			}
		}
		if p.final {
			p.op.Final()
		}
	}
}

// some are up to two writes of the key that were built before, newer ones more often.
func (s *atomicStore) some(p *planned) (list []*histories.Op) {
	for i := len(s.ops) - 1; i >= 0 && len(list) < 2; i-- {
		q := s.ops[i]
		if q.op != nil && q.key == p.key && q.code.Writes() && s.random.Intn(4) == 0 {
			list = append(list, q.op)
		}
	}
	return list
}

// rarely is what an addition to a set that clients write back was made from.
func (s *atomicStore) rarely(p *planned) []*histories.Op {
	if s.random.Intn(8) > 0 {
		return nil
	}
	return s.some(p)
}

func (s *atomicStore) values(p *planned) (list []*histories.Op) {
	most := 1
	if s.siblings || s.additive > 0 || s.random.Intn(6) == 0 {
		most = 3
	}
	for i := len(s.ops) - 1; i >= 0 && len(list) < most; i-- {
		q := s.ops[i]
		shown := q.code.Writes() && (q.code != sim.Delete || !s.siblings) // nobody reads a tombstone among siblings
		if q.key == p.key && shown && s.random.Intn(3) == 0 {
			list = append(list, q.op)
		}
	}
	return list
}

// facts draws observations and copies.
func (s *atomicStore) facts() {
	stamp := func() uint32 { return 1 + uint32(s.random.Intn(int(s.stamp)))/4*4 }
	node := func() sim.NodeID { return sim.NodeID(1 + s.random.Intn(3)) }
	places := s.random.Intn(3) > 0
	whys := []sim.Why{sim.Resolved, sim.Resolved, sim.Truncated, sim.Collected}
	for i, p := range s.ops {
		if p.code == sim.Get {
			for range s.random.Intn(3) {
				s.builder.State(stamp(), 4, sim.Observation{Fact: sim.Answered, Op: p.op.ID, A: uint64(node()), B: uint64(node())})
			}
			if s.random.Intn(3) == 0 {
				s.builder.State(stamp(), 4, sim.Observation{Fact: sim.Closed, Op: p.op.ID, A: 1, B: 1})
			}
			continue
		}
		if places && s.random.Intn(5) > 0 {
			s.builder.Place(stamp(), 1, p.op, uint64(i+s.random.Intn(4)), uint64(s.random.Intn(2)))
		}
		if s.random.Intn(30) == 0 {
			s.builder.Place(stamp(), 1, p.op, 3, 3)
		}
		if s.random.Intn(2) == 0 {
			s.builder.Tell(stamp(), 1, sim.Committed, sim.NoReason, p.op)
		}
		for range s.random.Intn(3) {
			s.builder.State(stamp(), 4, sim.Observation{Fact: sim.Answered, Op: p.op.ID, A: uint64(node()), B: uint64(node())})
		}
		for n := sim.NodeID(1); n <= 2; n++ {
			if s.random.Intn(2) == 0 {
				from := p.from + 1
				s.builder.Tell(from, n, sim.Stored, sim.Durable, p.op)
				if s.random.Intn(3) > 0 {
					s.builder.Tell(from+uint32(s.random.Intn(40)), n, sim.Discarded, whys[s.random.Intn(len(whys))], p.op)
				}
			}
		}
	}
	for range s.random.Intn(3) {
		why := []sim.Why{sim.Wiped, sim.Unsynced}[s.random.Intn(2)]
		o := sim.Observation{Fact: sim.Discarded, Why: why}
		if s.random.Intn(3) == 0 {
			o.Why, o.A = sim.Truncated, 1
		}
		s.builder.State(stamp(), sim.NodeID(1+s.random.Intn(2)), o)
	}
	for range s.random.Intn(4) {
		s.builder.State(stamp(), node(), sim.Observation{
			Fact: sim.Configured, Key: sim.Key(s.random.Intn(2)), A: uint64(1 + s.random.Intn(2)),
			B: uint64(s.random.Intn(2)), C: uint64(s.random.Intn(2)),
		})
	}
	for key := range 2 {
		for n := sim.NodeID(1); n <= 2; n++ {
			if s.random.Intn(3) == 0 {
				s.builder.Hold(n, sim.Key(key), s.some(&planned{key: sim.Key(key)})...)
			}
		}
	}
}

// TestTwins compares every rule with its definition on histories that break all
// of them.
func TestTwins(t *testing.T) {
	rules := twinRules()
	found := map[string]int{}
	for seed := range seeds(2500) {
		run, o := careless(seed)
		twin := newTwin(run, o)
		for i, report := range Judge(run, o) {
			name := list()[i].name
			rule, known := rules[name]
			if !known {
				continue
			}
			want := rule(twin)
			require.Equal(t, want, report.Verdict.Count, "seed %d: %s: %s", seed, name, report.Verdict.Why)
			require.Equal(t, want > 0, report.Verdict.Result == Fail, "seed %d: %s", seed, name)
			if want > 0 {
				found[name]++
				require.NotEmpty(t, report.Verdict.Witness.Text, name)
			}
		}
		compareStale(t, seed, twin, newView(run, o))
	}
	for name := range rules {
		require.Greater(t, found[name], 15, name)
	}
}

// seeds is how many histories are tried: more where there is time.
func seeds(quick int64) int64 {
	if os.Getenv("SIMRUN_LONG") != "" {
		return 40 * quick
	}
	return quick
}

// compareStale compares k read by read.
func compareStale(t *testing.T, seed int64, twin *twin, v *view) {
	missed := map[uint32]int64{}
	for _, s := range v.stale().reads {
		missed[s.read] = s.missed
	}
	for i := range v.ops {
		if op := &v.ops[i]; measuredRead(op) && op.Outcome == sim.OK {
			require.Equal(t, twin.staleness(op), missed[uint32(i)], "seed %d: %v", seed, op.ID())
		}
	}
}

// twinRules are the definitions, as counts over all ops.
func twinRules() map[string]func(*twin) int64 {
	return map[string]func(*twin) int64{
		"stale_reads": func(t *twin) int64 {
			return count(t.reads(), func(r *record.Op) bool { return t.staleness(r) > 0 })
		},
		"lost_writes":      (*twin).lostCount,
		"masked_losses":    func(t *twin) int64 { return count(t.ops, t.masked) },
		"discarded_writes": func(t *twin) int64 { return count(t.ops, t.discarded) },
		"resurrected":      (*twin).comebacks,
		"lost_updates":     func(t *twin) int64 { return count(t.ops, t.updateLost) },
		"dirty_reads":      func(t *twin) int64 { return count(t.reads(), t.dirty) },
		"aborted_reads":    func(t *twin) int64 { return count(t.reads(), t.aborted) },
		"order_inversions": func(t *twin) int64 { return count(t.ops, t.jumped) },
		"conflicts": func(t *twin) int64 {
			return count(t.reads(), func(r *record.Op) bool { return t.register(r) && len(t.h.Values(r)) > 1 })
		},
		"false_siblings": func(t *twin) int64 {
			return count(t.reads(), func(r *record.Op) bool { return t.register(r) && t.holdsReplaced(r) })
		},
		"read_your_writes":    func(t *twin) int64 { return count(t.reads(), t.forgetsOwn) },
		"monotonic_reads":     func(t *twin) int64 { return count(t.reads(), t.goesBack) },
		"monotonic_writes":    func(t *twin) int64 { return count(t.reads(), t.missesEarlier) },
		"writes_follow_reads": func(t *twin) int64 { return count(t.reads(), t.missesRead) },
		"one_membership":      (*twin).memberships,
		"quorum_overlap":      func(t *twin) int64 { return count(t.reads(), t.apart) },
		"atomic_commit":       func(t *twin) int64 { return count(t.ops, t.split) },
		"concurrent_writes":   (*twin).strangers,
		"unique_grants":       func(t *twin) int64 { return count(t.ops, t.doublyGranted) },
		"on_call":             (*twin).gaps,
		"fenced":              func(t *twin) int64 { return count(t.ops, t.unfenced) },
		"partial_writes":      func(t *twin) int64 { return count(t.ops, t.stuck) },
	}
}

func count(ops []*record.Op, bad func(*record.Op) bool) (n int64) {
	for _, op := range ops {
		if bad(op) {
			n++
		}
	}
	return n
}
