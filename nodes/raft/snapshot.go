package raft

import (
	"math"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// snapshot stands for the log up to a place: what it means, sessions included, and who was a
// member (paper, section 7; dissertation, chapter 5).
type snapshot struct {
	Image machine.Image
	Base  replog.Position // where the log kept beside it begins, at most Image.At
	// The configuration as of Image.At, and where it is in the log.
	Config     []uint64
	ConfigAt   uint64
	ConfigTerm uint64
}

// Encode implements sim.Record.
func (s *snapshot) Encode(e *sim.Encoder) {
	s.Image.Encode(e)
	s.Base.Encode(e)
	encodeWords(e, s.Config)
	e.Uint("config-at", s.ConfigAt)
	e.Uint("config-term", s.ConfigTerm)
}

// placed is the configuration that the snapshot holds.
func (s *snapshot) placed() placed {
	return placed{index: s.ConfigAt, term: s.ConfigTerm, configuration: unwords(s.Config)}
}

// incoming is a snapshot of which parts have come.
type incoming struct {
	at     replog.Position
	offset uint64
	image  machine.Image
}

// sending is a leader's part in handing a snapshot to a follower.
type sending struct {
	of     *snapshot
	offset uint64 // of the chunk under way
	idle   bool   // no chunk was answered since the last heartbeat
}

// compact takes a snapshot where enough has been applied since the last one. It stands for
// what is applied and durable here: never for what may be taken back.
func (n *Node) compact(env *sim.Env) {
	last := uint64(0)
	if n.snapshot != nil {
		last = n.snapshot.Image.At.Index
	}
	every := uint64(n.config.SnapshotEvery)
	if every == 0 || n.applied < last+every || n.applied > n.disk.durable {
		return
	}
	at := n.log.Position(n.applied)
	if n.config.snapshotOfUnapplied() {
		at = n.log.Last()
		n.applied, n.commit = at.Index, at.Index
	}
	base := n.log.Position(max(n.log.Base().Index, at.Index-min(at.Index, uint64(n.config.Keep))))
	image := n.store.Image(at)
	n.keepSnapshot(env, &snapshot{Image: *image, Base: base}, n.configs.asOf(at.Index))
	n.log.Drop(env.Disk(), base.Index)
	n.flush(env)
}

// keepSnapshot puts a snapshot on disk.
func (n *Node) keepSnapshot(env *sim.Env, s *snapshot, config *placed) {
	kept := config.configuration
	if n.config.jointLostInSnapshot() {
		kept = kept.clone()
		kept.joint = false
		for i := range kept.members {
			kept.members[i].parts &^= votedOnce
		}
	}
	s.Config, s.ConfigAt, s.ConfigTerm = kept.words(), config.index, config.term
	n.snapshot = s
	n.configs = n.configs.behind(s.Base.Index)
	env.Disk().Replace(fileSnapshot, s)
}

// sendSnapshot hands a follower what the log does not keep (paper, figure 13).
func (n *Node) sendSnapshot(env *sim.Env, rank int) {
	p := &n.ruling.peers[rank]
	if n.snapshot == nil || p.sending.of != nil {
		return
	}
	p.sending = sending{of: n.snapshot}
	n.sendChunk(env, rank)
}

// resendChunk sends a chunk again that was not answered between two heartbeats.
func (n *Node) resendChunk(env *sim.Env, rank int) {
	s := &n.ruling.peers[rank].sending
	if s.of == nil {
		return
	}
	if s.idle {
		if s.of != n.snapshot {
			*s = sending{of: n.snapshot}
		}
		n.sendChunk(env, rank)
	}
	s.idle = true
}

// sendChunk sends the chunk at the present offset: keys first, then sessions.
func (n *Node) sendChunk(env *sim.Env, rank int) {
	s := &n.ruling.peers[rank].sending
	image := &s.of.Image
	s.idle = false
	keys, people := uint64(len(image.Keys)), uint64(len(image.Clients))
	end := min(s.offset+uint64(n.config.Chunk), keys+people)
	m := &chunk{
		Term: n.hard.Term, At: image.At, Clock: image.Clock, Offset: s.offset, Done: end == keys+people, Round: n.ruling.rounds.number,
		Keys:   image.Keys[min(s.offset, keys):min(end, keys)],
		People: image.Clients[max(s.offset, keys)-keys : max(end, keys)-keys],
		Config: s.of.Config, ConfigAt: s.of.ConfigAt, ConfigTerm: s.of.ConfigTerm,
	}
	env.Send(n.servers[rank], m)
}

// receiveReceived sends the next chunk.
func (n *Node) receiveReceived(env *sim.Env, from sim.NodeID, m *received) {
	p := n.peerOf(env, from, m.Term, m.Identity, m.Round)
	if p == nil {
		return
	}
	s := &p.sending
	if s.of == nil || s.of.Image.At.Index != m.At || m.Offset == s.offset && !s.idle {
		return
	}
	s.offset = m.Offset
	n.sendChunk(env, n.rank(from))
}

// receiveChunk takes a part of a snapshot.
func (n *Node) receiveChunk(env *sim.Env, from sim.NodeID, m *chunk) {
	if !n.obey(env, from, m.Term, m.about) {
		return
	}
	f := &n.follower
	f.round, f.subject = max(f.round, m.Round), m.about
	if m.At.Index <= n.commit && !n.config.snapshotRegress() {
		// What is committed here is so in the leader's log: nothing to be learnt, never to regress.
		f.verified, f.incoming = max(f.verified, m.At.Index), nil
		n.answerAppend(env)
		return
	}
	if f.incoming == nil || f.incoming.at != m.At || m.Offset == 0 {
		f.incoming = &incoming{at: m.At, image: machine.Image{At: m.At, Clock: m.Clock}}
	}
	in := f.incoming
	if m.Offset == in.offset {
		in.image.Keys = append(in.image.Keys, m.Keys...)
		in.image.Clients = append(in.image.Clients, m.People...)
		in.offset += uint64(len(m.Keys) + len(m.People))
		if m.Done {
			n.install(env, m)
			return
		}
	}
	if n.isSettled() {
		env.Send(from, &received{
			about: m.about, Term: n.hard.Term, Identity: n.identity, At: m.At.Index, Offset: in.offset, Round: f.round,
		})
	}
}

// install makes the state what a snapshot says, and keeps the log behind it where that
// follows on it (paper, figure 13, steps 6 and 7).
func (n *Node) install(env *sim.Env, m *chunk) {
	f := &n.follower
	image := f.incoming.image
	f.incoming = nil
	config := placed{index: m.ConfigAt, term: m.ConfigTerm, configuration: unwords(m.Config)}
	follows := n.log.Holds(m.At) && m.At.Index >= n.log.Base().Index && !n.config.snapshotDropsSuffix()
	s := &snapshot{Image: image, Base: m.At}
	if n.config.termFromSnapshot() {
		n.pledge(env, hardState{Term: m.At.Epoch})
	}
	later := n.configs.after(m.At.Index)
	if !follows {
		later = nil
	}
	n.configs = append(lineage{config}, later...)
	n.keepSnapshot(env, s, &config)
	if follows {
		n.log.Drop(env.Disk(), m.At.Index)
	} else {
		replog.StateTruncated(env, m.At.Index, n.log.Slice(m.At.Index, math.MaxInt))
		n.log.Restart(env.Disk(), m.At)
		n.disk.cut(0)
		n.uncache(0)
		f.verified = 0
	}
	n.store.Restore(&s.Image)
	n.commit, n.applied = max(n.commit, m.At.Index), m.At.Index
	if n.config.snapshotRegress() {
		n.commit = m.At.Index
	}
	f.verified = max(f.verified, m.At.Index)
	f.owes, f.subject = true, m.about
	n.installed = m.At
	n.flush(env)
	n.reconfigured(env)
	n.release(env)
}
