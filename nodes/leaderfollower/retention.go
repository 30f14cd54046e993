package leaderfollower

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// snapshot is what stands for the log's beginning on a member's disk: the state as of a
// place, and where the epochs before it began, so that a token that names a place long
// gone can still be told from one that this history never had. The log is kept from
// base on, a while back before the place, for followers that are only a little behind.
type snapshot struct {
	Base   replog.Position
	Starts []replog.Position
	Image  machine.Image
}

// Encode implements sim.Record.
func (s *snapshot) Encode(e *sim.Encoder) {
	s.Base.Encode(e)
	encodePositions(e, s.Starts)
	s.Image.Encode(e)
}

func encodePositions(e *sim.Encoder, positions []replog.Position) {
	e.Uint("positions", uint64(len(positions)))
	for _, p := range positions {
		p.Encode(e)
	}
}

// floor is the index that a member's snapshot stands for: nothing up to there can be
// taken back one by one.
func (n *Node) floor() uint64 {
	if n.snapshot == nil {
		return 0
	}
	return n.snapshot.Image.At.Index
}

// trim makes a snapshot of what is settled and on disk where enough has come since the last
// one, and cuts the log's beginning.
func (n *Node) trim(env *sim.Env) {
	keep := uint64(n.config.Retention)
	if at := min(n.settled(), n.disk.durable); keep > 0 && at >= n.floor()+keep {
		n.takeSnapshot(env, at)
	}
}

// takeSnapshot makes a snapshot as of an index. It is written before the log is cut: a
// crash between the two leaves more than is needed, never less.
func (n *Node) takeSnapshot(env *sim.Env, at uint64) {
	image := n.store.Image(n.log.Position(at))
	s := &snapshot{Base: n.log.Position(n.horizon(env, at)), Starts: n.log.Starts(at), Image: *image}
	n.snapshot = s
	n.store.BeginWith(&s.Image)
	env.Disk().Replace(fileSnapshot, s)
	n.log.Drop(env.Disk(), s.Base.Index)
}

// heldFor is how many times of resending the log is held for a follower that is being sent a
// snapshot and does not answer.
const heldFor = 20

// horizon is how far back the log is to reach beside a snapshot as of an index: as many
// entries as are retained, and all that follow on a snapshot which a follower is being
// sent.
func (n *Node) horizon(env *sim.Env, at uint64) uint64 {
	horizon := at - min(at, uint64(n.config.Retention))
	for rank := range n.ruling.peers {
		if t := &n.ruling.peers[rank].transfer; t.isUnderWay() && env.Now()-t.heardAt < heldFor*n.config.Resend {
			horizon = min(horizon, t.snapshot.Image.At.Index)
		}
	}
	return max(horizon, n.log.Base().Index)
}

// openLog reads the snapshot and the log that follows it from disk.
func (n *Node) openLog(env *sim.Env) replog.Recovered {
	disk := env.Disk()
	record, err := disk.Read(fileSnapshot, 0)
	s, _ := record.(*snapshot)
	if err != nil || s == nil {
		if disk.Len(fileSnapshot) > 0 { // damaged: all that it stood for is gone
			env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Unsynced})
		}
		log, found := replog.Open(disk, fileLog)
		n.log = log
		return found
	}
	log, found := replog.OpenBehind(disk, fileLog, s.Base, s.Starts...)
	n.log, n.snapshot = log, s
	log.Drop(disk, s.Base.Index)
	if at := s.Image.At; log.Base().Index > at.Index || !log.Holds(at) {
		// What the log has does not follow on the snapshot: a crash came before it was
		// cut, or its beginning is damaged.
		log.Restart(disk, at, s.Starts...)
	}
	n.store.BeginWith(&s.Image)
	found.Commit = max(min(found.Commit, log.Last().Index), s.Image.At.Index)
	return found
}

// stateKept states what the snapshot holds for the part of the log that is gone.
func (n *Node) stateKept(env *sim.Env) {
	if n.snapshot == nil {
		return
	}
	base := n.log.Base().Index
	for i := range n.snapshot.Image.Keys {
		if h := &n.snapshot.Image.Keys[i]; h.Index <= base {
			env.Observe(sim.Observation{
				Fact: sim.Stored, Why: sim.Durable, Op: h.Value.ID, Key: h.Key, A: h.Index, B: n.log.Epoch(h.Index),
			})
		}
	}
}
