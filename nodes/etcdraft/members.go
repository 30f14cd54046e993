//go:build !js

package etcdraft

import (
	"slices"

	"go.etcd.io/raft/v3/raftpb"

	"simrun/sim"
)

// members is the library's ConfState: who votes, who learns, and, while two configurations
// are joint, who voted in the outgoing one and who will only learn in the incoming one.
type members struct {
	Voters, Learners, Outgoing, Next []uint64
	AutoLeave                        bool
}

// The parts that a number can have.
type part uint8

const (
	absent part = iota
	learner
	voter
)

// state is the members as the library knows them.
func (m *members) state() *raftpb.ConfState {
	return &raftpb.ConfState{
		Voters: slices.Clone(m.Voters), Learners: slices.Clone(m.Learners), VotersOutgoing: slices.Clone(m.Outgoing),
		LearnersNext: slices.Clone(m.Next), AutoLeave: new(m.AutoLeave),
	}
}

// membersOf reads what the library says.
func membersOf(s *raftpb.ConfState) members {
	return members{
		Voters: s.GetVoters(), Learners: s.GetLearners(), Outgoing: s.GetVotersOutgoing(), Next: s.GetLearnersNext(),
		AutoLeave: s.GetAutoLeave(),
	}
}

// Encode lists the members, as a message or a record does.
func (m *members) Encode(e *sim.Encoder) {
	for _, list := range [...][]uint64{m.Voters, m.Learners, m.Outgoing, m.Next} {
		e.Uint("numbers", uint64(len(list)))
		for _, number := range list {
			e.Uint("number", number)
		}
	}
	e.Bool("auto-leave", m.AutoLeave)
}

// part is what a number is.
func (m *members) part(number uint64) part {
	switch {
	case slices.Contains(m.Voters, number), slices.Contains(m.Outgoing, number):
		return voter
	case slices.Contains(m.Learners, number), slices.Contains(m.Next, number):
		return learner
	}
	return absent
}

// all is every number, in order.
func (m *members) all() []uint64 {
	all := slices.Concat(m.Voters, m.Learners, m.Outgoing, m.Next)
	slices.Sort(all)
	return slices.Compact(all)
}

// of is the number that a node has, 0 if it is no member.
func (m *members) of(id sim.NodeID) uint64 {
	for _, number := range m.all() {
		if nodeOf(number) == id {
			return number
		}
	}
	return 0
}

// print is how many members there are, and a word that tells sets of members apart.
func (m *members) print() (count, print uint64) {
	all := m.all()
	for _, number := range all {
		w := number<<3 | uint64(m.part(number))
		if slices.Contains(m.Outgoing, number) {
			w |= 4
		}
		print = (print ^ w) * 0x9E3779B97F4A7C15
		print ^= print >> 31
	}
	return uint64(len(all)), print
}

// electorate is who votes.
func (m *members) electorate(version uint64) sim.Electorate {
	e := sim.Electorate{Version: uint32(version)}
	for _, number := range m.Voters {
		e.Voters |= sim.NodesOf(nodeOf(number))
	}
	for _, number := range m.Outgoing {
		e.Joint |= sim.NodesOf(nodeOf(number))
	}
	return e
}
