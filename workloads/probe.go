package workloads

import (
	"errors"
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// Probe is the experiment of probabilistically bounded staleness (Bailis et al.,
// VLDB 2012, section 5): write a fresh key, wait a given time after the
// acknowledgement, read it. A read that does not see the write is stale.
type Probe struct {
	Clients int             `yaml:"clients" default:"1" min:"1" max:"1000" doc:"how many clients run trials side by side"`
	Every   time.Duration   `yaml:"every" default:"10ms" min:"1us" doc:"time between the beginnings of a client's trials; one that would begin while another goes on is left out"`
	After   []time.Duration `yaml:"after" default:"0ms" lone:"true" doc:"time between the acknowledgement of the write and the read; one of the list by turns"`
	Timeout time.Duration   `yaml:"timeout" default:"10s" min:"1us" doc:"an op not answered by then is unknown"`
	ReadAt  string          `yaml:"read_at" default:"strongest" one:"strongest|leader|replica" doc:"from where reads are served"`
	Size    int             `yaml:"size" default:"100" min:"0" max:"1048576" unit:"bytes" doc:"size of a value on the wire"`
	Reuse   int             `yaml:"reuse" default:"0" min:"0" max:"1000000" doc:"keys to use again and again; 0 gives each trial a key of its own"`
}

// Check implements Workload.
func (c *Probe) Check() error {
	if len(c.After) == 0 {
		return errors.New("after: needs at least one time")
	}
	for _, d := range c.After {
		if d < 0 {
			return errors.New("after: a read cannot come before its write")
		}
	}
	return nil
}

// Count implements Workload.
func (c *Probe) Count() int { return c.Clients }

// Load implements Workload.
func (c *Probe) Load(work, _ time.Duration) int64 {
	return 2 * int64(c.Clients) * int64(work/max(c.Every, 1))
}

// Maker implements Workload.
func (c *Probe) Maker() func(Options) sim.Node {
	return func(o Options) sim.Node {
		s := session{client: o.Client, store: o.Connect(), limit: c.Timeout, blind: true}
		return &prober{config: c, options: o, session: s}
	}
}

// prober is a client node of a Probe workload. Its odd ops write, its even ones read.
type prober struct {
	config  *Probe
	options Options
	session session
	trial   uint32
	waiting bool // between a trial's write and its read
	stopped bool
	numbers numbering
}

// Start implements sim.Node.
func (n *prober) Start(env *sim.Env) {
	n.trial = n.numbers.start(env) / 2
	env.After(n.offset(), sim.Timer{Kind: timerArrival})
}

// offset spreads the clients evenly over the first period.
func (n *prober) offset() time.Duration {
	return n.config.Every * time.Duration(n.options.Client-1) / time.Duration(n.config.Clients)
}

// Timeout implements sim.Node.
func (n *prober) Timeout(env *sim.Env, t sim.Timer) {
	switch {
	case t.Kind == timerArrival:
		n.begin(env)
	case t.Kind == timerPause:
		n.read(env)
	case t.Kind == timerLimit:
		if n.session.busy && sim.OpID(t.Subject>>8)&opMask == n.session.now.Op {
			n.session.giveUp(env)
		}
	case t.Kind == sim.SignalStop:
		n.stopped = true
	case t.Kind >= kv.ClientTimers && t.Kind < sim.SignalBase:
		if r, over := n.session.store.Timeout(env, t); over {
			n.over(env, sim.Nobody, r)
		}
	}
}

// begin writes the next trial's key, unless the last trial is still going on.
func (n *prober) begin(env *sim.Env) {
	if n.stopped {
		return
	}
	env.After(n.config.Every, sim.Timer{Kind: timerArrival})
	if n.session.busy || n.waiting {
		return
	}
	n.trial++
	n.numbers.reserve(env, 2*n.trial)
	n.session.issue(env, 2*n.trial-1, sim.Put, n.key(), kv.Strongest, uint32(n.config.Size), false)
}

func (n *prober) key() sim.Key {
	k := (n.trial-1)*uint32(n.config.Clients) + uint32(n.options.Client) - 1
	if n.config.Reuse > 0 {
		k = uint32(random.Below(random.Mix(uint64(k), 1), uint64(n.config.Reuse)))
	}
	return sim.Key(k)
}

func (n *prober) read(env *sim.Env) {
	n.waiting = false
	if !n.session.busy && !n.stopped {
		n.session.issue(env, 2*n.trial, sim.Get, n.session.now.Key, readPath(n.config.ReadAt), uint32(n.config.Size), false)
	}
}

// Receive implements sim.Node.
func (n *prober) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if r, over := n.session.store.Receive(env, from, m); over {
		n.over(env, from, r)
	}
}

func (n *prober) over(env *sim.Env, from sim.NodeID, r kv.Reply) {
	if !n.session.busy || r.Op != n.session.now.Op {
		return
	}
	wrote := n.session.now.Code.Writes()
	n.session.done(env, from, r)
	if !wrote || r.Outcome != sim.OK {
		return
	}
	if wait := n.config.After[int(n.trial)%len(n.config.After)]; wait > 0 {
		n.waiting = true
		env.After(wait, sim.Timer{Kind: timerPause})
		return
	}
	n.read(env)
}

// Synced implements sim.Node.
func (n *prober) Synced(*sim.Env, sim.Sync) {}
