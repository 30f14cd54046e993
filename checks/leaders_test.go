package checks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// twoLeaders are nodes 1 and 2, each leading a scope of its own.
func twoLeaders(b *histories.Builder) {
	for n := sim.NodeID(1); n <= 2; n++ {
		b.State(1, n, sim.Observation{Fact: sim.Role, Why: sim.Held, Key: sim.Key(n), A: 1, B: sim.Leader})
	}
}

// exchanged are two writes, one at each leader, which hear of each other's then.
func exchanged(b *histories.Builder, first, second uint32) (x, y *histories.Op) {
	twoLeaders(b)
	x, y = b.Put(1, 0, 10, 20), b.Put(2, 0, 10, 40)
	b.Tell(15, 1, sim.Stored, sim.Durable, x)
	if first < 30 {
		b.Tell(first, 2, sim.Stored, sim.Durable, x)
	}
	b.Tell(30, 2, sim.Stored, sim.Durable, y)
	b.Tell(second, 1, sim.Stored, sim.Durable, y)
	if first > 30 {
		b.Tell(first, 2, sim.Stored, sim.Durable, x)
	}
	return x, y
}

// conflicted states that a node found one write to be in conflict with another.
func conflicted(b *histories.Builder, stamp uint32, node sim.NodeID, came, held *histories.Op) {
	b.State(stamp, node, sim.Observation{Fact: sim.Conflicted, Why: sim.ByStamp, Op: came.ID, C: uint64(held.ID)})
}

func leadersCases() []recorded {
	pairs := Options{Pairs: true}
	return []recorded{
		{name: "one leader", checker: "concurrent_writes", want: Vacuous, build: func(b *histories.Builder) {
			lead(b, 1, 1, 1)
			b.Tell(15, 1, sim.Stored, sim.Durable, b.Put(1, 0, 10, 20))
		}},
		{name: "the second knew the first", checker: "concurrent_writes", want: Pass, build: func(b *histories.Builder) {
			exchanged(b, 25, 45)
		}},
		{
			name: "neither knew the other", checker: "concurrent_writes", want: Fail, count: 1,
			text: "c1/1 of k0 was made at n1, c2/1 at n2, which did not know it; of the two no conflict was noted by some node",
			build: func(b *histories.Builder) {
				exchanged(b, 35, 45)
			},
		},
		{name: "what gave way as it came is known too", checker: "concurrent_writes", want: Pass, build: func(b *histories.Builder) {
			twoLeaders(b)
			x, y := b.Put(1, 0, 10, 20), b.Put(2, 0, 10, 40)
			b.Tell(15, 1, sim.Placed, sim.NoReason, x).Tell(25, 2, sim.Discarded, sim.Resolved, x).Tell(30, 2, sim.Applied, sim.NoReason, y)
		}},

		{name: "one grant", checker: "unique_grants", want: Pass, build: func(b *histories.Builder) {
			x := b.CAS(1, 0, 10, 20)
			b.CAS(2, 0, 30, 40, x)
			b.CAS(2, 1, 50, 60)
		}},
		{
			name: "granted twice", checker: "unique_grants", want: Fail, count: 1,
			text: "k0 was granted to c1, c1/1, and to c2, c2/1; nobody gave it back between them",
			build: func(b *histories.Builder) {
				b.CAS(1, 0, 10, 20)
				b.CAS(2, 0, 15, 40)
				b.CAS(3, 0, 15, 50).Unknown()
			},
		},
		{name: "given back between", checker: "unique_grants", want: Pass, build: func(b *histories.Builder) {
			x := b.CAS(1, 0, 10, 20)
			b.Delete(1, 0, 25, 30, x)
			b.CAS(2, 0, 28, 40)
		}},
		{name: "given back too late", checker: "unique_grants", want: Fail, count: 1, build: func(b *histories.Builder) {
			x := b.CAS(1, 0, 10, 20)
			b.CAS(2, 0, 28, 40)
			b.Delete(1, 0, 45, 50, x)
		}},
		{name: "no grant", checker: "unique_grants", want: Vacuous, build: func(b *histories.Builder) { b.Put(1, 0, 10, 20) }},

		{name: "keys that are no pairs", checker: "on_call", want: Vacuous, build: func(b *histories.Builder) {
			b.Put(1, 0, 10, 20).Saying(OffCall)
			b.Put(2, 1, 15, 30).Saying(OffCall)
		}},
		{
			name: "both off", checker: "on_call", want: Fail, count: 1, options: pairs,
			text: "c1 turned k0 off, c1/1, and c2 turned k1 off, c2/1: both were acknowledged by 0.030 s, and nobody had turned one on again",
			build: func(b *histories.Builder) {
				b.Put(1, 0, 10, 20).Saying(OffCall)
				b.Put(2, 1, 15, 30).Saying(OffCall)
				b.Put(1, 0, 31, 40).Saying(1)
			},
		},
		{name: "one on again before", checker: "on_call", want: Pass, options: pairs, build: func(b *histories.Builder) {
			b.Put(1, 0, 10, 20).Saying(OffCall)
			b.Put(1, 0, 22, 24).Saying(1)
			b.Put(2, 1, 25, 30).Saying(OffCall)
		}},
		{name: "one maybe on again", checker: "on_call", want: Pass, options: pairs, build: func(b *histories.Builder) {
			b.Put(1, 0, 10, 20).Saying(OffCall)
			b.Put(1, 0, 29, 40).Saying(1)
			b.Put(2, 1, 25, 30).Saying(OffCall)
		}},
		{name: "of two pairs", checker: "on_call", want: Pass, options: pairs, build: func(b *histories.Builder) {
			b.Put(1, 1, 10, 20).Saying(OffCall)
			b.Put(2, 2, 15, 30).Saying(OffCall)
		}},
	}
}

