package versions

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
)

// history is a causal history, the slow and certain twin of a version vector: the
// set of writes that a write follows, each named.
type history map[sim.OpID]bool

// twinStore is the same store twice: versions with dots and vectors, and writes
// with whole histories.
type twinStore struct {
	t        *rapid.T
	pasts    map[sim.OpID]history
	replicas []twinReplica
	makers   []Writer
	messages []message
	readings []reading
	writes   uint64
	lives    uint32
}

type twinReplica struct {
	set  Set
	held history
}

type message struct {
	set Set
	op  sim.OpID
}

type reading struct {
	context kv.Context
	twin    history
}

func newTwinStore(t *rapid.T) *twinStore {
	s := &twinStore{t: t, pasts: map[sim.OpID]history{}, readings: []reading{{}}}
	for range 3 {
		s.replicas = append(s.replicas, twinReplica{held: history{}})
		s.makers = append(s.makers, Writer{})
		s.restart(len(s.makers) - 1)
	}
	return s
}

// restart is a new life of a coordinator: it forgets, and is another writer.
func (s *twinStore) restart(at int) {
	s.lives++
	s.makers[at] = Writer{Base: s.lives * 7919}
}

func (s *twinStore) write(at int, r reading) {
	s.writes++
	op := sim.NewOpID(1, uint32(s.writes))
	v := Version{Value: sim.Value{ID: op}, Dot: s.makers[at].Next(0, r.context, 0), Past: r.context}
	s.pasts[op] = r.twin
	s.messages = append(s.messages, message{Set{v}, op})
	after := history{op: true}
	for before := range r.twin {
		after[before] = true
	}
	s.readings = append(s.readings, reading{v.After(), after})
}

// abandon has a coordinator give a version up that nobody is told of.
func (s *twinStore) abandon(at int, r reading) {
	s.makers[at].Abandon(0, s.makers[at].Next(0, r.context, 0))
}

func (s *twinStore) deliver(at int, m message) {
	r := &s.replicas[at]
	r.set, _ = Causal.Merge(r.set, m.set)
	r.held[m.op] = true
	require.Equal(s.t, s.live(r.held), writers(r.set))
}

// read merges some replicas, as a coordinator does.
func (s *twinStore) read(picked []int) {
	var set Set
	twin, seen := history{}, history{}
	for _, at := range picked {
		set, _ = Causal.Merge(set, s.replicas[at].set)
		for op := range s.replicas[at].held {
			twin[op] = true
		}
	}
	require.Equal(s.t, s.live(twin), writers(set))
	for _, op := range s.live(twin) {
		seen[op] = true
		for before := range s.pasts[op] {
			seen[before] = true
		}
	}
	s.readings = append(s.readings, reading{set.Context(), seen})
}

// live are the writes that no other one of the history follows.
func (s *twinStore) live(h history) []sim.OpID {
	live := []sim.OpID{}
	for op := range h {
		followed := false
		for later := range h {
			followed = followed || s.pasts[later][op]
		}
		if !followed {
			live = append(live, op)
		}
	}
	slices.Sort(live)
	return live
}

func writers(s Set) []sim.OpID {
	ops := []sim.OpID{}
	for _, v := range s {
		ops = append(ops, v.Value.ID)
	}
	return ops
}

// TestVersionsAgainstCausalHistories lets coordinators write with old and new
// contexts, those of reads and those of their writes, give writes up, lose their memory, and lets messages arrive
// late, twice, in any order: at every moment each replica holds exactly the writes that no write
// that it heard of follows. So nothing concurrent is lost and nothing replaced stays.
func TestVersionsAgainstCausalHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newTwinStore(t)
		pick := func(n int, what string) int { return rapid.IntRange(0, n-1).Draw(t, what) }
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"write", "write", "deliver", "deliver", "read", "restart", "abandon"}).Draw(t, "step") {
			case "write":
				s.write(pick(3, "maker"), s.readings[pick(len(s.readings), "reading")])
			case "abandon":
				s.abandon(pick(3, "maker"), s.readings[pick(len(s.readings), "reading")])
			case "deliver":
				if len(s.messages) > 0 {
					s.deliver(pick(3, "replica"), s.messages[pick(len(s.messages), "message")])
				}
			case "read":
				s.read(rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 1, 3, rapid.ID[int]).Draw(t, "replicas"))
			case "restart":
				s.restart(pick(3, "maker"))
			}
		}
		s.converge()
		s.algebra()
	})
}

