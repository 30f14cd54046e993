package vr

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// snapshot is the paper's checkpoint: it stands for the log up to a place, client table included
// (section 5.1).
type snapshot struct {
	Image machine.Image
	Base  replog.Position // where the log kept beside it begins, at most Image.At
}

// Encode implements sim.Record.
func (s *snapshot) Encode(e *sim.Encoder) {
	s.Image.Encode(e)
	s.Base.Encode(e)
}

// compact takes a checkpoint where enough has been applied since the last one. It stands for
// what is applied and durable here: never for what may be taken back.
func (n *Node) compact(env *sim.Env) {
	last := uint64(0)
	if n.snapshot != nil {
		last = n.snapshot.Image.At.Index
	}
	every := uint64(n.config.SnapshotEvery)
	if every == 0 || n.applied < last+every || n.applied > n.durable() {
		return
	}
	at := n.log.Position(n.applied)
	base := n.log.Position(max(n.log.Base().Index, at.Index-min(at.Index, uint64(n.config.Keep))))
	n.keepSnapshot(env, &snapshot{Image: *n.store.Image(at), Base: base})
	n.log.Drop(n.logDisk(env), base.Index)
	n.flushLog(env)
}

func (n *Node) keepSnapshot(env *sim.Env, s *snapshot) {
	n.snapshot = s
	n.store.BeginWith(&s.Image)
	n.logDisk(env).Replace(fileSnapshot, s)
}

// installIfNewer makes the state what another's checkpoint says, and keeps the log behind it where
// that follows on it: what does not is no part of any log in which the checkpoint is.
func (n *Node) installIfNewer(env *sim.Env, m *newState) {
	if !m.Whole || m.Image.At.Index <= n.commit {
		return
	}
	s := &snapshot{Image: m.Image, Base: m.Image.At}
	at := s.Image.At
	follows := n.log.Holds(at) && at.Index >= n.log.Base().Index
	n.keepSnapshot(env, s)
	if follows {
		n.log.Drop(n.logDisk(env), at.Index)
	} else {
		n.cut(env, at.Index) // which states what is lost and no checkpoint stands for
		n.log.Restart(n.logDisk(env), at)
		n.disk.cut(0)
	}
	n.store.Restore(&s.Image)
	n.commit, n.applied = at.Index, at.Index
	n.installed = at
	if !n.config.keepsLog() {
		n.stateInstalled(env)
	}
	n.flushLog(env)
	n.release(env)
}

// stateInstalled states that another's checkpoint is on this node's disk.
func (n *Node) stateInstalled(env *sim.Env) {
	env.Observe(n.installed.Repaired(n.snapshot.Image.Bytes()))
	n.installed = replog.Position{}
}
