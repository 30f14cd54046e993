package crdt

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// ops is a set of ops, the slow and certain twin of a context: each named.
type ops map[sim.OpID]bool

func (o ops) with(others ...ops) ops {
	all := ops{}
	for _, list := range append(others, o) {
		for op := range list {
			all[op] = true
		}
	}
	return all
}

// done is one op as the twin knows it.
type done struct {
	actor  uint32
	count  uint64
	amount int64 // or element
	over   ops   // what it replaced or removed, each op by itself
	brings bool  // and it brings something
}

// state is a set beside the ops that it stands for.
type state struct {
	set   versions.Set
	heard ops
}

// world is replicas of one key, actors, and what is on its way between them.
type world struct {
	*rapid.T
	ops      map[sim.OpID]done
	replicas []state
	actors   []actor
	mail     []state
	lives    uint32
}

// actor is one life of who applies ops.
type actor struct {
	id    uint32
	count uint64
	sum   int64
	last  ops // its earlier ops
	adds  []versions.Version
}

// again are the actor's dots of an element, some of those or none, and their ops.
func (w *world) again(at int, element int64) ([]kv.Dot, ops) {
	var given []kv.Dot
	over := ops{}
	for _, add := range w.actors[at].adds {
		if add.Value.N == element && rapid.Bool().Draw(w.T, "remembers") {
			given, over[add.Value.ID] = append(given, add.Dot), true
		}
	}
	return given, over
}

// add adds an element in the place of ops and of what the actor remembers.
func (w *world) add(at int, element int64, held versions.Set, over ops) {
	earlier, own := w.again(at, element)
	v := w.version(at, element)
	w.actors[at].adds = append(w.actors[at].adds, v)
	w.send(Add(v, held, earlier...), done{amount: element, over: over.with(own), brings: true})
}

func newWorld(t *rapid.T) *world {
	w := &world{T: t, ops: map[sim.OpID]done{}, replicas: make([]state, 3), actors: make([]actor, 3)}
	for i := range w.actors {
		w.replicas[i].heard = ops{}
		w.restart(i)
	}
	return w
}

// restart has an actor forget itself, and be another one.
func (w *world) restart(i int) {
	w.lives++
	w.actors[i] = actor{id: w.lives, last: ops{}}
}

// version is the next one of an actor.
func (w *world) version(i int, n int64) versions.Version {
	a := &w.actors[i]
	a.count++
	return versions.Version{Value: sim.Value{ID: w.next(), N: n}, Dot: kv.Dot{Actor: a.id, Counter: a.count}}
}

func (w *world) next() sim.OpID { return sim.NewOpID(1, uint32(len(w.ops)+1)) }

// send puts a delta on its way, beside the op that it stands for.
func (w *world) send(delta versions.Set, d done) {
	op := w.next()
	w.ops[op] = d
	w.mail = append(w.mail, state{delta, ops{op: true}})
}

// hear merges what arrives at a replica, a delta or all of another one.
func (w *world) hear(at int, m state) {
	r := &w.replicas[at]
	merged, changed := versions.Dots.Merge(r.set, m.set)
	require.Equal(w, !changed, versions.Dots.Includes(r.set, m.set))
	r.set, r.heard = merged, r.heard.with(m.heard)
}

// left are the ops of those heard that brought something which none heard of replaced.
func (w *world) left(heard ops) []sim.OpID {
	list := []sim.OpID{}
	for op := range heard {
		gone := !w.ops[op].brings
		for other := range heard {
			gone = gone || w.ops[other].over[op]
		}
		if !gone {
			list = append(list, op)
		}
	}
	slices.Sort(list)
	return list
}

// disturb lets things happen that no op is: messages that arrive late, twice, in any
// order, or never; replicas that exchange all they hold, or lose it; lives that end.
func (w *world) disturb() {
	pick := func(n int, what string) int { return rapid.IntRange(0, n-1).Draw(w.T, what) }
	at := pick(3, "replica")
	switch rapid.SampledFrom([]string{"hear", "hear", "hear", "exchange", "wipe", "restart"}).Draw(w.T, "disturbance") {
	case "hear":
		if len(w.mail) > 0 {
			w.hear(at, w.mail[pick(len(w.mail), "message")])
		}
	case "exchange":
		w.hear(at, w.replicas[pick(3, "other")])
	case "wipe":
		w.replicas[at] = state{heard: ops{}}
	case "restart":
		w.restart(at)
	}
}

// run does ops and disturbances, judges each replica after each, and in the end has
// all hear everything: then they are alike.
func run(t *testing.T, op func(w *world, at int), judge func(w *world, s state)) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "op") {
				op(w, rapid.IntRange(0, 2).Draw(t, "at"))
			} else {
				w.disturb()
			}
			for _, r := range w.replicas {
				judge(w, r)
			}
		}
		for at := range w.replicas {
			for _, m := range rapid.Permutation(w.mail).Draw(t, "order") {
				w.hear(at, m)
			}
			judge(w, w.replicas[at])
			require.Equal(t, w.replicas[0].set, w.replicas[at].set, "all heard everything")
		}
		w.laws()
	})
}

// laws are those of a join.
func (w *world) laws() {
	some := append(w.mail, w.replicas...)
	draw := func(name string) versions.Set { return rapid.SampledFrom(some).Draw(w.T, name).set }
	merge := func(x, y versions.Set) versions.Set { merged, _ := versions.Dots.Merge(x, y); return merged }
	a, b, c := draw("a"), draw("b"), draw("c")
	require.Equal(w, merge(a, b), merge(b, a), "commutative")
	require.Equal(w, merge(merge(a, b), c), merge(a, merge(b, c)), "associative")
	require.Equal(w, a, merge(a, a), "idempotent")
	require.True(w, versions.Dots.Includes(merge(a, b), a) && versions.Dots.Includes(merge(a, b), b))
}

