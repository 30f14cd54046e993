package resolve

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// Replicas that have heard the same hold the same, in whatever order and however often.
func TestOrderDoesNotMatter(t *testing.T) {
	each(t, func(t *rapid.T, p *planet) {
		list := make([]int, len(p.deltas))
		for i := range list {
			list[i] = i
		}
		list = append(list, list...)
		for _, l := range p.leaders {
			held, again := l.object, l.object
			for _, i := range rapid.Permutation(list).Draw(t, "order") {
				held, _ = p.resolver.Merge(held, p.deltas[i])
			}
			for _, i := range list {
				again, _ = p.resolver.Merge(again, p.deltas[i])
			}
			same(t, held, again)
			same(t, held, p.all())
		}
	})
}

// all is what comes of all deltas.
func (p *planet) all() (o Object) {
	for _, d := range p.deltas {
		o, _ = p.resolver.Merge(o, d)
	}
	return o
}

// A merge is commutative, associative and idempotent, whether deltas or states arrive.
func TestMergeIsAJoin(t *testing.T) {
	each(t, func(t *rapid.T, p *planet) {
		merge := func(a, b Object) Object {
			m, found := p.resolver.Merge(a, b)
			if !found.Changed {
				same(t, a, m)
			}
			return m
		}
		pool := append([]Object{{}}, p.deltas...)
		for _, l := range p.leaders {
			pool = append(pool, l.object)
		}
		pick := rapid.SampledFrom(pool)
		a, b, c := pick.Draw(t, "a"), pick.Draw(t, "b"), pick.Draw(t, "c")
		same(t, merge(a, b), merge(b, a))
		same(t, merge(merge(a, b), c), merge(a, merge(b, c)))
		same(t, merge(a, a), a)
		same(t, merge(merge(a, b), b), merge(a, b))
	})
}

// A pair that version vectors report is of two writes whose makers did not know of each
// other; and where a delta comes, none of the heads that it leaves beside it is left out.
func TestVectorsTellWhoKnew(t *testing.T) {
	each(t, func(t *rapid.T, p *planet) {
		if !p.resolver.vectors() || p.resolver.Rule == Siblings {
			return // there what counts is what the reader knew
		}
		op := func(id sim.OpID) int { return int(id.Number()) - 1 }
		for at := range p.leaders {
			for d := range p.deltas {
				heads := p.leaders[at].object.Heads
				for _, pair := range p.hear(at, d).Pairs {
					a, b := op(pair.Came), op(pair.Held)
					require.Equal(t, d, a)
					require.False(t, p.knew[a][b] || p.knew[b][a])
				}
				if len(p.deltas[d].Heads) == 0 || len(heads) == 0 {
					continue
				}
				for _, h := range p.leaders[at].object.Heads {
					if heads.Has(&h) && op(h.Value.ID) != d && p.leaders[at].object.Heads.Has(&p.deltas[d].Heads[0]) {
						require.False(t, p.knew[d][op(h.Value.ID)])
					}
				}
			}
		}
	})
}

// By stamps the greatest wins, whoever knew whom.
func TestTheLastStampWins(t *testing.T) {
	each(t, func(t *rapid.T, p *planet) {
		if !p.resolver.Rule.byStamp() {
			return
		}
		var last *versions.Version
		for i := range p.deltas {
			if set := p.deltas[i].Set; len(set) > 0 && (last == nil || last.Before(&set[0])) {
				last = &set[0]
			}
		}
		all := p.all()
		require.Equal(t, last == nil, all.Zero())
		if last != nil {
			require.Equal(t, last.Value, all.Set[0].Value)
		}
	})
}

// Logical clocks respect causality: no write has an older stamp than one that its maker knew.
func TestClocksRespectCausality(t *testing.T) {
	each(t, func(t *rapid.T, p *planet) {
		if r := p.resolver.Rule; r == Wall || r == HighestNode || r.byDots() {
			return
		}
		for d := range p.deltas {
			for k := range p.knew[d] {
				if len(p.deltas[d].Set)+len(p.deltas[d].Heads) > 0 {
					require.Less(t, p.deltas[k].Stamp(), p.deltas[d].Stamp())
				}
			}
		}
	})
}

