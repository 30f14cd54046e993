package workloads

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// Usernames is names of which each may be somebody's: a key is a name, who claims it
// writes it if nobody has (a compare-and-set that expects nothing), and who has it may give
// it back (a delete of its own claim). A claim that ended ok is granted.
type Usernames struct {
	Clientele `yaml:",inline"`

	Rate     random.Rate        `yaml:"rate" default:"50/s" doc:"ops a second, all clients together"`
	Names    int                `yaml:"names" default:"100" min:"1" max:"1000000" doc:"how many names there are to claim"`
	Reads    random.Probability `yaml:"reads" default:"0.2" doc:"share of the ops that look who has a name"`
	Releases random.Probability `yaml:"releases" default:"0" doc:"share of the others that give back a name that the client was granted last, where there is one"`
	Timeout  time.Duration      `yaml:"timeout" default:"500ms" min:"1us" doc:"an op not answered by then is unknown"`
	Size     int                `yaml:"size" default:"32" min:"0" max:"1048576" unit:"bytes" doc:"size of a claim on the wire"`
	Final    bool               `yaml:"final" default:"true" doc:"look once more who has each name, after heal and settle"`
}

// Check implements Workload.
func (c *Usernames) Check() error {
	return c.sound(c.Rate)
}

// Load implements Workload.
func (c *Usernames) Load(work, trip time.Duration) int64 {
	return c.tasks(work, trip, c.Rate)
}

// Maker implements Workload.
func (c *Usernames) Maker() func(Options) sim.Node {
	common := claimant{config: c}
	common.among, _ = random.UniformKeys(c.Names)
	common.pacing = c.pacing(c.Rate)
	common.final, common.named, common.size = c.Final, uint32(c.Names), uint32(c.Size)
	return func(o Options) sim.Node {
		n := common
		n.options, n.job = o, &n
		n.sessions = make([]session, c.Sessions)
		for i := range n.sessions {
			n.sessions[i] = session{client: o.Client, number: uint32(i), store: o.Connect(), limit: c.Timeout}
		}
		return &n
	}
}

// claimant is a client node of a Usernames workload. Each of its tasks is one op.
type claimant struct {
	paced
	config *Usernames
	among  random.Keys
	// granted is the claim that was granted last, and what the reply told of it.
	granted sim.OpID
	name    sim.Key
	context kv.Context
}

// begin implements job.
func (n *claimant) begin(env *sim.Env, s *session, task uint32) {
	about := sim.NumberSubject(uint64(task))
	name := sim.Key(n.among.Choose(env.Draw(drawKey, about)))
	word := env.Draw(drawCode, about)
	op := sim.NewOpID(n.options.Client, task)
	c := sim.Call{Op: op, Code: sim.CAS, Key: name, Value: sim.Value{ID: op}, Session: s.number}
	r := kv.Request{Op: op, Code: sim.CAS, Key: name, Value: c.Value, Size: n.size}
	switch {
	case n.config.Reads.Hit(word):
		s.issue(env, task, sim.Get, name, kv.Strongest, n.size, false)
		return
	case n.granted != 0 && n.config.Releases.Hit(random.Mix(word, 1)):
		c.Code, c.Key, c.Parents = sim.Delete, n.name, []sim.OpID{n.granted}
		r.Code, r.Key, r.Parents, r.Context = c.Code, c.Key, c.Parents, n.context
		n.granted = 0
	}
	s.start(env, c, r)
}

// goOn implements job: a client remembers what it was granted.
func (n *claimant) goOn(_ *sim.Env, s *session, r *kv.Reply) bool {
	if s.now.Code == sim.CAS && r.Outcome == sim.OK {
		n.granted, n.name, n.context = s.now.Op, s.now.Key, r.Context
	}
	return false
}

// written implements job.
func (n *claimant) written(uint32) uint32 { return uint32(n.config.Names) }
