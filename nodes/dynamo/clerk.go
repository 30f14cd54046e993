package dynamo

import (
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// clerk gives ops their dots under vv and crdt. It is one life of a coordinator, and
// for each key an actor: another one where it cannot stand for what it counted before.
type clerk struct {
	base uint32 // which no other life shares
	keys []account
	used uint32 // actors beyond the first
}

// account is what the clerk did with one key.
type account struct {
	actor uint32 // beyond the base
	last  uint64 // counter
	sum   int64  // of a counter's amounts
	added []addition
}

// addition is an element of a set that the clerk added, and a dot that it gave it, which
// homes may still hold.
type addition struct {
	element int64
	dot     kv.Dot
}

// earlier are the dots that the clerk gave to an element before.
func (c *clerk) earlier(key sim.Key, element int64) []kv.Dot {
	var dots []kv.Dot
	for _, a := range c.of(key).added {
		if a.element == element {
			dots = append(dots, a.dot)
		}
	}
	return dots
}

// adds notes a dot for an element.
func (c *clerk) adds(key sim.Key, element int64, d kv.Dot) {
	l := c.of(key)
	l.added = append(l.added, addition{element, d})
}

// forget is for a set that W homes hold, or R have told: what that has seen go need not be
// replaced any more. So no more is noted than there is, and what nobody has acknowledged.
func (c *clerk) forget(key sim.Key, known versions.Set) {
	l := c.of(key)
	if len(l.added) == 0 {
		return
	}
	there := make(map[kv.Dot]bool, len(known))
	for _, v := range known.Writes() {
		there[v.Dot] = true
	}
	seen := known.Covered()
	l.added = slices.DeleteFunc(l.added, func(a addition) bool { return !there[a.dot] && versions.Seen(seen, a.dot) })
}

func (c *clerk) of(key sim.Key) *account {
	if int(key) >= len(c.keys) {
		c.keys = append(c.keys, make([]account, int(key)+1-len(c.keys))...)
	}
	return &c.keys[key]
}

// next is a dot that names nothing yet. Its counter is at least the floor.
func (c *clerk) next(key sim.Key, floor uint64) kv.Dot {
	l := c.of(key)
	l.last = max(l.last+1, floor)
	return c.last(key)
}

// last is the dot that was given last; its counter is 0 if there is none.
func (c *clerk) last(key sim.Key) kv.Dot {
	l := c.of(key)
	return kv.Dot{Actor: c.base + l.actor, Counter: l.last}
}

// renew makes the clerk another actor for a key.
func (c *clerk) renew(key sim.Key) {
	c.used++
	*c.of(key) = account{actor: c.used, added: c.of(key).added} // those dots may be held all the same
}