// A counter is the sum of all that was ever added, and a set holds what nobody who knew
// of it removed, in whatever order news came.
func TestDataTypesCountAll(t *testing.T) {
	for name, want := range map[string][]int64{
		"pn-counter": {1 + 2 - 1}, "wall": {2 - 1}, "lamport": {2 - 1}, "hlc": {2 - 1}, "highest-node": {2 - 1},
	} {
		p := newPlanet(Resolver{Rule: Named(name), Type: Counter}, 2)
		p.write(0, sim.Add, 1, nil)
		p.write(1, sim.Add, 2, nil)
		p.write(1, sim.Remove, 1, nil)
		p.pull(0, 1)
		p.pull(1, 0)
		require.Equal(t, want, p.elements(0), name)
		require.Equal(t, want, p.elements(1), name)
	}
	p := newPlanet(Resolver{Rule: GCounter}, 1)
	require.False(t, p.resolver.Supports(sim.Remove))
	require.Equal(t, []int64{0}, p.elements(0))
}

// What is removed at one leader while the other one adds something else: the union brings
// it back, the cart and the set that was made for it do not.
func TestRemovalBesideAnAddition(t *testing.T) {
	for name, want := range map[string][]int64{"union": {7, 8}, "cart": {8}, "or-set": {8}} {
		p := newPlanet(Resolver{Rule: Named(name)}, 2)
		p.write(0, sim.Add, 7, nil)
		p.pull(1, 0)
		p.write(0, sim.Remove, 7, nil)
		p.write(1, sim.Add, 8, nil)
		p.pull(0, 1)
		p.pull(1, 0)
		require.ElementsMatch(t, want, p.elements(0), name)
		require.ElementsMatch(t, want, p.elements(1), name)
		// An addition that the removal did not know of stays.
		p.write(0, sim.Remove, 8, nil)
		p.write(1, sim.Add, 8, nil)
		p.pull(0, 1)
		require.Contains(t, p.elements(0), int64(8), name)
	}
}

// Texts keep what everybody appended, in one order that respects causality.
func TestTextsAppend(t *testing.T) {
	p := newPlanet(Resolver{Rule: Append}, 2)
	p.write(1, sim.Add, 1, nil)
	p.pull(0, 1)
	p.write(0, sim.Add, 2, nil)
	p.write(1, sim.Add, 3, nil)
	p.write(0, sim.Add, 4, nil)
	p.pull(0, 1)
	p.pull(1, 0)
	require.Equal(t, p.elements(0), p.elements(1))
	require.Len(t, p.elements(0), 4)
	require.EqualValues(t, 1, p.elements(0)[0])
	p.write(0, sim.Delete, 0, nil)
	require.Empty(t, p.elements(0))
}

// A delete and an update that did not know of each other.
func TestDeleteAgainstUpdate(t *testing.T) {
	tests := []struct {
		name    string
		deletes bool
		want    int // values left
	}{
		{"siblings", false, 1},
		{"siblings", true, 0},
		{"highest-node", false, 0}, // leader 2 deletes
		{"highest-node", true, 0},
		{"wall", false, 0}, // it does so last
		{"mv-register", false, 1},
	}
	for _, test := range tests {
		p := newPlanet(Resolver{Rule: Named(test.name), DeleteWins: test.deletes}, 2)
		p.write(0, sim.Put, 0, nil)
		p.pull(1, 0)
		read := p.resolver.Context(&p.leaders[0].object)
		p.write(0, sim.Put, 0, read)
		p.write(1, sim.Delete, 0, read)
		p.pull(0, 1)
		p.pull(1, 0)
		require.Len(t, p.values(0), test.want, "%+v", test)
		require.Equal(t, p.values(0), p.values(1))
	}
}

