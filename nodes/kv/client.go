package kv

import "simrun/sim"

// Client is a protocol's client side: it lives inside a client node and knows
// whom to ask, follows redirects, retries what is safe to retry under the same
// identity, and, in stores whose clients coordinate, runs the quorum itself. A
// workload owns one for each session, calls one op at a time, and keeps the time limit itself.
type Client interface {
	// Call starts an op. The request's Attempt is the client's to set.
	Call(env *sim.Env, r Request)
	// Receive takes a message that may be for this client. It returns the reply and
	// true once the op is over.
	Receive(env *sim.Env, from sim.NodeID, m sim.Message) (Reply, bool)
	// Timeout takes a timer of a kind from ClientTimers on.
	Timeout(env *sim.Env, t sim.Timer) (Reply, bool)
	// Abandon forgets the op: its time is up.
	Abandon(env *sim.Env, op sim.OpID)
}

// ClientTimers is the first timer kind that belongs to a Client; kinds below it
// are the workload's.
const ClientTimers sim.TimerKind = 0x100
