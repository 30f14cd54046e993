package process

import (
	"iter"

	"simrun/sim"
)

// New makes a node of a function, which runs from Start on. Where the incarnation
// ends while it blocks, it is unwound: its deferred calls run, nothing that they ask
// for happens. A panic in it is the panic of the handler that let it go on. When it
// returns, the node lives on and ignores everything.
func New(body func(p *P)) sim.Node { return &node{body: body} }

// node turns handler calls into the resumption of a coroutine.
type node struct {
	P
	body   func(p *P)
	resume func() (struct{}, bool)
	stop   func()
}

// killed is what unwinds a process whose incarnation has ended.
type killed struct{}

// Start implements sim.Node.
func (n *node) Start(env *sim.Env) {
	n.env = env
	n.resume, n.stop = iter.Pull(n.run)
	n.goOn()
}

// run is the coroutine.
func (n *node) run(yield func(struct{}) bool) {
	n.yield = yield
	defer func() {
		n.over = true
		if p := recover(); p != nil && p != any(killed{}) {
			panic(p)
		}
	}()
	n.body(&n.P)
}

// goOn runs the process until it blocks again.
func (n *node) goOn() {
	n.awaited = nothing
	n.resume()
}

// Receive implements sim.Node.
func (n *node) Receive(_ *sim.Env, from sim.NodeID, m sim.Message) {
	if n.over {
		return
	}
	n.mail = append(n.mail, letter{from, m})
	if n.awaited == aMessage {
		n.goOn()
	}
}

// Timeout implements sim.Node.
func (n *node) Timeout(_ *sim.Env, t sim.Timer) {
	switch {
	case n.over:
	case t.Kind >= sim.SignalBase:
		n.stopped = n.stopped || t.Kind == sim.SignalStop
		n.signals = append(n.signals, t.Kind)
		if n.awaited == aSignal {
			n.goOn()
		}
	case n.awaited != nothing && t.A == n.turn:
		n.expired = true
		n.goOn()
	}
}

// Synced implements sim.Node.
func (n *node) Synced(_ *sim.Env, s sim.Sync) {
	if n.awaited == aSync && s.Tag == n.turn {
		n.failed = s.Failed
		n.goOn()
	}
}

// Stop implements sim.Stopper: it unwinds the process.
func (n *node) Stop() {
	if n.stop != nil {
		n.stop()
	}
}
