package merkle

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

// pull runs a descent in which the hashes come back.
func pull(own, peer *Tree, limit int) *Descent {
	d := Descend(own)
	for !d.Done() {
		d.Take(peer.Answer(d.Ask(limit)))
	}
	return d
}

// push runs a descent in which the hashes go there.
func push(own, peer *Tree, limit int) *Descent {
	d := Descend(own)
	for !d.Done() {
		d.Learn(peer.Compare(d.Offer(limit)))
	}
	return d
}

// twins draws two replicas that differ in a few keys.
func twins(t *rapid.T, shape Shape) (a, b *replica) {
	a = live(t, shape)
	b = newReplica(shape)
	for key, print := range a.prints {
		b.set(key, print)
	}
	for range rapid.IntRange(0, 4).Draw(t, "differences") {
		r := rapid.SampledFrom([]*replica{a, b}).Draw(t, "where")
		r.set(sim.Key(rapid.Uint32Range(0, 40).Draw(t, "key")), rapid.Uint64Range(Absent, 3).Draw(t, "print"))
	}
	return a, b
}

func TestADescentFindsTheDifferingLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := shapes().Draw(t, "shape")
		a, b := twins(t, shape)
		var differing []uint32
		for leaf := range shape.Leaves() {
			if !maps.Equal(a.leaf(leaf), b.leaf(leaf)) {
				differing = append(differing, uint32(leaf))
			}
		}
		limit := rapid.IntRange(0, 7).Draw(t, "limit")
		d := pull(a.tree, b.tree, limit)
		require.Equal(t, differing, d.Leaves())
		for _, other := range []*Descent{
			pull(b.tree, a.tree, limit), push(a.tree, b.tree, limit), push(b.tree, a.tree, 0),
		} {
			require.Equal(t, differing, other.Leaves())
			require.Equal(t, d.Levels(), other.Levels(), "whichever way")
		}
		checkCounts(t, shape, d)
	})
}

// checkCounts holds the levels of a finished descent against each other.
func checkCounts(t require.TestingT, shape Shape, d *Descent) {
	compared, sum := 1, 0
	for level, count := range d.Levels() {
		require.Equal(t, level, count.Level)
		require.Equal(t, compared, count.Compared)
		require.Len(t, d.Differing(level), count.Differing)
		if level == shape.Depth {
			require.Zero(t, count.Descended)
		} else {
			require.Equal(t, count.Differing, count.Descended)
		}
		compared = count.Descended * shape.Fanout
		sum += count.Compared
	}
	require.Zero(t, compared, "went down as far as there was to go")
	require.Equal(t, sum, d.Comparisons())
}

func TestIdenticalTreesNeedOneComparison(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := live(t, shapes().Draw(t, "shape"))
		for _, d := range []*Descent{pull(a.tree, a.fromScratch(), 0), push(a.tree, a.fromScratch(), 0)} {
			require.Equal(t, 1, d.Comparisons())
			require.Equal(t, []LevelCount{{Compared: 1}}, d.Levels())
			require.Empty(t, d.Leaves())
		}
	})
}

// TestADescentSurvivesTheNetwork loses, repeats and delays replies.
func TestADescentSurvivesTheNetwork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := twins(t, shapes().Draw(t, "shape"))
		d := Descend(a.tree)
		var answers []Answer
		var findings []Finding
		for !d.Done() {
			limit := rapid.IntRange(1, 9).Draw(t, "limit")
			answers = append(answers, b.tree.Answer(d.Ask(limit)))
			findings = append(findings, b.tree.Compare(d.Offer(limit)))
			switch rapid.IntRange(0, 3).Draw(t, "fate") {
			case 0: // lost
			case 1:
				d.Take(rapid.SampledFrom(answers).Draw(t, "answer"))
			case 2:
				d.Learn(rapid.SampledFrom(findings).Draw(t, "finding"))
			case 3:
				require.True(t, d.Take(answers[len(answers)-1]))
			}
		}
		calm := pull(a.tree, b.tree, 0)
		require.Equal(t, calm.Levels(), d.Levels())
		require.Equal(t, calm.Leaves(), d.Leaves())
		for _, late := range answers {
			require.False(t, d.Take(late))
		}
	})
}

