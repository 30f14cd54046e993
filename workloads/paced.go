package workloads

import (
	"fmt"
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// job is what the tasks of a paced client do: a few ops each, one after another.
type job interface {
	// begin issues the first op of a task.
	begin(env *sim.Env, s *session, task uint32)
	// goOn issues what follows an op of the session that is over. It tells whether
	// the task goes on.
	goOn(env *sim.Env, s *session, r *kv.Reply) bool
	// written is how many keys there are after so many tasks of each client.
	written(tasks uint32) uint32
}

// pacing is when a client acts, and how it ends.
type pacing struct {
	clients uint32
	closed  bool
	gap     random.Dist
	think   random.Dist // closed: between a task's end and the next
	ops     uint32      // the most that a task may need: task t has the numbers from (t-1)*ops+1 on
	roam    uint32      // tasks after which a session turns to the next of its stores; 0 is never
	final   bool
	named   uint32 // keys that the configuration names
	size    uint32 // of what a final read asks for
}

// paced is a client node that takes up tasks at a pace, each in one of its sessions.
type paced struct {
	pacing
	job      job
	options  Options
	sessions []session
	waiting  []uint32 // arrivals that each session has not begun
	next     []uint32
	arrived  uint32        // arrivals so far: the last task in an open loop
	due      time.Duration // of the next arrival
	stopped  bool
	numbers  numbering
	finale   finale
}

// gapsOf is the distribution of the time between two arrivals at one of so many clients.
func gapsOf(rate random.Rate, clients int, arrivals string) (random.Dist, error) {
	mean := rate.MeanGap()
	if mean > random.Longest/time.Duration(clients) {
		return random.Dist{}, fmt.Errorf("a client would wait longer than %v", random.Longest)
	}
	mean *= time.Duration(clients)
	spec := random.Spec{Exponential: &random.Exponential{Mean: mean}}
	if arrivals == "even" {
		spec = random.Spec{Constant: &mean}
	}
	return spec.Compile()
}

// checkPace judges what says when clients act.
func checkPace(rate random.Rate, clients int, pace string, think random.Spec) error {
	if _, err := gapsOf(rate, clients, "even"); err != nil {
		return fmt.Errorf("rate: %s over %d clients is too slow: %w", rate, clients, err)
	}
	if think.IsZero() {
		return nil
	}
	if _, err := think.Compile(); err != nil {
		return fmt.Errorf("think: %w", err)
	}
	if pace == "open" {
		return fmt.Errorf("think: an open pace does not wait; use pace: closed")
	}
	return nil
}

// tasksIn estimates how many tasks all clients together take up in a time, when one
// takes at least so long.
func tasksIn(work, each time.Duration, rate random.Rate, pace string, think random.Spec, sessions int) int64 {
	if pace == "open" {
		return int64(work / max(rate.MeanGap(), 1))
	}
	pause, _ := think.Compile()
	mean, _ := pause.Mean()
	each = time.Duration(mean) + max(each, time.Microsecond)
	return int64(work/each) * int64(sessions)
}

// Start implements sim.Node.
func (n *paced) Start(env *sim.Env) {
	n.waiting = make([]uint32, len(n.sessions))
	n.arrived = (n.numbers.start(env) + n.ops - 1) / n.ops
	if over := n.arrived % uint32(len(n.sessions)); over > 0 {
		n.arrived += uint32(len(n.sessions)) - over
	}
	n.due = env.Now()
	n.next = make([]uint32, len(n.sessions))
	for i := range n.next {
		n.next[i] = n.arrived + uint32(i) + 1
	}
	if !n.closed {
		n.schedule(env)
		return
	}
	for i := range n.sessions {
		n.begin(env, i)
	}
}

// schedule sets the timer of the next arrival.
func (n *paced) schedule(env *sim.Env) {
	word := env.Draw(drawGap, sim.NumberSubject(uint64(n.arrived)+1))
	n.due += time.Duration(n.gap.Sample(word))
	if n.due >= n.options.End {
		return
	}
	env.After(n.due-env.Now(), sim.Timer{Kind: timerArrival})
}

// Timeout implements sim.Node.
func (n *paced) Timeout(env *sim.Env, t sim.Timer) {
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

func (n *paced) arrive(env *sim.Env) {
	n.arrived++
	s := int(n.arrived-1) % len(n.sessions)
	if n.sessions[s].busy {
		n.waiting[s]++
	} else {
		n.begin(env, s)
	}
	n.schedule(env)
}

// begin begins a session's next task.
func (n *paced) begin(env *sim.Env, s int) {
	if n.stopped {
		return
	}
	task := n.next[s]
	n.next[s] += uint32(len(n.sessions))
	n.numbers.reserve(env, task*n.ops)
	if n.roam > 0 {
		n.sessions[s].turn((task - 1) / uint32(len(n.sessions)) / n.roam)
	}
	n.job.begin(env, &n.sessions[s], task)
}

// Receive implements sim.Node.
func (n *paced) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if i, ok := n.sessionOf(m.Subject()); ok {
		if r, over := n.sessions[i].receive(env, from, m); over {
			n.over(env, i, from, r)
		}
		return
	}
	for i := range n.sessions {
		if r, over := n.sessions[i].receive(env, from, m); over {
			n.over(env, i, from, r)
			return
		}
	}
}

// sessionOf is the session whose op a message is about, where it names one. Final
// reads, whose numbers lie beyond all others, are the first session's.
func (n *paced) sessionOf(about sim.Subject) (int, bool) {
	op, _, ok := about.Op()
	if !ok || op.Client() != n.options.Client || op.Number() == 0 {
		return 0, false
	}
	if n.finale.number > 0 && op.Number() > n.finale.before {
		return 0, true
	}
	return int((op.Number()-1)/n.ops) % len(n.sessions), true
}

func (n *paced) clientTimer(env *sim.Env, t sim.Timer) {
	for i := range n.sessions {
		if r, over := n.sessions[i].timeout(env, t); over {
			n.over(env, i, sim.Nobody, r)
			return
		}
	}
}

// over ends a session's op and begins what follows.
func (n *paced) over(env *sim.Env, i int, from sim.NodeID, r kv.Reply) {
	s := &n.sessions[i]
	if !s.busy || r.Op != s.now.Op {
		return
	}
	s.done(env, from, r)
	switch {
	case s.now.Final:
		n.finale.next(env, s, r.Outcome)
	case n.stopped || !n.job.goOn(env, s, &r):
		n.rest(env, i)
	}
}

// limit ends an op whose time is up, and the task with it.
func (n *paced) limit(env *sim.Env, op sim.OpID) {
	for i := range n.sessions {
		s := &n.sessions[i]
		if !s.busy || s.now.Op != op {
			continue
		}
		s.giveUp(env)
		if s.now.Final {
			n.finale.next(env, s, sim.Unknown)
		} else {
			n.rest(env, i)
		}
		return
	}
}

// rest is what a session does between two tasks.
func (n *paced) rest(env *sim.Env, i int) {
	switch {
	case n.stopped:
	case n.closed:
		n.pause(env, i)
	case n.waiting[i] > 0:
		n.waiting[i]--
		n.begin(env, i)
	}
}

// pause has the session think before its next task.
func (n *paced) pause(env *sim.Env, i int) {
	about := sim.NumberSubject(uint64(n.next[i]))
	d := max(n.think.Sample(env.Draw(drawThink, about)), 1)
	env.After(time.Duration(d), sim.Timer{Kind: timerPause, A: uint64(i)})
}

// beginFinale begins this client's share of the final reads.
func (n *paced) beginFinale(env *sim.Env) {
	if !n.final {
		return
	}
	tasks := n.lastTask()
	last := n.job.written(tasks)
	n.numbers.reserve(env, tasks*n.ops+finalTries*n.named)
	n.finale = finale{before: tasks * n.ops, number: tasks * n.ops, size: n.size}
	for k := uint32(n.options.Client) - 1; k < last; k += n.clients {
		n.finale.keys = append(n.finale.keys, sim.Key(k))
	}
	n.sessions[0].turn(0)
	n.finale.begin(env, &n.sessions[0])
}

func (n *paced) lastTask() uint32 {
	last := n.arrived
	for _, next := range n.next {
		last = max(last, next)
	}
	return last
}

// Synced implements sim.Node.
func (n *paced) Synced(*sim.Env, sim.Sync) {}
