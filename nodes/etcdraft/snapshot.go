//go:build !js

package etcdraft

import (
	"math"

	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
	"go.etcd.io/raft/v3/tracker"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// snapshot stands for the log up to a place: what it means, sessions included, and who was a
// member.
type snapshot struct {
	Image     machine.Image
	Base      replog.Position // where the log kept beside it begins, at most Image.At
	Members   members
	MembersAt replog.Position // since when they are
}

// Encode implements sim.Record.
func (s *snapshot) Encode(e *sim.Encoder) {
	s.Image.Encode(e)
	s.Base.Encode(e)
	s.Members.Encode(e)
	s.MembersAt.Encode(e)
}

// compact takes a snapshot where enough has been applied since the last one. What is applied is
// durable here.
func (n *Node) compact(env *sim.Env) {
	last := uint64(0)
	if n.snapshot != nil {
		last = n.snapshot.Image.At.Index
	}
	every := uint64(n.config.SnapshotEvery)
	if every == 0 || n.applied < last+every || n.installed.Index > 0 {
		return
	}
	at := n.log.Position(n.applied)
	base := n.log.Position(max(n.log.Base().Index, at.Index-min(at.Index, uint64(n.config.Keep))))
	n.snapshot = &snapshot{Image: *n.store.Image(at), Base: base, Members: n.ruling, MembersAt: n.at}
	env.Disk().Replace(fileSnapshot, n.snapshot)
	n.log.Drop(env.Disk(), base.Index)
	n.flush(env)
}

// install makes the state what a leader's snapshot says. The library has taken up its members
// already; what the log had in its place is no part of the history.
func (n *Node) install(env *sim.Env) {
	s := n.incoming
	at := s.Image.At
	n.snapshot, n.ruling, n.at = s, s.Members, s.MembersAt
	env.Disk().Replace(fileSnapshot, s)
	replog.StateTruncated(env, at.Index, n.log.Slice(at.Index, math.MaxInt))
	n.log.Restart(env.Disk(), at)
	n.disk.cut(0)
	n.store.Restore(&s.Image)
	n.known, n.applied, n.installed = at.Index, at.Index, at
	n.stateConfigured(env)
	n.take(env, n.rest())
	n.release(env)
}

// sendImage hands over a snapshot. If nothing is heard of it the library has to be told, or
// it would wait for ever.
func (n *Node) sendImage(env *sim.Env, m *raftpb.Message, subject about) {
	s := n.offered(m.GetSnapshot().GetMetadata().GetIndex())
	env.Send(nodeOf(m.GetTo()), &image{
		about: subject, To: m.GetTo(), From: m.GetFrom(), Term: m.GetTerm(), Image: s.Image, Members: s.Members, MembersAt: s.MembersAt,
	})
	env.After(n.config.longest(), sim.Timer{Kind: timerHanded, A: m.GetTo(), B: n.hard.Term})
}

// handedInVain has the library try again with a server of which it has heard nothing since it was sent a
// snapshot.
func (n *Node) handedInVain(env *sim.Env, to, term uint64) {
	if n.state != raft.StateLeader || n.hard.Term != term {
		return
	}
	waits := false
	n.raw.WithProgress(func(id uint64, _ raft.ProgressType, p tracker.Progress) {
		waits = waits || id == to && p.State == tracker.StateSnapshot
	})
	if waits {
		n.raw.ReportSnapshot(to, raft.SnapshotFailure)
		n.drain(env)
	}
}

// match is how far a server's log is known to be the leader's.
func (n *Node) match(number uint64) (match uint64) {
	n.raw.WithProgress(func(id uint64, _ raft.ProgressType, p tracker.Progress) {
		if id == number {
			match = p.Match
		}
	})
	return match
}