func TestWhatWasNotAskedIsRefused(t *testing.T) {
	shape := Shape{Fanout: 2, Depth: 2}
	a, b := New(shape), New(shape)
	for key := range sim.Key(40) {
		a.Set(key, Absent, 1)
	}
	d := Descend(a)
	for _, bad := range []Answer{{}, {Level: 1, Hashes: []uint64{1}}, {First: 1, Hashes: []uint64{1}}, {Hashes: []uint64{1, 2}}} {
		require.False(t, d.Take(bad), "%+v", bad)
	}
	require.True(t, d.Take(b.Answer(d.Ask(0))))
	require.False(t, d.Take(b.Answer(Query{Nodes: []uint32{0}})), "twice")
	for _, bad := range []Finding{
		{Level: 1},
		{Level: 1, Compared: 3},
		{Compared: 2},
		{Level: 1, First: 1, Compared: 1},
		{Level: 1, Compared: 2, Differing: []uint32{2}},
		{Level: 1, Compared: 2, Differing: []uint32{1, 0}},
		{Level: 1, Compared: 2, Differing: []uint32{1, 1}},
		{Level: 1, Compared: 1, Differing: []uint32{1}},
	} {
		require.False(t, d.Learn(bad), "%+v", bad)
	}
	require.Equal(t, 1, d.Comparisons(), "nothing was done")
	require.True(t, d.Learn(Finding{Level: 1, Compared: 2, Differing: []uint32{1}}))
	require.Equal(t, []uint32{2, 3}, d.Ask(0).Nodes)
}

// TestALastingDifferenceIsFound changes other keys while the descent goes on.
func TestALastingDifferenceIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := shapes().Draw(t, "shape")
		a, b := twins(t, shape)
		const lasting = sim.Key(1000) // a alone holds it
		a.set(lasting, 9)
		d := Descend(a.tree)
		for !d.Done() {
			answer := b.tree.Answer(d.Ask(2))
			r := rapid.SampledFrom([]*replica{a, b}).Draw(t, "where")
			r.set(sim.Key(rapid.Uint32Range(0, 40).Draw(t, "key")), rapid.Uint64Range(Absent, 3).Draw(t, "print"))
			d.Take(answer)
		}
		if shape.Holds(lasting) {
			require.Contains(t, d.Leaves(), uint32(a.tree.Leaf(lasting)))
		}
	})
}

// TestMessagesStayAsTheyWereSent keeps what was handed over, and compares it after
// all is done.
func TestMessagesStayAsTheyWereSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := twins(t, shapes().Draw(t, "shape"))
		var sent []sim.Encodable
		var prints []uint64
		send := func(m sim.Encodable) {
			sent = append(sent, m)
			prints = append(prints, sim.Fingerprint(m))
		}
		d := Descend(a.tree)
		for !d.Done() {
			offer, query := d.Offer(3), d.Ask(2)
			answer, finding := b.tree.Answer(query), b.tree.Compare(offer)
			send(&offer)
			send(&query)
			send(&answer)
			send(&finding)
			d.Learn(finding)
			a.set(sim.Key(len(sent)%40), 8)
		}
		for i, m := range sent {
			require.Equal(t, prints[i], sim.Fingerprint(m))
		}
	})
}

func TestMessagesAreSpelledOut(t *testing.T) {
	query := Query{Level: 1, First: 2, Nodes: []uint32{5, 6}}
	for _, c := range []struct {
		message sim.Encodable
		text    string
	}{
		{&query, "level=1 first=2 nodes=2 node=5 node=6"},
		{&Answer{1, 2, []uint64{7, 8}}, "level=1 first=2 nodes=2 hash=7 hash=8"},
		{&Offer{query, []uint64{7, 8}}, "level=1 first=2 nodes=2 node=5 node=6 hash=7 hash=8"},
		{&Finding{1, 2, 2, []uint32{6}}, "level=1 first=2 nodes=2 differing=1 node=6"},
	} {
		require.Equal(t, c.text, sim.Text(c.message))
	}
}
