package scenarios

import (
	"fmt"
	"time"

	"simrun/predict"
	"simrun/sim"
	"simrun/sim/kernel"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/workloads"
)

// watch runs trials, a thousand at a time with one R and W, in a world in which a tap
// at every node notes when messages arrive.
type watch struct {
	quorum   *Quorum
	scenario *Scenario
	world    *kernel.World
	makers   []func(self sim.NodeID) sim.Node // of the nodes, with the present sizes
	sizes    predict.Quorums
	trials   [chunkTrials]trial
	room     *predict.Trial
}

// trial is what was noted of one trial: the true times at each replica, and which of
// the four legs have arrived there or come back.
type trial struct {
	replicas []predict.Replica
	arrived  []uint8
}

// The legs that have arrived at a replica or come back from it.
const (
	legWrite uint8 = 1 << iota
	legWritten
	legRead
	legValue
	legsAll = legWrite | legWritten | legRead | legValue
)

func newWatch(q *Quorum) *watch {
	w := &watch{quorum: q, scenario: q.scenario(), room: predict.NewTrial(q.N)}
	for i := range w.trials {
		w.trials[i] = trial{make([]predict.Replica, q.N), make([]uint8, q.N)}
	}
	c := w.scenario.world(Limits{})
	c.Final, c.Keep = 0, kernel.Facts(sim.Role)
	for i := range c.Nodes {
		c.Nodes[i].New = func(self sim.NodeID) sim.Node { return &tap{w.makers[i](self), w} }
	}
	w.world = kernel.New(c)
	return w
}

// chunk runs the i-th thousand of the trials, with an R and a W by turns, and adds
// them to a study. It returns how many there were.
func (w *watch) chunk(s *Study, i uint64) uint64 {
	q := w.quorum
	w.resize(1+int(i)%q.N, 1+int(i)/q.N%q.N)
	for k := range w.trials {
		clear(w.trials[k].arrived)
	}
	run := w.world.Run(random.Mix(q.Seed, i))
	s.Digest += random.Mix(i, run.Digest)
	size := min(chunkTrials, q.Trials-int(i)*chunkTrials)
	for k := range size {
		w.judge(s, run, k)
	}
	return uint64(size)
}

// resize has the nodes' next lives wait for R answers and W acknowledgements.
func (w *watch) resize(r, n int) {
	w.sizes = predict.Quorums{N: w.quorum.N, R: r, W: n}
	store := *w.scenario.Protocol.(*dynamoStyle)
	store.R, store.W = r, n
	s := *w.scenario
	s.Protocol = &store
	b := &builder{s: &s}
	w.makers = w.makers[:0]
	for _, node := range append(b.servers(), b.clients()...) {
		w.makers = append(w.makers, node.New)
	}
}

// tap is a node that notes when messages arrive, and hands them on.
type tap struct {
	sim.Node
	watch *watch
}

// Receive implements sim.Node.
func (t *tap) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	t.watch.note(env, from, m)
	t.Node.Receive(env, from, m)
}

// note notes the arrival of a message of a trial. The k-th trial writes by the op 2k-1
// and reads by the op 2k. Servers are numbered first.
func (w *watch) note(env *sim.Env, from sim.NodeID, m sim.Message) {
	op, _, ok := m.Subject().Op()
	k := (int(op.Number()) - 1) / 2
	if !ok || k >= len(w.trials) {
		return
	}
	t, now := &w.trials[k], int64(env.Now())
	switch m.Kind().Name {
	case "write":
		t.replicas[env.Self()-1].Wrote = now
		t.arrived[env.Self()-1] |= legWrite
	case "written":
		t.replicas[from-1].Acked = now
		t.arrived[from-1] |= legWritten
	case "read":
		t.replicas[env.Self()-1].Asked = now
		t.arrived[env.Self()-1] |= legRead
	case "value":
		t.replicas[from-1].Told = now
		t.arrived[from-1] |= legValue
	}
}

// complete tells whether every message of the trial arrived.
func (t *trial) complete() bool {
	for _, legs := range t.arrived {
		if legs != legsAll {
			return false
		}
	}
	return true
}

// judge adds the k-th trial of a run to a study, and holds it against its ops.
func (w *watch) judge(s *Study, run *record.Run, k int) {
	number := uint32(2*k + 1)
	write, read := run.History.Find(sim.NewOpID(1, number)), run.History.Find(sim.NewOpID(1, number+1))
	if read == nil || !w.trials[k].complete() {
		s.Unfinished++
		return
	}
	for i, p := range w.trials[k].replicas {
		w.room.Replicas[i] = predict.Replica{
			Wrote: p.Wrote - int64(write.InvokedAt), Acked: p.Acked - int64(write.InvokedAt),
			Asked: p.Asked - int64(read.InvokedAt), Told: p.Told - int64(read.InvokedAt),
		}
	}
	if (write.Outcome != sim.OK || read.Outcome != sim.OK) && w.overdue() {
		s.Unfinished++ // its messages came, but later than anybody waited
		return
	}
	s.Measured.Add(w.room)
	s.Judged++
	if odd := w.contradiction(run, k, write, read); odd != "" {
		s.odd(1, odd)
	}
}

// overdue tells whether fewer messages than the write or the read of the trial in the
// room waits for came before their time was up.
func (w *watch) overdue() bool {
	limit := int64(w.scenario.Workload.(*workloads.Probe).Timeout)
	acked, told := 0, 0
	for _, p := range w.room.Replicas {
		if p.Acked < limit {
			acked++
		}
		if p.Told < limit {
			told++
		}
	}
	return acked < w.sizes.W || told < w.sizes.R
}

// contradiction tells what an op did otherwise than the times of the trial's messages
// say; "" if all is as it should be.
func (w *watch) contradiction(run *record.Run, k int, write, read *record.Op) string {
	r, n := w.sizes.R, w.sizes.W
	fresh := false
	for _, v := range run.History.Values(read) {
		fresh = fresh || v.ID == write.ID()
	}
	begun := read.InvokedAt - write.ReturnedAt
	should := w.room.Late(r, n) <= int64(begun)
	odd := func(format string, args ...any) string {
		return fmt.Sprintf("seed %d, trial %d, R=%d, W=%d: ", run.Seed, k+1, r, n) + fmt.Sprintf(format, args...)
	}
	switch {
	case write.Outcome != sim.OK || read.Outcome != sim.OK:
		return odd("the write ended %v, the read %v", write.Outcome, read.Outcome)
	case begun != w.quorum.After[(k+1)%len(w.quorum.After)]:
		return odd("the read began %v after the acknowledgement", begun)
	case int64(write.Latency()) != w.room.WriteTime(n):
		return odd("the write took %v, not %v", write.Latency(), time.Duration(w.room.WriteTime(n)))
	case int64(read.Latency()) != w.room.ReadTime(r):
		return odd("the read took %v, not %v", read.Latency(), time.Duration(w.room.ReadTime(r)))
	case fresh != should:
		return odd("the read, %v after the acknowledgement, saw the write: %v; by the times of the messages: %v", begun, fresh, should)
	}
	return ""
}