// converge delivers everything everywhere: the replicas must agree.
func (s *twinStore) converge() {
	for at := range s.replicas {
		for _, m := range rapid.Permutation(s.messages).Draw(s.t, "order") {
			s.deliver(at, m)
		}
		require.Equal(s.t, s.replicas[0].set, s.replicas[at].set)
	}
}

// algebra checks the laws of merging on the sets of this history.
func (s *twinStore) algebra() {
	if len(s.messages) == 0 {
		return
	}
	set := rapid.Custom(func(t *rapid.T) Set {
		var made Set
		for _, m := range rapid.SliceOfN(rapid.SampledFrom(s.messages), 0, 4).Draw(t, "messages") {
			made, _ = Causal.Merge(made, m.set)
		}
		return made
	})
	checkLaws(s.t, Causal, set)
}

func checkLaws(t *rapid.T, rule Rule, sets *rapid.Generator[Set]) {
	a, b, c := sets.Draw(t, "a"), sets.Draw(t, "b"), sets.Draw(t, "c")
	merge := func(x, y Set) Set { merged, _ := rule.Merge(x, y); return merged }
	require.Equal(t, merge(a, b), merge(b, a), "commutative")
	require.Equal(t, merge(merge(a, b), c), merge(a, merge(b, c)), "associative")
	require.Equal(t, a, merge(a, a), "idempotent")
	merged, changed := rule.Merge(a, b)
	require.Equal(t, changed, !slices.EqualFunc(merged, a, func(x, y Version) bool { return x.same(&y) }))
	require.Equal(t, !changed, rule.Includes(a, b))
	require.True(t, rule.Includes(merged, a) && rule.Includes(merged, b))
}

// TestForgetfulWriterLosesAWrite shows why a coordinator that forgot its writes
// must be another writer: else a reader of the newer write alone stands, unknowing,
// for the older one too (the fault of riak_kv #679).
func TestForgetfulWriterLosesAWrite(t *testing.T) {
	write := func(w *Writer, op uint32, past kv.Context) Set {
		return Set{{Value: sim.Value{ID: sim.NewOpID(1, op)}, Dot: w.Next(0, past, 0), Past: past}}
	}
	for _, base := range []uint32{1, 2} {
		var before, after Writer
		before.Base, after.Base = 1, base
		older, newer := write(&before, 1, nil), write(&after, 2, nil)
		over := write(&after, 3, newer.Context())
		merged, _ := Causal.Merge(older, over)
		require.Equal(t, base == 1, len(merged) == 1, "is the older write, which nobody read, replaced?")
	}
}

func TestWriterTakesAnActorForEachBranch(t *testing.T) {
	w := Writer{Base: 10}
	first := w.Next(3, nil, 0)
	second := w.Next(3, nil, 0)
	require.Equal(t, []kv.Dot{{Actor: 10, Counter: 1}, {Actor: 11, Counter: 1}}, []kv.Dot{first, second})
	require.Equal(t, kv.Dot{Actor: 11, Counter: 2}, w.Next(3, kv.Context{second}, 0))
	require.Equal(t, kv.Dot{Actor: 10, Counter: 2}, w.Next(3, kv.Context{first, second}, 0))
	require.Equal(t, kv.Dot{Actor: 10, Counter: 1}, w.Next(0, nil, 0), "keys have nothing to do with each other")
}

func TestWriterGoesOnFromWhatItDidNotAbandon(t *testing.T) {
	w := Writer{Base: 10}
	w.Abandon(3, kv.Dot{Actor: 10, Counter: 1}) // of another life
	w.Abandon(3, w.Next(3, nil, 0))
	first := w.Next(3, nil, 0)
	require.Equal(t, kv.Dot{Actor: 10, Counter: 2}, first, "no dot is given twice")
	seen := kv.Context{first}
	w.Abandon(3, w.Next(3, seen, 9))
	w.Abandon(3, first) // long past
	other := w.Next(3, nil, 0)
	require.Equal(t, kv.Dot{Actor: 11, Counter: 1}, other, "what is not abandoned has to be replaced")
	require.Equal(t, kv.Dot{Actor: 10, Counter: 10}, w.Next(3, seen, 0))
	w.Abandon(3, other)
	require.Equal(t, kv.Dot{Actor: 11, Counter: 2}, w.Next(3, nil, 0))
}
