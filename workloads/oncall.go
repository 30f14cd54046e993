package workloads

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// OnCall is a constraint across two keys: of each pair of doctors, whose keys stand beside
// each other, at least one is to stay on call. Who wants to leave reads the other's key,
// then its own, and leaves if both are on. Who has left comes back. Each client is careful
// alone: two that leave at the same time, where neither sees the other, break the rule
// (write skew: Berenson, Bernstein, Gray, Melton, O'Neil and O'Neil, SIGMOD 1995; the
// doctors are Fekete's and Kleppmann's).
type OnCall struct {
	Clientele `yaml:",inline"`

	Rate    random.Rate   `yaml:"rate" default:"20/s" doc:"changes a second, all clients together, each of up to three ops"`
	Pairs   int           `yaml:"pairs" default:"4" min:"1" max:"100000" doc:"how many pairs of doctors"`
	Timeout time.Duration `yaml:"timeout" default:"500ms" min:"1us" doc:"an op not answered by then is unknown"`
	Final   bool          `yaml:"final" default:"true" doc:"look once more who is on call, after heal and settle"`
}

// What a doctor's key says. One that nobody wrote is on call.
const (
	onDuty  int64 = 1
	offDuty int64 = 2
)

// OffDuty is the integer of a value that takes a key's doctor off call; keys 2i and 2i+1
// are a pair.
const OffDuty = offDuty

// Check implements Workload.
func (c *OnCall) Check() error { return c.sound(c.Rate) }

// Load implements Workload.
func (c *OnCall) Load(work, trip time.Duration) int64 {
	return doctorOps * c.tasks(work, doctorOps*trip, c.Rate)
}

// doctorOps is how many ops a change takes at most.
const doctorOps = 3

// Maker implements Workload.
func (c *OnCall) Maker() func(Options) sim.Node {
	common := doctor{config: c}
	common.among, _ = random.UniformKeys(2 * c.Pairs)
	common.pacing = c.pacing(c.Rate)
	common.ops, common.final, common.named = doctorOps, c.Final, uint32(2*c.Pairs)
	return func(o Options) sim.Node {
		n := common
		n.options, n.job = o, &n
		n.duties = make([]duty, c.Sessions)
		for i := range n.duties {
			n.sessions = append(n.sessions, session{client: o.Client, number: uint32(i), store: o.Connect(), limit: c.Timeout})
		}
		return &n
	}
}

// doctor is a client node of an OnCall workload.
type doctor struct {
	paced
	config *OnCall
	among  random.Keys
	duties []duty // what each session is about
}

// duty is a task of one session.
type duty struct {
	ops   uint32  // so far
	task  uint32  // its number
	key   sim.Key // whose duty it is about
	other bool    // whether the other one of the pair is on
}

// begin implements job.
func (n *doctor) begin(env *sim.Env, s *session, task uint32) {
	key := sim.Key(n.among.Choose(env.Draw(drawKey, sim.NumberSubject(uint64(task)))))
	*n.duty(s) = duty{task: task, key: key}
	n.read(env, s, key^1)
}

// duty is what a session is about.
func (n *doctor) duty(s *session) *duty { return &n.duties[s.number%sessionStride] }

func (d *duty) number() uint32 {
	d.ops++
	return (d.task-1)*doctorOps + d.ops
}

func (n *doctor) read(env *sim.Env, s *session, key sim.Key) {
	s.issue(env, n.duty(s).number(), sim.Get, key, kv.Strongest, 0, false)
}

// goOn implements job.
func (n *doctor) goOn(env *sim.Env, s *session, r *kv.Reply) bool {
	if r.Outcome != sim.OK || s.now.Code != sim.Get {
		return false
	}
	d, on := n.duty(s), isOn(r.Values)
	switch {
	case s.now.Key != d.key:
		d.other = on
		n.read(env, s, d.key)
	case !on:
		n.write(env, s, onDuty)
	case d.other:
		n.write(env, s, offDuty)
	default:
		return false // the other one is off: this one stays
	}
	return true
}

// isOn tells whether a doctor is on call, as far as every version says so.
func isOn(versions []sim.Value) bool {
	for _, v := range versions {
		if v.N == offDuty {
			return false
		}
	}
	return true
}

func (n *doctor) write(env *sim.Env, s *session, duty int64) {
	d := n.duty(s)
	op := sim.NewOpID(n.options.Client, d.number())
	c := sim.Call{Op: op, Code: sim.Put, Key: d.key, Value: sim.Value{ID: op, N: duty}, Session: s.number}
	r := kv.Request{Op: op, Code: sim.Put, Key: d.key, Value: c.Value}
	s.carry(&c, &r)
	s.start(env, c, r)
}

// written implements job.
func (n *doctor) written(uint32) uint32 { return uint32(2 * n.config.Pairs) }
