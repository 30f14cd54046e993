package workloads

import (
	"cmp"
	"time"

	"simrun/sim"
)

// content is what one version of a collection holds. It is a value: nothing changes
// one in place.
type content struct {
	at    time.Duration // when it was made, by its writer's wall clock
	by    sim.OpID      // the write that made it
	items *bag
	// gone are the tags of removed items, where the application remembers them. They
	// are never forgotten: who edits a version that others have not seen cannot know
	// whether an item is yet to come back from there.
	gone  *bag
	total int64 // of a counter that is one number
}

// item is an element of a set, or an increment of a counter, with the op that added
// it: no two additions have the same tag.
type item struct {
	tag sim.OpID
	n   int64
}

// rule is how an application merges two versions of a collection. It does not matter
// in which order versions are merged, in what groups, nor how often.
type rule func(a, b *content) *content

// unite keeps whatever either holds. It is the merge of the cart in Dynamo, section
// 4.4: an added item is never lost, but one that was removed may come back, because
// a version that has not heard of the removal brings it along.
func unite(a, b *content) *content {
	return &content{items: a.items.and(b.items)}
}

// remember keeps what either holds and neither knows to be removed: an observed-remove
// set (Shapiro, Preguiça, Baquero and Zawirski, SSS 2011, section 3.3.5) whose removed
// tags are kept.
func remember(a, b *content) *content {
	gone := a.gone.and(b.gone)
	return &content{gone: gone, items: a.items.and(b.items).less(func(i item) bool { return gone.has(i.tag) })}
}

// latest keeps the version that was made last by its writer's clock, and nothing of
// the other.
func latest(a, b *content) *content {
	if c := cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)); c < 0 {
		return b
	}
	return a
}

// with is the content and one more item.
func (c *content) with(i item) *content {
	return &content{items: c.items.and(bagOf(i)), gone: c.gone}
}

// without is the content less an element. Where the application remembers, it keeps
// the tags.
func (c *content) without(n int64, remembers bool) *content {
	left := &content{gone: c.gone}
	left.items = c.items.less(func(i item) bool {
		if i.n == n && remembers {
			left.gone = left.gone.and(bagOf(item{tag: i.tag}))
		}
		return i.n == n
	})
	return left
}

// sum is what a counter shows.
func (c *content) sum() int64 {
	sum := c.total
	for i := range c.items.all() {
		sum += i.n
	}
	return sum
}

// tagSize is how many bytes a remembered tag takes on the wire.
const tagSize = 8

// size is how many bytes the content takes on the wire, when an item takes so many.
func (c *content) size(each int) uint32 {
	return uint32(each*max(c.items.len(), 1) + tagSize*c.gone.len())
}

// book tells what each write of a world wrote: stores keep values as their writers'
// identities and pass them on unread, while sizes say how much passes. A write is in
// it before it is sent, and stays: any replica may bring back any version.
type book struct {
	rows [][]*content // by client, from 0, and number
}

// enter takes down what a write writes.
func (b *book) enter(c *content) {
	row, number := &b.rows[c.by.Client()-1], int(c.by.Number())
	if grow := number + 1 - len(*row); grow > 0 {
		*row = append(*row, make([]*content, grow)...)
	}
	(*row)[number] = c
}

// find is what a write wrote, nil where nobody wrote it: then a disk was damaged.
func (b *book) find(op sim.OpID) *content {
	client, number := int(op.Client())-1, int(op.Number())
	if client < 0 || client >= len(b.rows) || number >= len(b.rows[client]) {
		return nil
	}
	return b.rows[client][number]
}

// begin forgets what a client wrote in an earlier run of the world.
func (b *book) begin(client uint16) { clear(b.rows[client-1]) }
