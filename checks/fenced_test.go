package checks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// taken is an acquisition of the lock k0, under a token.
func taken(b *histories.Builder, client uint16, from, to uint32, token int64, over ...*histories.Op) *histories.Op {
	return b.CAS(client, 0, from, to, over...).Saying(token<<1 | lockHeld)
}

func fencedCases() []recorded {
	locks := Options{Guarded: true}
	return []recorded{
		{name: "keys that are no locks", checker: "fenced", want: Vacuous, build: func(b *histories.Builder) {
			b.Put(1, 1, 10, 20).Saying(2)
			b.Put(2, 1, 30, 40).Saying(1)
		}},
		{name: "a lock alone", checker: "fenced", want: Vacuous, options: locks, build: func(b *histories.Builder) {
			taken(b, 1, 10, 20, 2)
			taken(b, 1, 30, 40, 1)
		}},
		{name: "in the order of tokens", checker: "fenced", want: Pass, options: locks, build: func(b *histories.Builder) {
			b.Put(1, 1, 10, 20).Saying(1)
			b.Put(2, 1, 30, 40).Saying(2)
			b.Put(2, 1, 50, 60).Saying(2)
		}},
		{
			name: "who was suspended writes all the same", checker: "fenced", want: Fail, count: 1, options: locks,
			text: "c1 wrote k1 under token 1, c1/1, and it took effect after c2/1, which c2 had written under token 2",
			build: func(b *histories.Builder) {
				b.Put(2, 1, 30, 40).Saying(2)
				b.Put(1, 1, 50, 60).Saying(1)
			},
		},
		{name: "it was refused", checker: "fenced", want: Pass, options: locks, build: func(b *histories.Builder) {
			b.CAS(2, 1, 30, 40).Saying(2)
			b.CAS(1, 1, 50, 60).Saying(1).Failed(sim.Conflict)
		}},
		{name: "it overlapped, and nothing tells which came first", checker: "fenced", want: Pass, options: locks, build: func(b *histories.Builder) {
			b.Put(2, 1, 30, 40).Saying(2)
			b.Put(1, 1, 35, 60).Saying(1)
		}},
		{name: "it overlapped, and the store tells", checker: "fenced", want: Fail, count: 1, options: locks, build: func(b *histories.Builder) {
			x, y := b.Put(2, 1, 30, 40).Saying(2), b.Put(1, 1, 35, 60).Saying(1)
			b.Place(36, 1, x, 1, 0).Place(50, 1, y, 2, 0)
		}},
		{name: "it is unknown, and nobody read it", checker: "fenced", want: Pass, options: locks, build: func(b *histories.Builder) {
			b.Put(2, 1, 30, 40).Saying(2)
			b.Put(1, 1, 50, 60).Saying(1).Unknown()
		}},
		{name: "it is unknown, and was read", checker: "fenced", want: Fail, count: 1, options: locks, build: func(b *histories.Builder) {
			b.Put(2, 1, 30, 40).Saying(2)
			b.Get(3, 1, 70, 80, b.Put(1, 1, 50, 60).Saying(1).Unknown())
		}},
		{name: "two resources", checker: "fenced", want: Pass, options: locks, build: func(b *histories.Builder) {
			b.Put(2, 1, 30, 40).Saying(2)
			b.Put(1, 3, 50, 60).Saying(1)
		}},
	}
}

// Grants, holders who act beside another one, and writes that were kept off are counted.
func TestLocksAreMeasured(t *testing.T) {
	b := histories.New(3)
	first := taken(b, 1, 10, 20, 1)
	renewed := taken(b, 1, 25, 30, 1, first)
	b.Put(1, 1, 35, 100).Saying(1)                     // begins while it holds the lock
	taken(b, 2, 40, 50, 2, renewed)                    // the lease was over
	b.Put(2, 1, 60, 70).Saying(2)                      //
	b.CAS(1, 1, 61, 71).Saying(1).Failed(sim.Conflict) // still believes, and is kept off
	b.Put(1, 1, 72, 80).Saying(1)                      // still believes
	b.Put(1, 3, 72, 80).Saying(1)                      // another lock's
	taken(b, 3, 90, 95, 3).Failed(sim.Conflict)        // not granted
	want := map[string]int64{"locks_granted": 2, "lock_overlaps": 2, "fenced_off": 1, "fenced": 1}
	for _, m := range Fenced(b.Run(), Options{Guarded: true}).Measures {
		require.Equal(t, want[m.Name], m.Count, m.Name)
		require.False(t, m.Undefined, m.Name)
	}
	for _, m := range Fenced(b.Run(), Options{}).Measures {
		require.True(t, m.Undefined, m.Name)
	}
}

// The twin: the same by definition.

func (t *twin) tookEffect(w *record.Op) bool {
	if !w.Code.Writes() || w.Is(record.WarmUp) || w.Outcome == sim.Fail {
		return false
	}
	for _, r := range t.ops {
		if r.Code != sim.Get || r.Key != w.Key || r.Outcome != sim.OK || r.Is(record.WarmUp) {
			continue
		}
		for _, value := range t.h.Values(r) {
			if value.ID == w.ID() {
				return true
			}
		}
	}
	return w.Outcome == sim.OK
}

func (t *twin) unfenced(a *record.Op) bool {
	if !t.o.Guarded || a.Key&1 == 0 || !t.tookEffect(a) {
		return false
	}
	for _, b := range t.ops {
		if b.Key == a.Key && t.tookEffect(b) && t.h.Written(b).N > t.h.Written(a).N && t.newer(a, b) {
			return true
		}
	}
	return false
}

// lock has writes carry tokens, in some histories. It tells whether keys are locks.
func (s *atomicStore) lock() bool {
	if s.additive > 0 || s.random.Intn(2) == 0 {
		return false
	}
	for _, p := range s.ops {
		if p.code == sim.Put || p.code == sim.CAS {
			p.op.Saying(1 + s.random.Int63n(5))
		}
	}
	return true
}
