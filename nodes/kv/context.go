package kv

import "simrun/sim"

// Dot is one event of one actor: its counter-th write.
type Dot struct {
	Actor   uint32
	Counter uint64
}

// Context is the causal context of what a client has read: a version vector as a
// list of dots in the order of actors, each standing for that actor's writes up
// to the counter. Where more of an actor's writes were read, with holes before them,
// its first dot says up to where there is none (counter 0: nowhere), and each of the
// others stands for itself alone. Empty for stores without causal versions.
type Context []Dot

// Encode lists the context.
func (c Context) Encode(e *sim.Encoder) {
	e.Uint("context", uint64(len(c)))
	for _, d := range c {
		e.Uint("actor", uint64(d.Actor))
		e.Uint("counter", d.Counter)
	}
}

// Token is a session token: a point of the store's history that a session has
// seen. Epoch and Index are compared as the protocol documents; the zero Token
// demands nothing.
type Token struct {
	Epoch uint64
	Index uint64
	// Seen is the point where the store has several orders: a version vector of
	// what the session has seen. Empty for stores with one order.
	Seen Context
}

// Encode lists the token. A token of one order is as long as if there were no other sort.
func (t Token) Encode(e *sim.Encoder) {
	e.Uint("epoch", t.Epoch)
	e.Uint("index", t.Index)
	if len(t.Seen) > 0 {
		t.Seen.Encode(e)
	}
}

// Newest returns the later of two tokens, by epoch, then index; where there are several
// orders, a token that is no earlier than either in any of them.
func (t Token) Newest(o Token) Token {
	seen := t.Seen.Join(o.Seen)
	if o.Epoch > t.Epoch || o.Epoch == t.Epoch && o.Index > t.Index {
		t = o
	}
	t.Seen = seen
	return t
}

// Join is the least version vector that covers what either covers: neither has holes.
func (c Context) Join(o Context) Context {
	switch {
	case len(o) == 0:
		return c
	case len(c) == 0:
		return o
	}
	joined := make(Context, 0, len(c)+len(o))
	for len(c) > 0 && len(o) > 0 {
		switch {
		case c[0].Actor < o[0].Actor:
			joined, c = append(joined, c[0]), c[1:]
		case c[0].Actor > o[0].Actor:
			joined, o = append(joined, o[0]), o[1:]
		default:
			dot := Dot{Actor: c[0].Actor, Counter: max(c[0].Counter, o[0].Counter)}
			joined, c, o = append(joined, dot), c[1:], o[1:]
		}
	}
	return append(append(joined, c...), o...)
}
