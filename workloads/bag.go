package workloads

import (
	"iter"

	"simrun/sim"
	"simrun/sim/random"
)

// bag is a set of items in the order of their tags; nil is the empty one. It is a value:
// bags that hold mostly the same have most of their parts in common, so that all
// versions of a collection together take little more than the changes between them.
//
// It is a treap (Seidel and Aragon, Algorithmica 16, 1996), a search tree by tags and
// a heap by numbers that are drawn from the tags. So its shape tells only what it
// holds, and two bags are united part by part (Blelloch and Reid-Miller, SPAA 1998).
type bag struct {
	item
	size      uint32
	rank      uint32 // those with the greatest are at the top
	low, high *bag
}

// bagRank keeps the ranks apart from other draws.
const bagRank = 0x626167

// bagOf holds one item.
func bagOf(i item) *bag {
	return &bag{item: i, size: 1, rank: uint32(random.Mix(uint64(i.tag), bagRank))}
}

// len is how many items the bag holds.
func (b *bag) len() int {
	if b == nil {
		return 0
	}
	return int(b.size)
}

// all yields the items in order.
func (b *bag) all() iter.Seq[item] {
	return func(yield func(item) bool) { b.each(yield) }
}

func (b *bag) each(yield func(item) bool) bool {
	return b == nil || b.low.each(yield) && yield(b.item) && b.high.each(yield)
}

// has tells whether the bag holds an item with a tag.
func (b *bag) has(tag sim.OpID) bool {
	for b != nil && b.tag != tag {
		if tag < b.tag {
			b = b.low
		} else {
			b = b.high
		}
	}
	return b != nil
}

// above tells whether the top of one bag has its place above that of another.
func (b *bag) above(c *bag) bool {
	return b.rank > c.rank || b.rank == c.rank && b.tag < c.tag
}

// over is the bag's top over other parts: the bag itself where they are its own.
func (b *bag) over(low, high *bag) *bag {
	if low == b.low && high == b.high {
		return b
	}
	return &bag{b.item, uint32(low.len() + high.len() + 1), b.rank, low, high}
}

// split parts what is below a tag from what is above it.
func (b *bag) split(tag sim.OpID) (low, high *bag) {
	switch {
	case b == nil:
		return nil, nil
	case tag < b.tag:
		low, high = b.low.split(tag)
		return low, b.over(high, b.high)
	case tag > b.tag:
		low, high = b.high.split(tag)
		return b.over(b.low, low), high
	}
	return b.low, b.high
}

// and holds what either bag holds.
func (b *bag) and(c *bag) *bag {
	switch {
	case b == c, c == nil:
		return b
	case b == nil:
		return c
	case c.above(b):
		return c.and(b)
	}
	low, high := c.split(b.tag)
	low, high = b.low.and(low), b.high.and(high)
	if c.tag == b.tag && low == c.low && high == c.high {
		return c
	}
	return b.over(low, high)
}

// less holds what the bag holds and is not to be dropped; it asks in order.
func (b *bag) less(drop func(item) bool) *bag {
	if b == nil {
		return nil
	}
	low, drops := b.low.less(drop), drop(b.item)
	high := b.high.less(drop)
	if drops {
		return joined(low, high)
	}
	return b.over(low, high)
}

// joined unites two bags of which the one ends where the other begins.
func joined(low, high *bag) *bag {
	switch {
	case low == nil:
		return high
	case high == nil:
		return low
	case low.above(high):
		return low.over(low.low, joined(low.high, high))
	}
	return high.over(joined(low, high.low), high.high)
}
