package process

import (
	"time"

	"simrun/sim"
)

// Forever is a time limit that never runs out.
const Forever time.Duration = -1

// P is a process's window on its world: what sim.Env is to a handler, and calls that
// block. It must be used by its own process only.
type P struct {
	env     *sim.Env
	yield   func(struct{}) bool
	mail    []letter // from head on
	head    int
	signals []sim.TimerKind
	stopped bool
	over    bool // it has returned or been unwound
	awaited awaited
	turn    uint64 // counts what was waited for
	expired bool
	failed  bool
}

type letter struct {
	from sim.NodeID
	m    sim.Message
}

// awaited is what a process blocks on. A time limit ends any of them.
type awaited uint8

const (
	nothing awaited = iota
	aMoment
	aMessage
	aSignal
	aSync
)

// block gives the processor away until what is awaited has come.
func (p *P) block(on awaited) {
	p.awaited = on
	if !p.yield(struct{}{}) {
		p.over = true
		panic(killed{})
	}
}

// window is the environment, while the incarnation lives: a deferred call of a
// process that is being unwound can do nothing any more.
func (p *P) window() *sim.Env {
	if p.over {
		panic(killed{})
	}
	return p.env
}

// Self is the node itself.
func (p *P) Self() sim.NodeID { return p.env.Self() }

// Now is the node's monotonic clock.
func (p *P) Now() time.Duration { return p.env.Now() }

// Wall is the node's wall clock.
func (p *P) Wall() time.Duration { return p.env.Wall() }

// Send sends m to a node, when the process next blocks.
func (p *P) Send(to sim.NodeID, m sim.Message) { p.window().Send(to, m) }

// Draw is sim.Env.Draw.
func (p *P) Draw(purpose uint8, about sim.Subject) uint64 { return p.window().Draw(purpose, about) }

// Observe states a fact.
func (p *P) Observe(o sim.Observation) { p.window().Observe(o) }

// Begin states that an op begins, now.
func (p *P) Begin(c sim.Call) { p.window().Begin(c) }

// End states that an op has ended, now.
func (p *P) End(r sim.Result) { p.window().End(r) }

// Disk is the node's disk. It must not be kept over a blocking call.
func (p *P) Disk() sim.Disk { return p.window().Disk() }

// Work keeps the node busy for d: what the process asks for from here on, until it
// blocks, happens afterwards. It does not block itself.
func (p *P) Work(d time.Duration) { p.window().Work(d) }

// Sleep blocks for d on the monotonic clock; messages that come wait.
func (p *P) Sleep(d time.Duration) { p.wait(aMoment, max(d, 0), nil) }

// Receive takes the message that has waited longest, or blocks until one comes. It
// is false when none came in time; a limit of 0 does not block.
func (p *P) Receive(limit time.Duration) (from sim.NodeID, m sim.Message, ok bool) {
	if !p.wait(aMessage, limit, p.hasMail) {
		return sim.Nobody, nil, false
	}
	l := p.mail[p.head]
	p.mail[p.head] = letter{}
	if p.head++; p.head == len(p.mail) {
		p.mail, p.head = p.mail[:0], 0
	}
	return l.from, l.m, true
}

func (p *P) hasMail() bool { return p.head < len(p.mail) }

// Signal takes the signal that has waited longest (sim.SignalStop, ...), or blocks
// until one comes. It is false when none came in time.
func (p *P) Signal(limit time.Duration) (signal sim.TimerKind, ok bool) {
	if !p.wait(aSignal, limit, p.hasSignal) {
		return 0, false
	}
	signal = p.signals[0]
	p.signals = p.signals[1:]
	return signal, true
}

func (p *P) hasSignal() bool { return len(p.signals) > 0 }

// Stopped tells whether the process was asked to begin nothing new.
func (p *P) Stopped() bool { return p.stopped }

// Sync blocks until everything written so far is durable. It is false when the disk
// refused: nothing more became durable, and it may be asked again.
func (p *P) Sync() (durable bool) {
	p.turn++
	p.window().Sync(p.turn)
	p.block(aSync)
	return !p.failed
}

// wait blocks until there is some of what is awaited, or the limit has passed. It
// tells whether there is.
func (p *P) wait(on awaited, limit time.Duration, some func() bool) bool {
	env := p.window()
	if some != nil && (some() || limit == 0) {
		return some()
	}
	p.turn++
	var timer sim.TimerID
	if limit >= 0 {
		timer = env.After(limit, sim.Timer{Kind: 1, A: p.turn})
	}
	p.expired = false
	p.block(on)
	if p.expired {
		return false
	}
	env.Cancel(timer)
	return true
}
