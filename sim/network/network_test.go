package network

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
	"simrun/sim/random"
)

var control = sim.Kind{Class: sim.Control, Code: 1, Name: "beat"}

func compiled(t testing.TB, s random.Spec) random.Dist {
	t.Helper()
	d, err := s.Compile()
	require.NoError(t, err)
	return d
}

func exponential(t testing.TB) random.Dist {
	return compiled(t, random.Spec{Exponential: &random.Exponential{Mean: 1e6}})
}

// send is Network.Send as a function.
func send(n *Network, now int64, from, to sim.NodeID, kind sim.Kind, a random.Address) Fate {
	f := Fate{Why: "left from the last message", Copies: 1}
	n.Send(&f, now, from, to, kind, a)
	return f
}

// four is a network of four nodes on one link.
func four(l Link) *Network {
	hashes := []uint64{0, random.Hash("n1"), random.Hash("n2"), random.Hash("n3"), random.Hash("n4")}
	return New(Config{Links: []Link{l}}, hashes, &random.Source{Seed: 1})
}

func TestLinksByPair(t *testing.T) {
	near, far := compiled(t, random.Always(1)), compiled(t, random.Always(100))
	of := make([]uint16, 25)
	of[1*5+2], of[2*5+1] = 1, 1
	n := New(Config{Links: []Link{{Latency: near}, {Latency: far}}, Of: of, Size: 5}, make([]uint64, 5), &random.Source{})
	require.EqualValues(t, 100, send(n, 0, 1, 2, control, 0).Delay)
	require.EqualValues(t, 100, send(n, 0, 2, 1, control, 0).Delay)
	require.EqualValues(t, 1, send(n, 0, 1, 3, control, 0).Delay)
	require.EqualValues(t, 1, send(n, 0, 1, 1, control, 0).Delay)
}

// TestRulesPickMessages: by ends, direction, group, class and kind.
func TestRulesPickMessages(t *testing.T) {
	type pair = [2]sim.NodeID
	write := sim.Kind{Class: sim.Replicate, Code: 2, Name: "write"}
	cases := []struct {
		name string
		rule sim.Rule
		kind sim.Kind
		want []pair
	}{
		{"all", sim.Rule{}, control, []pair{{1, 2}, {1, 3}, {2, 1}, {2, 3}, {3, 1}, {3, 2}}},
		{"from", sim.Rule{From: []sim.NodeID{1}}, control, []pair{{1, 2}, {1, 3}}},
		{"to", sim.Rule{To: []sim.NodeID{1}}, control, []pair{{2, 1}, {3, 1}}},
		{"one link", sim.Rule{From: []sim.NodeID{1}, To: []sim.NodeID{2}}, control, []pair{{1, 2}}},
		{"both ways", sim.Rule{From: []sim.NodeID{1}, To: []sim.NodeID{2}, Both: true}, control, []pair{{1, 2}, {2, 1}}},
		{"groups", sim.Rule{Groups: [][]sim.NodeID{{1}, {2}}}, control, []pair{{1, 2}, {2, 1}}},
		{"class", sim.Rule{From: []sim.NodeID{1}, Classes: []sim.Class{sim.Client}}, control, nil},
		{"its class", sim.Rule{From: []sim.NodeID{1}, Classes: []sim.Class{sim.Control}}, control, []pair{{1, 2}, {1, 3}}},
		{"kind", sim.Rule{From: []sim.NodeID{1}, Kinds: []string{"write"}}, control, nil},
		{"its kind", sim.Rule{From: []sim.NodeID{1}, Kinds: []string{"write"}}, write, []pair{{1, 2}, {1, 3}}},
		{
			"either",
			sim.Rule{From: []sim.NodeID{1}, Kinds: []string{"write"}, Classes: []sim.Class{sim.Control}},
			control,
			[]pair{{1, 2}, {1, 3}},
		},
	}
	for _, c := range cases {
		n := four(Link{})
		c.rule.Drop, c.rule.Name = true, "cut"
		rule := n.Impose(c.rule, 0, 1)
		var got []pair
		for from := sim.NodeID(1); from <= 3; from++ {
			for to := sim.NodeID(1); to <= 3; to++ {
				sent, due := send(n, 0, from, to, c.kind, 0), n.Due(from, to, c.kind)
				require.Equal(t, sent.Verdict, due.Verdict, c.name)
				if from != to && sent.Verdict == Drop {
					require.Equal(t, rule, sent.Rule)
					require.Equal(t, "cut", sent.Why)
					got = append(got, pair{from, to})
				}
			}
		}
		require.Equal(t, c.want, got, c.name)
		n.Lift(rule)
		require.Equal(t, Deliver, send(n, 0, 1, 2, c.kind, 0).Verdict)
		n.Lift(rule) // once is enough
		require.Zero(t, n.touched[n.pair(1, 2)])
	}
}

// TestOverlappingRules: each is in force until it is lifted, in whatever order; a
// cut is stronger than a jam.
func TestOverlappingRules(t *testing.T) {
	n := four(Link{})
	jam := n.Impose(sim.Rule{Hold: true}, 0, 1)
	cut := n.Impose(sim.Rule{Drop: true}, 1, 2)
	require.Equal(t, cut, n.Due(1, 2, control).Rule)
	second := n.Impose(sim.Rule{Drop: true}, 2, 3)
	n.Lift(cut)
	require.Equal(t, second, send(n, 0, 1, 2, control, 0).Rule)
	n.Lift(second)
	require.Equal(t, Fate{Verdict: Hold, Rule: jam}, send(n, 0, 1, 2, control, 0))
	n.Lift(jam)
	require.Equal(t, Fate{}, n.Due(1, 2, control))
}

