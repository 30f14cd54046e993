package workloads

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// readWriter is a client node of a ReadWrite workload.
type readWriter struct {
	config   *ReadWrite
	options  Options
	gap      random.Dist
	think    random.Dist
	keys     random.Keys
	sessions []session
	waiting  []uint32 // arrivals that each session has not begun
	next     []uint32
	arrived  uint32        // arrivals so far: the last op's number in an open loop
	due      time.Duration // of the next arrival
	stopped  bool
	numbers  numbering
	final    finale
}

// open makes the client's sessions.
func (n *readWriter) open() {
	c := n.config
	for i := range c.Sessions {
		n.sessions = append(n.sessions, session{
			client: n.options.Client, number: uint32(i), store: n.options.Connect(),
			limit: c.Timeout, tokens: c.Tokens, blind: c.Blind || c.Choice == "fresh",
		})
	}
	n.waiting = make([]uint32, c.Sessions)
}

// Start implements sim.Node.
func (n *readWriter) Start(env *sim.Env) {
	n.arrived = n.numbers.start(env)
	if over := n.arrived % uint32(len(n.sessions)); over > 0 {
		n.arrived += uint32(len(n.sessions)) - over
	}
	n.due = env.Now()
	n.next = make([]uint32, len(n.sessions))
	for i := range n.next {
		n.next[i] = n.arrived + uint32(i) + 1
	}
	if n.config.Pace == "open" {
		n.schedule(env)
		return
	}
	for i := range n.sessions {
		n.begin(env, i)
	}
}

// schedule sets the timer of the next arrival.
func (n *readWriter) schedule(env *sim.Env) {
	word := env.Draw(drawGap, sim.NumberSubject(uint64(n.arrived)+1))
	n.due += time.Duration(n.gap.Sample(word))
	if n.due >= n.options.End {
		return
	}
	env.After(n.due-env.Now(), sim.Timer{Kind: timerArrival})
}

// Timeout implements sim.Node.
func (n *readWriter) Timeout(env *sim.Env, t sim.Timer) {
	switch {
	case t.Kind == timerArrival:
		n.arrive(env)
	case t.Kind == timerPause:
		n.begin(env, int(t.A))
	case t.Kind == timerLimit:
		n.limit(env, sim.OpID(t.Subject>>8)&opMask)
	case t.Kind == sim.SignalStop:
		n.stopped = true
	case t.Kind == sim.SignalFinal:
		n.beginFinale(env)
	case t.Kind >= kv.ClientTimers && t.Kind < sim.SignalBase:
		n.clientTimer(env, t)
	}
}

const opMask = 1<<48 - 1

func (n *readWriter) arrive(env *sim.Env) {
	n.arrived++
	s := int(n.arrived-1) % len(n.sessions)
	if n.sessions[s].busy {
		n.waiting[s]++
	} else {
		n.begin(env, s)
	}
	n.schedule(env)
}

// begin issues a session's next op.
func (n *readWriter) begin(env *sim.Env, s int) {
	if n.stopped {
		return
	}
	number := n.next[s]
	n.next[s] += uint32(len(n.sessions))
	n.numbers.reserve(env, number)
	code, key := n.choose(env, number)
	n.sessions[s].issue(env, number, code, key, readPath(n.config.ReadAt), uint32(n.config.Size), false)
}

// choose draws what the op does, by its number.
func (n *readWriter) choose(env *sim.Env, number uint32) (sim.Code, sim.Key) {
	about := sim.NumberSubject(uint64(number))
	key := n.keys.Choose(env.Draw(drawKey, about))
	if n.config.Choice == "fresh" {
		key = (number-1)*uint32(n.config.Clients) + uint32(n.options.Client) - 1
	}
	word := env.Draw(drawCode, about)
	if n.config.Reads.Hit(word) {
		return sim.Get, sim.Key(key)
	}
	word = random.Mix(word, 1)
	switch {
	case n.config.Deletes.Hit(word):
		return sim.Delete, sim.Key(key)
	case n.config.CAS.Hit(random.Mix(word, 2)):
		return sim.CAS, sim.Key(key)
	}
	return sim.Put, sim.Key(key)
}

// Receive implements sim.Node.
func (n *readWriter) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if i, ok := n.sessionOf(m.Subject()); ok {
		if r, over := n.sessions[i].store.Receive(env, from, m); over {
			n.over(env, i, from, r)
		}
		return
	}
	for i := range n.sessions {
		if r, over := n.sessions[i].store.Receive(env, from, m); over {
			n.over(env, i, from, r)
			return
		}
	}
}

// sessionOf is the session whose op a message is about, where it names one. Final
// reads, whose numbers lie beyond all others, are the first session's.
func (n *readWriter) sessionOf(about sim.Subject) (int, bool) {
	op, _, ok := about.Op()
	if !ok || op.Client() != n.options.Client || op.Number() == 0 {
		return 0, false
	}
	if n.final.number > 0 && op.Number() > n.final.before {
		return 0, true
	}
	return int(op.Number()-1) % len(n.sessions), true
}

func (n *readWriter) clientTimer(env *sim.Env, t sim.Timer) {
	for i := range n.sessions {
		if r, over := n.sessions[i].store.Timeout(env, t); over {
			n.over(env, i, sim.Nobody, r)
			return
		}
	}
}

// over ends a session's op and begins its next.
func (n *readWriter) over(env *sim.Env, i int, from sim.NodeID, r kv.Reply) {
	s := &n.sessions[i]
	if !s.busy || r.Op != s.now.Op {
		return
	}
	s.done(env, from, r)
	n.goOn(env, i, r.Outcome)
}

func (n *readWriter) limit(env *sim.Env, op sim.OpID) {
	for i := range n.sessions {
		if s := &n.sessions[i]; s.busy && s.now.Op == op {
			s.giveUp(env)
			n.goOn(env, i, sim.Unknown)
			return
		}
	}
}

// goOn begins what follows the end of an op.
func (n *readWriter) goOn(env *sim.Env, i int, outcome sim.Outcome) {
	switch {
	case n.sessions[i].now.Final:
		n.final.next(env, &n.sessions[i], outcome)
	case n.stopped:
	case n.config.Pace == "closed":
		n.pause(env, i)
	case n.waiting[i] > 0:
		n.waiting[i]--
		n.begin(env, i)
	}
}

// pause has the session think before its next op.
func (n *readWriter) pause(env *sim.Env, i int) {
	about := sim.NumberSubject(uint64(n.next[i]))
	d := max(n.think.Sample(env.Draw(drawThink, about)), 1)
	env.After(time.Duration(d), sim.Timer{Kind: timerPause, A: uint64(i)})
}

// beginFinale begins this client's share of the final reads.
func (n *readWriter) beginFinale(env *sim.Env) {
	if !n.config.Final {
		return
	}
	n.final = finale{before: n.lastNumber(), number: n.lastNumber(), size: uint32(n.config.Size)}
	n.numbers.reserve(env, n.final.number+uint32(finalTries*n.config.Keys))
	client, clients := uint32(n.options.Client)-1, uint32(n.config.Clients)
	last := uint32(n.config.Keys)
	if n.config.Choice == "fresh" {
		last = n.final.number * clients
	}
	for k := client; k < last; k += clients {
		n.final.keys = append(n.final.keys, sim.Key(k))
	}
	n.final.begin(env, &n.sessions[0])
}

func (n *readWriter) lastNumber() uint32 {
	last := n.arrived
	for _, next := range n.next {
		last = max(last, next)
	}
	return last
}

// Synced implements sim.Node.
func (n *readWriter) Synced(*sim.Env, sim.Sync) {}
