//go:build linux

package etcdraft_test

import (
	"encoding/binary"
	"io"
	"log"
	"math"

	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
)

// libraryConfig is how etcd's library is run: as nodes/raft is by default.
func libraryConfig() raft.Config {
	return raft.Config{
		ElectionTick: 3, HeartbeatTick: 1, MaxSizePerMsg: math.MaxUint64, MaxInflightMsgs: 16,
		PreVote: true, CheckQuorum: true,
	}
}

// row is what is proposed: as many bytes as a write takes in simrun, its key and number first.
func row(number uint64) []byte {
	data := make([]byte, rowBytes)
	binary.LittleEndian.PutUint64(data, number%rowKeys)
	binary.LittleEndian.PutUint64(data[8:], number)
	return data
}

// library is servers of etcd's library without anything around: their logs are in memory,
// messages go round by way of a list, and the state machine is a map.
type library struct {
	nodes  []libraryNode
	wire   []*raftpb.Message
	behind []*raftpb.Message // the wire of the last round, to be used again
}

type libraryNode struct {
	raw     *raft.RawNode
	storage *raft.MemoryStorage
	rows    map[uint64]uint64
	applied int // rows
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func proposeToLibrary(servers int) (committed int) {
	l := newLibrary(servers)
	must(l.nodes[0].raw.Campaign())
	l.settle()
	for i := range uint64(proposals) {
		must(l.nodes[0].raw.Propose(row(i)))
		l.settle()
	}
	return l.nodes[servers-1].applied
}

func newLibrary(servers int) *library {
	l := &library{}
	var voters []uint64
	for i := range servers {
		voters = append(voters, uint64(i+1))
	}
	for _, id := range voters {
		storage := raft.NewMemoryStorage()
		must(storage.ApplySnapshot(beginning(voters)))
		c := libraryConfig()
		c.ID, c.Storage, c.Logger = id, storage, &raft.DefaultLogger{Logger: log.New(io.Discard, "", 0)}
		raw, err := raft.NewRawNode(&c)
		must(err)
		l.nodes = append(l.nodes, libraryNode{raw: raw, storage: storage, rows: map[uint64]uint64{}})
	}
	return l
}

// beginning is a log that begins behind index 2, with all of the voters.
func beginning(voters []uint64) *raftpb.Snapshot {
	index, term := uint64(2), uint64(1)
	return &raftpb.Snapshot{Metadata: &raftpb.SnapshotMetadata{
		ConfState: &raftpb.ConfState{Voters: voters}, Index: &index, Term: &term,
	}}
}

// settle goes on until nobody has anything to do.
func (l *library) settle() {
	for {
		busy := false
		for i := range l.nodes {
			busy = l.nodes[i].ready(&l.wire) || busy
		}
		if !busy {
			return
		}
		l.wire, l.behind = l.behind[:0], l.wire
		for _, m := range l.behind {
			must(l.nodes[m.GetTo()-1].raw.Step(m))
		}
	}
}

// ready does what a server asks for, in the order that the library prescribes.
func (n *libraryNode) ready(wire *[]*raftpb.Message) bool {
	if !n.raw.HasReady() {
		return false
	}
	ready := n.raw.Ready()
	if !raft.IsEmptyHardState(ready.HardState) {
		must(n.storage.SetHardState(ready.HardState))
	}
	must(n.storage.Append(ready.Entries))
	*wire = append(*wire, ready.Messages...)
	for _, e := range ready.CommittedEntries {
		if len(e.Data) == rowBytes {
			n.rows[binary.LittleEndian.Uint64(e.Data)] = binary.LittleEndian.Uint64(e.Data[8:])
			n.applied++
		}
	}
	n.raw.Advance(ready)
	return true
}
