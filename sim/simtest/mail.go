package simtest

import (
	"fmt"
	"strings"
	"time"

	"simrun/sim"
	"simrun/sim/random"
)

// Letter is a message on its way.
type Letter struct {
	From, To sim.NodeID
	Message  sim.Message
	life     uint32 // incarnation of the receiver
}

// Match picks letters; what is left zero picks all.
type Match struct {
	From, To sim.NodeID
	Kind     string // the kind's name
	Class    sim.Class
	About    sim.Subject
	First    int // only so many, the oldest; 0 is all
}

func (m Match) picks(l Letter) bool {
	kind := l.Message.Kind()
	return (m.From == 0 || m.From == l.From) && (m.To == 0 || m.To == l.To) && (m.Kind == "" || m.Kind == kind.Name) &&
		(m.Class == 0 || m.Class == kind.Class) && (m.About == 0 || m.About == l.Message.Subject())
}

// Mail is what is on its way, held messages not included, in the order of sending.
func (s *Script) Mail() []Letter { return append([]Letter(nil), s.mail...) }

// take removes the letters that match from what is on its way.
func (s *Script) take(what string, m Match) []Letter {
	s.t.Helper()
	var taken, left []Letter
	for _, l := range s.mail {
		if m.picks(l) && (m.First == 0 || len(taken) < m.First) {
			taken = append(taken, l)
		} else {
			left = append(left, l)
		}
	}
	if len(taken) == 0 {
		s.t.Fatalf("nothing to %s matches %+v; on its way:\n%s", what, m, s.describe())
	}
	s.mail = left
	return taken
}

// describe lists what is on its way.
func (s *Script) describe() string {
	var b strings.Builder
	for _, l := range s.mail {
		fmt.Fprintf(&b, "  %s -> %s %s %s\n", s.name(l.From), s.name(l.To), l.Message.Kind().Name, sim.Text(l.Message))
	}
	return b.String()
}

// Deliver delivers what matches and is on its way now, in the order of sending; not
// what is sent in answer.
func (s *Script) Deliver(m Match) {
	s.t.Helper()
	for _, l := range s.take("deliver", m) {
		s.deliver(l)
	}
}

// deliver hands a letter over, unless its receiver is not the one it was sent to.
func (s *Script) deliver(l Letter) {
	a := s.actors[l.To]
	if !a.up || a.life != l.life {
		return
	}
	receive := func() { s.handle(a, func() { a.node.Receive(a.env, l.From, l.Message) }) }
	if s.seen.message != nil {
		s.seen.message(l.Message, receive)
		return
	}
	receive()
}

// Drop loses what matches.
func (s *Script) Drop(m Match) {
	s.t.Helper()
	s.take("drop", m)
}

// Hold keeps what matches out of reach of Deliver until Release.
func (s *Script) Hold(m Match) {
	s.t.Helper()
	s.held = append(s.held, s.take("hold", m)...)
}

// Release puts what is held back on its way, behind all else.
func (s *Script) Release() {
	s.mail = append(s.mail, s.held...)
	s.held = nil
}

// mostSteps bounds what happens in one call, so that a chatter without end fails.
const mostSteps = 100_000

// DeliverAll delivers everything, and what is sent in answer, until silence.
func (s *Script) DeliverAll() {
	s.t.Helper()
	for steps := 0; len(s.mail) > 0; steps++ {
		if steps == mostSteps {
			s.t.Fatalf("the nodes do not fall silent; on its way:\n%s", s.describe())
		}
		l := s.mail[0]
		s.mail = s.mail[1:]
		s.deliver(l)
	}
}

// Advance lets time pass. Timers fire in order; messages stay where they are.
func (s *Script) Advance(d time.Duration) {
	s.t.Helper()
	s.pass(d, func() {})
}

// Run lets time pass with a network that delivers at once.
func (s *Script) Run(d time.Duration) {
	s.t.Helper()
	s.DeliverAll()
	s.pass(d, s.DeliverAll)
}

func (s *Script) pass(d time.Duration, after func()) {
	s.t.Helper()
	end := s.now + d
	for steps := 0; ; steps++ {
		if steps == mostSteps {
			s.t.Fatalf("%d timers have fired by %v", steps, s.now)
		}
		a, id, due := s.next()
		if a == nil || due > end {
			break
		}
		s.now = max(s.now, due)
		s.fire(a, id)
		after()
	}
	s.now = end
}

// next finds the timer that is due first; of several the one at the first node.
func (s *Script) next() (first *actor, timer sim.TimerID, at time.Duration) {
	for _, a := range s.actors[1:] {
		a.env.Timers(func(id sim.TimerID, due time.Duration) {
			if first == nil || due < at {
				first, timer, at = a, id, due
			}
		})
	}
	return first, timer, at
}

// fire numbers a firing without a subject as the kernel does, and handles it.
func (s *Script) fire(a *actor, id sim.TimerID) {
	t, _ := a.env.Fire(id)
	if t.Subject == 0 {
		a.fired[t.Kind]++
		t.Subject = sim.TimerSubject(random.Mix(s.NameHash(a.id)+uint64(t.Kind), a.fired[t.Kind]))
	}
	s.handle(a, func() { a.node.Timeout(a.env, t) })
}

// Signal hands a node one of the kernel's signals, such as sim.SignalElect.
func (s *Script) Signal(id sim.NodeID, signal sim.TimerKind) {
	s.t.Helper()
	a := s.alive(id)
	s.handle(a, func() { a.node.Timeout(a.env, sim.Timer{Kind: signal, Subject: sim.NumberSubject(uint64(signal))}) })
}
