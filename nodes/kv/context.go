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
}

// Encode lists the token.
func (t Token) Encode(e *sim.Encoder) {
	e.Uint("epoch", t.Epoch)
	e.Uint("index", t.Index)
}

// Newest returns the later of two tokens, by epoch, then index.
func (t Token) Newest(o Token) Token {
	if o.Epoch > t.Epoch || o.Epoch == t.Epoch && o.Index > t.Index {
		return o
	}
	return t
}