// noted is what the measures of concurrent writes say: pairs, noted, accused, missed.
func noted(t *testing.T, build func(b *histories.Builder)) []int64 {
	b := histories.New(3)
	build(b)
	var counts []int64
	for _, m := range ConcurrentWrites(b.Run(), Options{}).Measures {
		switch m.Name {
		case "concurrent_pairs", "conflicts_noted", "conflicts_accused", "conflicts_missed":
			require.False(t, m.Undefined)
			counts = append(counts, m.Count)
		}
	}
	return counts
}

// What a store notes is held against what its nodes knew.
func TestDetectionIsJudged(t *testing.T) {
	require.Equal(t, []int64{1, 0, 0, 1}, noted(t, func(b *histories.Builder) { exchanged(b, 35, 45) }), "neither leader noticed")
	require.Equal(t, []int64{1, 1, 0, 1}, noted(t, func(b *histories.Builder) {
		x, y := exchanged(b, 35, 45)
		conflicted(b, 36, 2, x, y)
	}), "the other leader let its write be replaced in silence")
	require.Equal(t, []int64{1, 1, 0, 0}, noted(t, func(b *histories.Builder) {
		x, y := exchanged(b, 35, 45)
		conflicted(b, 36, 2, x, y)
		conflicted(b, 46, 1, y, x)
	}))
	require.Equal(t, []int64{0, 1, 1, 0}, noted(t, func(b *histories.Builder) {
		x, y := exchanged(b, 25, 45)
		conflicted(b, 46, 1, y, x)
	}), "an accusation")
}

// The twins: the same by definition.

// first is where among the facts a node first tells that it knows a write; where none does, beyond all.
func (t *twin) first(w *record.Op, node sim.NodeID) int {
	for i := range t.run.Observations {
		if s := &t.run.Observations[i]; s.Op == w.ID() && s.Key == w.Key && tellsOf(s) && s.Node == node {
			return i
		}
	}
	return len(t.run.Observations)
}

// maker is the node that knew a write first, and where it tells so.
func (t *twin) maker(w *record.Op) (node sim.NodeID, at int) {
	for i := range t.run.Observations {
		if s := &t.run.Observations[i]; s.Op == w.ID() && s.Key == w.Key && tellsOf(s) {
			return s.Node, i
		}
	}
	return sim.Nobody, 0
}

// strangers counts the pairs of writes whose makers did not know the other one.
func (t *twin) strangers() (n int64) {
	scopes := map[sim.Key]bool{}
	for i := range t.run.Observations {
		if s := &t.run.Observations[i]; s.Fact == sim.Role && s.Why == sim.Held && s.B == sim.Leader {
			scopes[s.Key] = true
		}
	}
	if len(scopes) < 2 {
		return 0
	}
	for i, a := range t.ops {
		for _, b := range t.ops[i+1:] {
			x, _ := t.maker(a)
			y, _ := t.maker(b)
			if a.Key == b.Key && x != y && x != sim.Nobody && y != sim.Nobody && !t.knew(a, b) && !t.knew(b, a) {
				n++
			}
		}
	}
	return n
}

// knew tells whether the maker of a write knew another one then: it had heard of it, or of
// one whose maker knew it.
func (t *twin) knew(w, other *record.Op) bool {
	node, made := t.maker(w)
	for _, c := range t.ops {
		if c != w && c.Key == w.Key && t.first(c, node) < made && (c == other || t.knew(c, other)) {
			return true
		}
	}
	return false
}

func (t *twin) grant(w *record.Op) bool {
	return w.Code == sim.CAS && w.Outcome == sim.OK && !w.Is(record.WarmUp) && len(t.h.Parents(w)) == 0
}

func (t *twin) doublyGranted(w *record.Op) bool {
	for _, other := range t.writes(w.Key) {
		if other != w && t.grant(w) && t.grant(other) && other.Returned < w.Returned && !t.between(other, w) && !t.between(w, other) {
			return true
		}
	}
	return false
}

// between tells whether a delete may come after one write and before another.
func (t *twin) between(a, b *record.Op) bool {
	for _, d := range t.writes(a.Key) {
		if d.Code == sim.Delete && !t.before(d, a) && !t.before(b, d) && !t.before(b, a) {
			return true
		}
	}
	return false
}

// gaps counts the pairs of writes that certainly turned off both keys of a pair.
func (t *twin) gaps() (n int64) {
	off := func(w *record.Op) bool {
		return w.Code.Writes() && w.Outcome == sim.OK && !w.Is(record.WarmUp) && t.h.Written(w).N == OffCall
	}
	stands := func(w *record.Op, moment uint32) bool {
		for _, other := range t.writes(w.Key) {
			if other != w && other.Invoked < moment && !t.before(other, w) {
				return false
			}
		}
		return true
	}
	for _, a := range t.ops {
		for _, b := range t.ops {
			if t.o.Pairs && a.Key&1 == 0 && b.Key == a.Key+1 && off(a) && off(b) {
				if moment := max(a.Returned, b.Returned); stands(a, moment) && stands(b, moment) {
					n++
				}
			}
		}
	}
	return n
}

// severalLeaders has nodes lead scopes of their own, in some histories, and some writes turn
// keys off. It tells whether keys are pairs.
func (s *atomicStore) severalLeaders() bool {
	if s.random.Intn(2) == 0 {
		twoLeaders(s.builder)
	}
	for _, p := range s.ops {
		if p.code == sim.Put && s.random.Intn(3) > 0 {
			p.op.Saying(OffCall)
		}
	}
	return s.random.Intn(2) == 0
}
