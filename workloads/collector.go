package workloads

import (
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// collector is a client node of a Collection workload.
type collector struct {
	paced
	config *Collection
	among  random.Keys
	rule   rule // nil where the store merges
	book   *book
	tasks  []task // what each session is about
}

// task is a read, or a change of one key with the reads that come before it.
type task struct {
	number uint32
	ops    uint32 // so far
	code   sim.Code
	key    sim.Key
}

// open makes the client's sessions.
func (n *collector) open() {
	for i := range n.config.Sessions {
		stores := n.config.connect(&n.options)
		s := session{client: n.options.Client, number: uint32(i), store: stores[0], stores: stores, limit: n.config.Timeout}
		if n.rule != nil {
			s.show = n.show
		}
		n.sessions = append(n.sessions, s)
	}
	n.tasks = make([]task, n.config.Sessions)
}

// Start implements sim.Node.
func (n *collector) Start(env *sim.Env) {
	n.paced.Start(env)
	if n.arrived == 0 {
		n.book.begin(n.options.Client)
	}
}

// begin implements job.
func (n *collector) begin(env *sim.Env, s *session, number uint32) {
	t := n.task(s)
	*t = n.choose(env, number)
	if t.code == sim.Add && n.rule == nil {
		n.tell(env, s, t, sim.Add, n.fresh(t))
		return
	}
	n.read(env, s, t)
}

// task is what a session is about.
func (n *collector) task(s *session) *task { return &n.tasks[s.number%sessionStride] }

// choose draws what a task is, by its number.
func (n *collector) choose(env *sim.Env, number uint32) task {
	about := sim.NumberSubject(uint64(number))
	t := task{number: number, key: sim.Key(n.among.Choose(env.Draw(drawKey, about))), code: sim.Add}
	word := env.Draw(drawCode, about)
	switch {
	case n.config.Reads.Hit(word):
		t.code = sim.Get
	case n.config.Removes.Hit(random.Mix(word, 1)):
		t.code = sim.Remove
	}
	return t
}

// number is that of the task's next op. It depends on what came before it in the
// same task only.
func (n *collector) number(t *task) uint32 {
	t.ops++
	return (t.number-1)*n.ops + t.ops
}

func (n *collector) read(env *sim.Env, s *session, t *task) {
	s.issue(env, n.number(t), sim.Get, t.key, kv.Strongest, 0, false)
}

// goOn implements job: a change follows its read, and another read a write that
// found something else there.
func (n *collector) goOn(env *sim.Env, s *session, r *kv.Reply) bool {
	t := n.task(s)
	switch {
	case s.now.Code == sim.Get && r.Outcome == sim.OK && t.code != sim.Get:
		n.change(env, s, t, r.Values)
	case r.Error == sim.Conflict && t.ops < n.ops:
		n.read(env, s, t)
	default:
		return false
	}
	return true
}

// change changes what was read.
func (n *collector) change(env *sim.Env, s *session, t *task, read []sim.Value) {
	code, element := n.choice(env, t, read)
	if n.rule == nil {
		n.tell(env, s, t, code, element)
		return
	}
	op := sim.NewOpID(n.options.Client, n.number(t))
	c := sim.Call{Op: op, Code: code, Key: t.key, Session: s.number, Value: sim.Value{ID: op, N: element}}
	made := n.made(n.merged(read), op, code, element)
	made.at, made.by = env.Wall(), op
	n.book.enter(made)
	r := kv.Request{Op: op, Code: sim.Put, Key: t.key, Value: sim.Value{ID: op}, Size: made.size(n.config.Size)}
	if n.config.Write == "cas" {
		r.Code = sim.CAS
	}
	s.carry(&c, &r)
	s.start(env, c, r)
}

// tell has the store change a collection itself. A removal carries the context of
// what was read: the store is to remove what its client saw.
func (n *collector) tell(env *sim.Env, s *session, t *task, code sim.Code, element int64) {
	op := sim.NewOpID(n.options.Client, n.number(t))
	value := sim.Value{ID: op, N: element}
	r := kv.Request{Op: op, Code: code, Key: t.key, Value: value, Size: uint32(n.config.Size)}
	if code == sim.Remove {
		r.Context = s.seen[t.key].context
	}
	s.start(env, sim.Call{Op: op, Code: code, Key: t.key, Session: s.number, Value: value}, r)
}

// choice is what a task does now that it has read: where there is nothing to remove,
// it adds.
func (n *collector) choice(env *sim.Env, t *task, read []sim.Value) (sim.Code, int64) {
	shown := read
	if n.rule != nil {
		shown = n.show(read)
	}
	switch {
	case t.code == sim.Add || len(shown) == 0:
		return sim.Add, n.fresh(t)
	case n.config.Type == "counter":
		return sim.Remove, 1
	}
	word := env.Draw(drawItem, sim.NumberSubject(uint64(t.number)))
	return sim.Remove, shown[sim.Below(word, uint64(len(shown)))].N
}

// fresh is what a task adds: an element that no other task adds or, to a counter, 1.
func (n *collector) fresh(t *task) int64 {
	if n.config.Type == "counter" {
		return 1
	}
	return int64(t.number-1)*int64(n.clients) + int64(n.options.Client)
}

// made is what a change makes of what there was.
func (n *collector) made(c *content, op sim.OpID, code sim.Code, element int64) *content {
	counts := n.config.Type == "counter"
	if counts && code == sim.Remove {
		element = -element
	}
	switch {
	case counts && n.config.Merge == "lww":
		return &content{total: c.total + element}
	case counts || code == sim.Add:
		return c.with(item{op, element})
	}
	return c.without(element, n.config.Merge == "cart")
}

// merged is what the versions that were read come to.
func (n *collector) merged(versions []sim.Value) *content {
	var all *content
	for _, v := range versions {
		switch c := n.book.find(v.ID); {
		case c == nil:
		case all == nil:
			all = c
		default:
			all = n.rule(all, c)
		}
	}
	if all == nil {
		all = new(content)
	}
	return all
}

// show puts the versions that were read into the terms of judges: the elements of a
// set with the ops that added them, or the total of a counter.
func (n *collector) show(versions []sim.Value) []sim.Value {
	c := n.merged(versions)
	if n.config.Type == "counter" {
		return []sim.Value{{N: c.sum()}}
	}
	shown := make([]sim.Value, 0, c.items.len())
	for i := range c.items.all() {
		shown = append(shown, sim.Value{ID: i.tag, N: i.n})
	}
	return shown
}

// written implements job.
func (n *collector) written(uint32) uint32 { return uint32(n.config.Keys) }