// Readers merge what they were shown: nobody's write goes unseen.
func TestSiblingsStayUntilRead(t *testing.T) {
	for _, name := range []string{"siblings", "mv-register"} {
		p := newPlanet(Resolver{Rule: Named(name)}, 2)
		require.True(t, p.resolver.Reveals())
		p.write(0, sim.Put, 0, nil)
		p.write(1, sim.Put, 0, nil)
		p.write(1, sim.Put, 0, nil) // by a client that read nothing
		p.pull(0, 1)
		require.Len(t, p.values(0), 3)
		p.write(0, sim.Put, 0, p.resolver.Context(&p.leaders[0].object))
		p.pull(1, 0)
		require.Len(t, p.values(1), 1)
	}
}

// Of two concurrent writes, stamps report the one that comes late, and say nothing of the
// one that is replaced; and they accuse a write that knew what it replaces, where its
// leader's clock is behind.
func TestStampsOnlyPretend(t *testing.T) {
	p := newPlanet(Resolver{Rule: Wall, Stamps: true}, 2)
	p.write(0, sim.Put, 0, nil)
	p.write(1, sim.Put, 0, nil)
	missed := p.hear(0, 1)
	require.Equal(t, Outcome{Changed: true}, missed, "the newer one replaces the older in silence")
	told := p.hear(1, 0)
	require.Equal(t, []Pair{{Came: sim.NewOpID(1, 1), Held: sim.NewOpID(1, 2), Why: sim.ByStamp}}, told.Pairs)
	require.Equal(t, sim.NewOpID(1, 1), told.Lost[0].Op)

	for _, stamps := range []bool{true, false} {
		p = newPlanet(Resolver{Rule: Wall, Stamps: stamps}, 2)
		p.leaders[1].skew = -time.Second
		p.write(0, sim.Put, 0, nil)
		p.hear(1, 0)
		found := p.write(1, sim.Put, 0, nil)
		require.Equal(t, sim.NewOpID(1, 2), found.Lost[0].Op, "what was written last has lost already")
		found = p.hear(0, 1)
		require.Equal(t, sim.NewOpID(1, 2), found.Lost[0].Op)
		require.Equal(t, stamps, len(found.Pairs) > 0, "it knew what it gives way to")
	}
}

// Equal stamps are decided alike everywhere. Were it by who came first, each would stay
// with its own.
func TestEqualStamps(t *testing.T) {
	p := newPlanet(Resolver{Rule: Wall}, 2)
	p.write(0, sim.Put, 0, nil)
	p.now -= time.Microsecond
	p.write(1, sim.Put, 0, nil)
	require.Equal(t, p.deltas[0].Stamp(), p.deltas[1].Stamp())
	p.hear(0, 1)
	p.hear(1, 0)
	require.Equal(t, p.values(0), p.values(1))
}

// A hybrid clock stays by the wall clock, goes on where that goes back, and does not
// believe who is too far ahead.
func TestHybridClock(t *testing.T) {
	c := Clock{Rule: HLC, Drift: time.Millisecond}
	const tick = 1 << logicalBits
	first := c.Next(10 * tick)
	require.Equal(t, physical(0)>>logicalBits+10, first>>logicalBits)
	require.Equal(t, first+1, c.Next(9*tick), "the wall clock went back")
	require.True(t, c.See(first+5, 9*tick))
	require.Equal(t, first+6, c.Next(9*tick))
	require.False(t, c.See(first+uint64(time.Second), 9*tick))
	require.Equal(t, first+7, c.Next(9*tick))
	require.Positive(t, c.Ahead(9*tick))
	require.Equal(t, physical(time.Second)>>logicalBits<<logicalBits, c.Next(time.Second))
	require.Zero(t, c.Ahead(time.Second))
}

func TestCheck(t *testing.T) {
	require.Len(t, Names(), int(MVRegister)+1)
	for i, name := range Names() {
		require.Equal(t, Rule(i), Named(name))
		require.Equal(t, name, Rule(i).String())
	}
	for i, name := range Types() {
		require.Equal(t, Type(i), TypeNamed(name))
	}
	for _, test := range []struct {
		r     Resolver
		field string
	}{
		{Resolver{Rule: Cart, Type: Counter}, "type"},
		{Resolver{Rule: Cart, Stamps: true}, "detect"},
		{Resolver{Rule: Wall, DeleteWins: true}, "deletes"},
	} {
		field, err := test.r.Check()
		require.Error(t, err)
		require.Equal(t, test.field, field)
	}
}