// TestSetAgainstHistories: a set holds the elements of which some addition was heard
// that nothing heard of had observed and removed.
func TestSetAgainstHistories(t *testing.T) {
	run(t, func(w *world, at int) {
		seen := w.replicas[at]
		element := rapid.Int64Range(1, 3).Draw(w.T, "element")
		over := ops{}
		for _, op := range w.left(seen.heard) {
			if w.ops[op].amount == element {
				over[op] = true
			}
		}
		switch rapid.SampledFrom([]string{"add", "add", "blind", "remove", "without", "clear"}).Draw(w.T, "op") {
		case "add":
			w.add(at, element, seen.set, over)
		case "blind":
			w.add(at, element, nil, ops{})
		case "remove":
			w.send(Remove(seen.set, element), done{over: over})
		case "without": // it also passes on what it was told
			w.send(Without(seen.set, element), done{over: over})
			last := &w.mail[len(w.mail)-1]
			last.heard = last.heard.with(seen.heard)
		case "clear":
			for op := range seen.heard {
				over = over.with(w.ops[op].over)
				over[op] = over[op] || w.ops[op].brings
			}
			w.send(Clear(seen.set), done{over: over})
		}
	}, func(w *world, s state) {
		want, left := map[int64]bool{}, w.left(s.heard)
		for _, op := range left {
			want[w.ops[op].amount] = true
		}
		got := map[int64]bool{}
		for _, v := range Elements(s.set, nil) {
			require.False(w, got[v.N], "each element once")
			require.Contains(w, left, v.ID)
			got[v.N] = true
		}
		require.Equal(w, want, got)
	})
}

// TestCounterAgainstHistories: a counter is the sum of each actor's ops up to the last
// that was heard of.
func TestCounterAgainstHistories(t *testing.T) {
	run(t, func(w *world, at int) {
		amount := rapid.Int64Range(-3, 3).Draw(w.T, "amount")
		a := &w.actors[at]
		a.sum += amount
		v := w.version(at, a.sum)
		w.send(Count(v), done{actor: a.id, count: v.Dot.Counter, amount: amount, brings: true, over: a.last})
		a.last = a.last.with(ops{v.Value.ID: true})
	}, func(w *world, s state) {
		newest := map[uint32]uint64{}
		for op := range s.heard {
			newest[w.ops[op].actor] = max(newest[w.ops[op].actor], w.ops[op].count)
		}
		want := int64(0)
		for _, d := range w.ops {
			if d.count <= newest[d.actor] {
				want += d.amount
			}
		}
		require.Equal(w, sim.Value{N: want}, Total(s.set))
	})
}

// TestRegisterAgainstHistories: a register of several values holds those that nobody
// who was heard of had read when he wrote.
func TestRegisterAgainstHistories(t *testing.T) {
	run(t, func(w *world, at int) {
		read := w.replicas[at]
		over := ops{}
		for op := range read.heard { // what its context has seen: what was heard, and what that replaced
			over = over.with(w.ops[op].over)
			over[op] = over[op] || w.ops[op].brings
		}
		context := versions.Dots.Context(read.set)
		if rapid.IntRange(0, 4).Draw(w.T, "delete") == 0 {
			w.send(Unassign(context), done{over: over})
			return
		}
		w.send(Assign(w.version(at, 0), context), done{over: over, brings: true})
	}, func(w *world, s state) {
		got := []sim.OpID{}
		for _, v := range s.set.Values(nil) {
			got = append(got, v.ID)
		}
		require.Equal(w, w.left(s.heard), got)
	})
}

// TestContextThatFillsHoles shows why a delta must not speak for its actor's earlier
// ones: where the second arrives first, the first would count as removed (akka #22188).
func TestContextThatFillsHoles(t *testing.T) {
	dot := func(n uint64) kv.Dot { return kv.Dot{Actor: 1, Counter: n} }
	element := func(n uint64) versions.Version {
		return versions.Version{Value: sim.Value{ID: sim.OpID(n), N: int64(n)}, Dot: dot(n)}
	}
	for _, fills := range []bool{false, true} {
		first, second := Add(element(1), nil), Add(element(2), nil)
		if fills {
			second = versions.Delta(kv.Context{dot(2)}, element(2))
		}
		late, _ := versions.Dots.Merge(second, first)
		other, _ := versions.Dots.Merge(first, nil)
		spread, _ := versions.Dots.Merge(other, late)
		require.Equal(t, !fills, len(Elements(late, nil)) == 2)
		require.Equal(t, !fills, len(Elements(spread, nil)) == 2, "and it deletes elsewhere")
	}
}

// TestForgetfulActorLosesAnAddition shows why an actor that forgot must be another one
// (riak_kv #679).
func TestForgetfulActorLosesAnAddition(t *testing.T) {
	for _, again := range []uint32{1, 2} {
		before := versions.Version{Value: sim.Value{ID: 1, N: 1}, Dot: kv.Dot{Actor: 1, Counter: 1}}
		after := versions.Version{Value: sim.Value{ID: 2, N: 2}, Dot: kv.Dot{Actor: again, Counter: 1}}
		held, changed := versions.Dots.Merge(Add(before, nil), Add(after, nil))
		require.Equal(t, again == 2, changed)
		require.Equal(t, again == 2, len(Elements(held, nil)) == 2)
	}
}
