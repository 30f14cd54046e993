package sim

import (
	"math/bits"
	"time"
)

// Host is what an Env asks at once, while a handler runs. The kernel is one; a
// test may use its own.
type Host interface {
	// Draw returns a 64-bit word keyed by the node's name, the purpose and the subject.
	Draw(node NodeID, purpose uint8, about Subject) uint64
	// NameHash is the stable hash of a node's name.
	NameHash(node NodeID) uint64
	// Disk is the node's disk.
	Disk(node NodeID) Disk
}

// Env is a node's window on its world while it handles an event. It is a concrete
// list of effects, so that a handler can be tested without a kernel: make one with
// NewEnv, call the handler, look at Effects.
type Env struct {
	host         Host
	self         NodeID
	now, wall    time.Duration
	effects      []Effect
	observations []Observation
	calls        []Call
	results      []Result
	timers       timerTable
}

// NewEnv makes the window of one node.
func NewEnv(self NodeID, host Host) *Env { return &Env{self: self, host: host} }

// Self is the node itself.
func (e *Env) Self() NodeID { return e.self }

// Now is the node's monotonic clock. It may drift against true time but never
// jumps; timers and leases run on it. It goes on through restarts.
func (e *Env) Now() time.Duration { return e.now }

// Wall is the node's wall clock: it may be offset, drift, and jump.
func (e *Env) Wall() time.Duration { return e.wall }

// Send sends m to a node; sending to oneself goes through the network's loopback.
func (e *Env) Send(to NodeID, m Message) {
	x := e.ask(DoSend)
	x.To, x.Message = to, m
}

// ask adds an effect, to be completed in place: one that is built elsewhere and then
// copied costs several times as much, because the copy waits for what was just stored.
func (e *Env) ask(do Do) *Effect {
	e.effects = append(e.effects, Effect{})
	x := &e.effects[len(e.effects)-1]
	x.Do = do
	return x
}

// After asks for Timeout(t) once d has passed on the monotonic clock.
func (e *Env) After(d time.Duration, t Timer) TimerID {
	id := e.timers.add(t, e.now+d)
	x := e.ask(DoSet)
	x.Timer, x.After = id, d
	return id
}

// Reset moves a pending timer, so that it fires d from now. Where the timer is no
// longer pending it does nothing and returns false.
func (e *Env) Reset(id TimerID, d time.Duration) bool {
	if !e.timers.move(id, e.now+d) {
		return false
	}
	x := e.ask(DoSet)
	x.Timer, x.After = id, d
	return true
}

// Cancel forgets a timer. It tells whether the timer was still pending.
func (e *Env) Cancel(id TimerID) bool { return e.timers.drop(id) }

// Disk is the node's disk.
func (e *Env) Disk() Disk { return e.host.Disk(e.self) }

// Sync asks that all written so far be made durable; Synced tells when it is.
func (e *Env) Sync(tag uint64) {
	x := e.ask(DoSync)
	x.Tag = tag
	if d, ok := e.Disk().(marker); ok {
		x.Mark = d.Mark()
	}
}

// marker is a Disk that can name everything written so far.
type marker interface {
	Mark() uint64
}

// Work makes the node busy for d: the effects asked for later in this handler
// happen after it, and nothing else is handled before.
func (e *Env) Work(d time.Duration) {
	if d > 0 {
		e.ask(DoWork).After = d
	}
}

// Observe states a fact.
func (e *Env) Observe(o Observation) {
	e.observations = append(e.observations, o)
	e.ask(DoObserve).Index = uint32(len(e.observations) - 1)
}

// Begin states that a client's op begins.
func (e *Env) Begin(c Call) {
	e.calls = append(e.calls, c)
	e.ask(DoBegin).Index = uint32(len(e.calls) - 1)
}

// End states that a client's op ended.
func (e *Env) End(r Result) {
	e.results = append(e.results, r)
	e.ask(DoEnd).Index = uint32(len(e.results) - 1)
}

// Draw returns a random word that depends on the node's name, the purpose (the
// protocol's own small number) and the subject, and on nothing else.
func (e *Env) Draw(purpose uint8, about Subject) uint64 {
	return e.host.Draw(e.self, purpose, about)
}

// Weight turns a drawn word into node id's weight in a choice: the node with the
// highest weight is chosen, so that adding a candidate moves no other choice.
func (e *Env) Weight(word uint64, id NodeID) uint64 {
	hi, lo := bits.Mul64(word^e.host.NameHash(id), encoderMultiply)
	hi, lo = bits.Mul64(hi^lo^encoderSeed, encoderMultiply)
	return hi ^ lo
}

// Below maps a random word to 0..n-1.
func Below(word, n uint64) uint64 {
	hi, _ := bits.Mul64(word, n)
	return hi
}
