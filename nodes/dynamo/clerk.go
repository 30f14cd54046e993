package dynamo

import (
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
	*c.of(key) = account{actor: c.used}
}
