package workloads

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

// carts draws what a few writers made, each version from what it had seen: only such
// versions are ever merged. The rule is the application's.
type carts struct {
	t        *rapid.T
	merge    rule
	remember bool
	made     []*content
	writes   uint32
}

// grow makes a version from a merge of some earlier ones.
func (c *carts) grow() {
	from := new(content)
	for _, v := range c.made {
		if rapid.Bool().Draw(c.t, "seen") {
			from = c.merge(from, v)
		}
	}
	c.writes++
	op := sim.NewOpID(uint16(c.writes%3+1), c.writes)
	v := from.with(item{op, int64(rapid.IntRange(1, 4).Draw(c.t, "element"))})
	if from.items != nil && rapid.Bool().Draw(c.t, "remove") {
		v = from.without(rapid.SampledFrom(listed(from.items)).Draw(c.t, "item").n, c.remember)
	}
	v.at, v.by = time.Duration(rapid.IntRange(0, 3).Draw(c.t, "time")), op
	c.made = append(c.made, v)
}

func drawCarts(t *rapid.T, merge rule, remember bool) []*content {
	c := &carts{t: t, merge: merge, remember: remember, made: []*content{new(content)}}
	for range rapid.IntRange(1, 8).Draw(t, "versions") {
		c.grow()
	}
	return c.made
}

func listed(b *bag) []item { return slices.Collect(b.all()) }

// same tells whether two contents hold the same; who made them is part of it where
// the rule goes by that.
func same(t *rapid.T, a, b *content, byMaker bool) {
	require.Equal(t, listed(a.items), listed(b.items))
	require.Equal(t, listed(a.gone), listed(b.gone))
	require.Equal(t, a.total, b.total)
	if byMaker {
		require.Equal(t, a.by, b.by)
	}
}

// It does not matter in which order versions are merged, in what groups, how often.
func TestMergesDoNotDependOnOrder(t *testing.T) {
	for name, r := range map[string]rule{"union": unite, "cart": remember, "lww": latest} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				made := drawCarts(t, r, name == "cart")
				pick := func(label string) *content { return rapid.SampledFrom(made).Draw(t, label) }
				a, b, c := pick("a"), pick("b"), pick("c")
				same(t, r(a, b), r(b, a), name == "lww")
				same(t, r(r(a, b), c), r(a, r(b, c)), name == "lww")
				same(t, r(a, a), a, name == "lww")
				same(t, r(r(a, b), b), r(a, b), name == "lww")
			})
		})
	}
}

// A cart holds what some version added and no version removed: its twin keeps whole
// histories.
func TestCartsRememberRemovals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made := drawCarts(t, remember, true)
		a, b := rapid.SampledFrom(made).Draw(t, "a"), rapid.SampledFrom(made).Draw(t, "b")
		merged := remember(a, b)
		for _, v := range []*content{a, b} {
			for i := range v.items.all() {
				removed := a.gone.has(i.tag) || b.gone.has(i.tag)
				require.Equal(t, !removed, slices.Contains(listed(merged.items), i), "%v", i)
			}
			for i := range v.gone.all() {
				require.Contains(t, listed(merged.gone), i)
			}
		}
	})
}

// What the union of Dynamo's cart forgets, the cart that remembers does not.
func TestRemovedBesideAdded(t *testing.T) {
	first := new(content).with(item{sim.NewOpID(1, 1), 7})
	added := first.with(item{sim.NewOpID(2, 1), 8})
	require.Equal(t, 2, unite(first.without(7, false), added).items.len(), "the removed one is back")
	kept := remember(first.without(7, true), added)
	require.Equal(t, []item{{sim.NewOpID(2, 1), 8}}, listed(kept.items))
	again := kept.with(item{sim.NewOpID(1, 3), 7})
	require.Equal(t, 2, remember(again, added).items.len(), "added again, it is another item")
}

func TestBookForgetsEarlierRuns(t *testing.T) {
	b := book{rows: make([][]*content, 2)}
	b.enter(&content{by: sim.NewOpID(1, 4)})
	b.enter(&content{by: sim.NewOpID(2, 1)})
	require.NotNil(t, b.find(sim.NewOpID(1, 4)))
	require.Nil(t, b.find(sim.NewOpID(1, 3)))
	require.Nil(t, b.find(sim.NewOpID(1, 5)))
	require.Nil(t, b.find(sim.NewOpID(3, 1)))
	require.Nil(t, b.find(0))
	b.begin(1)
	require.Nil(t, b.find(sim.NewOpID(1, 4)))
	require.NotNil(t, b.find(sim.NewOpID(2, 1)))
}
