package versions

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
)

// vectorHome is a home under Vectors beside what it has heard of: whole histories.
type vectorHome struct {
	set   Set
	actor uint32
	count uint64
	heard history
}

// unlimited leaves a vector whole.
func unlimited(c kv.Context) kv.Context { return c }

// vectorTwin is homes that coordinate puts, in lives that forget nothing but
// themselves, and send each other all that they hold.
type vectorTwin struct {
	*twinStore
	homes []vectorHome
	sent  []vectorHome
}

// put writes at a home with the context of an earlier reading.
func (s *vectorTwin) put(at int, r reading) {
	h := &s.homes[at]
	h.count++
	s.writes++
	op := sim.NewOpID(1, uint32(s.writes))
	s.pasts[op] = r.twin
	h.set = h.set.Put(Version{Value: sim.Value{ID: op}}, r.context, kv.Dot{Actor: h.actor, Counter: h.count}, unlimited)
	h.heard = union(h.heard, r.twin, history{op: true})
	s.sent = append(s.sent, *h)
	s.check(h)
}

// check demands that nothing is missing which no write that was heard of follows.
func (s *vectorTwin) check(h *vectorHome) {
	require.Subset(s.t, writers(h.set.Writes()), s.live(h.heard))
}

func (s *vectorTwin) hear(at int, m vectorHome) {
	h := &s.homes[at]
	h.set, _ = Vectors.Merge(h.set, m.set)
	h.heard = union(h.heard, m.heard)
	s.check(h)
}

// look is a read of one home: the reader has seen all that it returns.
func (s *vectorTwin) look(at int) {
	h := &s.homes[at]
	seen := history{}
	for _, op := range writers(h.set.Writes()) {
		seen = union(seen, history{op: true}, s.pasts[op])
	}
	s.readings = append(s.readings, reading{Vectors.Context(h.set), seen})
}

func union(all ...history) history {
	sum := history{}
	for _, h := range all {
		for op := range h {
			sum[op] = true
		}
	}
	return sum
}

// TestVectorsLoseNothing: false siblings there may be, but what no write follows is
// never missing, whatever is late, repeated, or forgotten with a home's disk.
func TestVectorsLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &vectorTwin{twinStore: newTwinStore(t), homes: make([]vectorHome, 3)}
		pick := func(n int, what string) int { return rapid.IntRange(0, n-1).Draw(t, what) }
		for i := range s.homes {
			s.homes[i].actor = uint32(i + 1)
		}
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			switch at := pick(3, "home"); rapid.SampledFrom([]string{"put", "put", "hear", "hear", "look", "wipe"}).Draw(t, "step") {
			case "put":
				s.put(at, s.readings[pick(len(s.readings), "reading")])
			case "hear":
				if len(s.sent) > 0 {
					s.hear(at, s.sent[pick(len(s.sent), "message")])
				}
			case "look":
				s.look(at)
			case "wipe":
				s.lives++
				s.homes[at] = vectorHome{actor: 10 + s.lives}
			}
		}
		s.agree()
		s.laws()
	})
}

// agree has every home hear of everything, then of what the others hold.
func (s *vectorTwin) agree() {
	for at := range s.homes {
		for _, m := range rapid.Permutation(s.sent).Draw(s.t, "order") {
			s.hear(at, m)
		}
	}
	for range s.homes {
		for at := range s.homes {
			s.hear(at, s.homes[(at+1)%len(s.homes)])
		}
	}
	for at := range s.homes {
		require.Equal(s.t, s.homes[0].set, s.homes[at].set)
	}
}

// laws are those of merging that hold: grouping matters.
func (s *vectorTwin) laws() {
	if len(s.sent) == 0 {
		return
	}
	draw := func(name string) Set { return rapid.SampledFrom(s.sent).Draw(s.t, name).set }
	a, b := draw("a"), draw("b")
	ab, changed := Vectors.Merge(a, b)
	ba, _ := Vectors.Merge(b, a)
	require.Equal(s.t, ab, ba, "commutative")
	require.Equal(s.t, !changed, Vectors.Includes(a, b))
	require.True(s.t, Vectors.Includes(ab, a) && Vectors.Includes(ab, b))
	_, changed = Vectors.Merge(a, a)
	require.False(s.t, changed, "idempotent")
}

// TestVectorsDependOnGrouping: a home that heard of another one's put in between keeps
// what the later put replaced.
func TestVectorsDependOnGrouping(t *testing.T) {
	write := func(op sim.OpID) Version { return Version{Value: sim.Value{ID: op}} }
	first := Set(nil).Put(write(1), nil, kv.Dot{Actor: 1, Counter: 1}, unlimited)
	over := first.Put(write(2), first.Covered(), kv.Dot{Actor: 1, Counter: 2}, unlimited)
	other := Set(nil).Put(write(3), nil, kv.Dot{Actor: 2, Counter: 1}, unlimited)
	merge := func(a, b Set) Set { merged, _ := Vectors.Merge(a, b); return merged }
	straight, late := merge(over, other), merge(merge(first, other), over)
	require.Equal(t, []sim.OpID{2, 3}, writers(straight.Writes()))
	require.Equal(t, []sim.OpID{1, 2, 3}, writers(late.Writes()))
	require.Equal(t, straight.Covered(), late.Covered())
	require.Equal(t, late, merge(straight, late), "all the same they agree in the end")
}

// TestVectorsExplode is two clients that alternate, each writing over its own last
// write: with dots there are two siblings, without there is one more with every put.
func TestVectorsExplode(t *testing.T) {
	const puts = 20
	var plain, dotted Set
	w := Writer{Base: 7}
	var context [2]kv.Context
	for i := range puts {
		c := i % 2
		v := Version{Value: sim.Value{ID: sim.NewOpID(uint16(c+1), uint32(i+1))}}
		plain = plain.Put(v, nil, kv.Dot{Actor: 7, Counter: uint64(i + 1)}, unlimited)
		v.Past = context[c]
		v.Dot = w.Next(0, v.Past, 0)
		context[c] = v.After()
		dotted, _ = Causal.Merge(dotted, Set{v})
		require.Len(t, plain.Writes(), i+1)
	}
	require.Len(t, dotted, 2)
	resolved := plain.Put(Version{Value: sim.Value{ID: sim.NewOpID(3, 1)}}, plain.Covered(), kv.Dot{Actor: 7, Counter: puts + 1}, unlimited)
	require.Len(t, resolved.Writes(), 1, "who has read them all replaces them all")
}

func TestHeadIsNoWrite(t *testing.T) {
	s := Set(nil).Put(Version{Value: sim.Value{ID: 5}}, nil, kv.Dot{Actor: 1, Counter: 1}, unlimited)
	require.Len(t, s, 2)
	require.Equal(t, []sim.Value{{ID: 5}}, s.Values(nil))
	require.Equal(t, sim.OpID(5), s.Newest())
	require.Equal(t, kv.Context{{Actor: 1, Counter: 1}}, Vectors.Context(s))
	require.Empty(t, Set(nil).Writes())
}