// TestDelaysOfRules: added, replaced, held back and doubled.
func TestDelaysOfRules(t *testing.T) {
	five, nine := compiled(t, random.Always(5)), compiled(t, random.Always(9))
	under := func(rules ...sim.Rule) Fate {
		n := four(Link{Latency: compiled(t, random.Always(100))})
		for i, r := range rules {
			n.Impose(r, uint32(i), uint64(i))
		}
		f := send(n, 0, 1, 2, control, 0)
		f.Rule = nil
		return f
	}
	require.Equal(t, Fate{Delay: 105}, under(sim.Rule{Add: &five}))
	require.Equal(t, Fate{Delay: 114}, under(sim.Rule{Add: &five}, sim.Rule{Add: &nine}))
	require.Equal(t, Fate{Delay: 9}, under(sim.Rule{Instead: &nine}))
	require.Equal(t, Fate{Delay: 109}, under(sim.Rule{Reorder: ^uint64(0), Add: &nine}))
	require.Equal(t, Fate{Delay: 100, Copies: 1, Copy: 109}, under(sim.Rule{Duplicate: ^uint64(0), Add: &nine}))
	require.Equal(t, Fate{Delay: 100, Copies: 1, Copy: 100}, under(sim.Rule{Duplicate: ^uint64(0)}))
	require.Equal(t, Fate{Verdict: Drop}, under(sim.Rule{Lose: ^uint64(0)}))
}

// TestProbabilities of losing and doubling, by the link and by a rule.
func TestProbabilities(t *testing.T) {
	count := func(n *Network) (lost, doubled int) {
		for i := range uint64(4000) {
			f := send(n, 0, 1, 2, control, random.Address(random.Mix(1, i)))
			if f.Verdict == Drop {
				lost++
			}
			doubled += int(f.Copies)
		}
		return lost, doubled
	}
	lost, doubled := count(four(Link{Lose: 1 << 62}))
	require.InDelta(t, 1000, lost, 100)
	require.Zero(t, doubled)
	lost, doubled = count(four(Link{Duplicate: 1 << 62}))
	require.Zero(t, lost)
	require.InDelta(t, 1000, doubled, 100)
	n := four(Link{Lose: 1 << 62})
	n.Impose(sim.Rule{Lose: 1 << 62}, 0, 77)
	lost, _ = count(n)
	require.InDelta(t, 4000*7/16, lost, 120, "independent of the link's own loss")
}

// TestACopyIsDrawnByItsOwn: neither like its original nor like the next message
// about the same subject.
func TestACopyIsDrawnByItsOwn(t *testing.T) {
	n := four(Link{Latency: exponential(t), Duplicate: random.Certain})
	first := random.Address(12345)
	second := random.Address(random.Mix(uint64(first), 1)) // as the kernel addresses an occurrence
	f, g := send(n, 0, 1, 2, control, first), send(n, 0, 1, 2, control, second)
	require.NotEqual(t, f.Delay, f.Copy)
	require.NotEqual(t, f.Copy, g.Delay)
}

// TestOrderedPairs: due times never fall, on each pair by itself.
func TestOrderedPairs(t *testing.T) {
	latency := exponential(t)
	rapid.Check(t, func(t *rapid.T) {
		n := four(Link{Latency: latency, Ordered: true, Duplicate: 1 << 62})
		now := int64(0)
		last := map[int]int64{}
		for i := range rapid.IntRange(1, 50).Draw(t, "messages") {
			now += rapid.Int64Range(0, 3e6).Draw(t, "later")
			from, to := sim.NodeID(rapid.IntRange(1, 4).Draw(t, "from")), sim.NodeID(rapid.IntRange(1, 4).Draw(t, "to"))
			pair := n.pair(from, to)
			var f Fate
			if rapid.Bool().Draw(t, "held") {
				f.Delay = n.Follow(now, from, to)
				require.Equal(t, max(now, last[pair]), now+f.Delay, "no longer than it must")
			} else {
				f = send(n, now, from, to, control, random.Address(i))
			}
			require.GreaterOrEqual(t, now+f.Delay, last[pair])
			last[pair] = now + f.Delay
			if f.Copies > 0 {
				require.GreaterOrEqual(t, f.Copy, f.Delay)
				last[pair] = now + f.Copy
			}
		}
	})
	require.Zero(t, four(Link{}).Follow(5, 1, 2))
}

// TestReset forgets rules and what was drawn.
func TestReset(t *testing.T) {
	n := four(Link{Latency: exponential(t), Once: true, Ordered: true})
	first := send(n, 0, 1, 2, control, 0)
	n.Impose(sim.Rule{Drop: true}, 0, 0)
	n.Impose(sim.Rule{Late: true}, 0, 0)
	require.NotNil(t, n.Late(1, 2, control))
	n.Reset()
	require.Nil(t, n.Late(1, 2, control))
	require.Equal(t, first, send(n, 0, 1, 2, control, 0))
	n.Reset()
	n.source.Seed = 2
	require.NotEqual(t, first, send(n, 0, 1, 2, control, 0))
}

// TestLatencyOnceIsByName: of the pair, not of the message.
func TestLatencyOnceIsByName(t *testing.T) {
	n := four(Link{Latency: exponential(t), Once: true})
	d := send(n, 0, 1, 2, control, 1).Delay
	require.Equal(t, d, send(n, 0, 1, 2, control, 2).Delay)
	require.NotEqual(t, d, send(n, 0, 2, 1, control, 1).Delay)
	m := New(Config{Links: []Link{{Latency: exponential(t), Once: true}}},
		[]uint64{0, random.Hash("n9"), random.Hash("n2"), random.Hash("n1")}, &random.Source{Seed: 1})
	require.Equal(t, d, send(m, 0, 3, 2, control, 1).Delay)
}
