//go:build !js

package etcdraft

import (
	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"

	"simrun/nodes/internal/replog"
)

// shelf is what the library may read of the node: the log as it was written, whether the disk has it
// yet or not. What is not yet known to be on disk the library remembers itself.
type shelf struct{ n *Node }

var _ raft.Storage = shelf{}

// InitialState implements raft.Storage: what the disk told as of the snapshot.
func (s shelf) InitialState() (*raftpb.HardState, *raftpb.ConfState, error) {
	h := s.n.hard
	state := &raftpb.HardState{Term: new(h.Term), Vote: new(h.Vote), Commit: new(h.Commit)}
	return state, s.n.ruling.state(), nil
}

// Entries implements raft.Storage.
func (s shelf) Entries(from, to, most uint64) ([]*raftpb.Entry, error) {
	log := s.n.log
	switch {
	case from <= log.Base().Index:
		return nil, raft.ErrCompacted
	case to > log.Last().Index+1:
		return nil, raft.ErrUnavailable
	}
	to = min(to, from+max(1, most/entryBytes))
	entries := make([]*raftpb.Entry, 0, to-from)
	for index := from; index < to; index++ {
		entries = append(entries, given(log.At(index), index))
	}
	return entries, nil
}

// Term implements raft.Storage.
func (s shelf) Term(index uint64) (uint64, error) {
	log := s.n.log
	switch {
	case index < log.Base().Index:
		return 0, raft.ErrCompacted
	case index > log.Last().Index:
		return 0, raft.ErrUnavailable
	}
	return log.Epoch(index), nil
}

// LastIndex implements raft.Storage.
func (s shelf) LastIndex() (uint64, error) { return s.n.log.Last().Index, nil }

// FirstIndex implements raft.Storage.
func (s shelf) FirstIndex() (uint64, error) { return s.n.log.Base().Index + 1, nil }

// Snapshot implements raft.Storage: all that is applied, made when a follower needs it. The library
// carries only where it is; the image goes beside it.
func (s shelf) Snapshot() (*raftpb.Snapshot, error) {
	n := s.n
	if n.applied == 0 || n.reconfiguring {
		return nil, raft.ErrSnapshotTemporarilyUnavailable
	}
	at := n.log.Position(n.applied)
	if len(n.offers) == 0 || n.offers[len(n.offers)-1].Image.At != at {
		n.offers = append(n.offers, &snapshot{Image: *n.store.Image(at), Base: at, Members: n.ruling, MembersAt: n.at})
	}
	return described(at, &n.ruling), nil
}

// described is a snapshot as the library knows it.
func described(at replog.Position, m *members) *raftpb.Snapshot {
	return &raftpb.Snapshot{Metadata: &raftpb.SnapshotMetadata{
		Index: new(at.Index), Term: new(at.Epoch), ConfState: m.state(),
	}}
}

// offered is the image that goes with a snapshot that the library sends.
func (n *Node) offered(index uint64) *snapshot {
	for _, s := range n.offers {
		if s.Image.At.Index == index {
			return s
		}
	}
	return nil
}
