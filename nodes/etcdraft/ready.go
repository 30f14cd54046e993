//go:build !js

package etcdraft

import (
	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"

	"simrun/sim"
)

// drain does what the library asks for until it asks for nothing more.
func (n *Node) drain(env *sim.Env) {
	for n.raw.HasReady() {
		ready := n.raw.Ready()
		n.turn(env, &ready)
		var asks []*raftpb.Message
		for _, m := range ready.Messages {
			switch {
			case m.GetTo() == raft.LocalAppendThread:
				n.write(env, m, asks)
				asks = nil
			case m.GetTo() == raft.LocalApplyThread:
				n.carryOut(env, m)
			case m.GetType() == raftpb.MsgVote && !n.config.askBeforeSync():
				asks = append(asks, m)
			default:
				n.send(env, m, n.subject)
			}
		}
		n.owe(env, asks)
		for i := range ready.ReadStates {
			n.confirmed(env, &ready.ReadStates[i])
		}
	}
	n.offers = nil
	n.compact(env)
	n.reconfigure(env)
}

// turn takes note of the term, the state and the leader that the library has come to.
func (n *Node) turn(env *sim.Env, ready *raft.Ready) {
	before, term := n.state, n.hard.Term
	if !raft.IsEmptyHardState(ready.HardState) {
		n.hard.Term, n.hard.Vote = ready.HardState.GetTerm(), ready.HardState.GetVote()
	}
	if s := ready.SoftState; s != nil {
		n.state, n.leader = s.RaftState, nodeOf(s.Lead)
	}
	if n.state == before && n.hard.Term == term {
		return
	}
	if before == raft.StateLeader {
		n.stepDown(env)
	}
	switch {
	case n.state == raft.StateLeader:
		n.rule(env)
	case n.state != raft.StatePreCandidate:
		n.watch(env)
	}
	n.take(env, n.rest())
}

// rest is the role that the node has.
func (n *Node) rest() uint64 {
	switch part := n.ruling.part(n.number); {
	case n.state == raft.StateLeader:
		return sim.Leader
	case !n.isMember():
		return sim.Spare
	case part == learner:
		return sim.Learner
	}
	return sim.Follower
}

// take takes a role, in the present term.
func (n *Node) take(env *sim.Env, role uint64) {
	if n.role == role && n.held == n.hard.Term {
		return
	}
	if n.role != 0 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, A: n.held, B: n.role})
	}
	n.role, n.held = role, n.hard.Term
	env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: n.held, B: role})
}

// rule begins to lead. The library has put an empty entry at the end of the log; until that is
// applied, the members stay.
func (n *Node) rule(env *sim.Env) {
	n.watching.tries = 0
	env.Cancel(n.watching.missed)
	env.Cancel(n.watching.loyal)
	n.take(env, sim.Leader)
	env.Observe(sim.Observation{Fact: sim.Elected, A: n.hard.Term})
	n.lead = lead{changed: n.log.Last().Index + 1}
	n.unsettle()
	n.lead.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
}

// stepDown ends leading. Who waits learns that it may have happened.
func (n *Node) stepDown(env *sim.Env) {
	waits := n.lead.waits
	env.Cancel(n.lead.timer)
	n.lead = lead{}
	for i := range waits {
		waits[i].abandon(env)
	}
	n.abandonReads(env)
}

// send sends what the library says.
func (n *Node) send(env *sim.Env, m *raftpb.Message, subject about) {
	switch m.GetType() {
	case raftpb.MsgSnap:
		n.sendImage(env, m, subject)
		return
	case raftpb.MsgVote, raftpb.MsgPreVote:
		subject = n.campaign()
	}
	env.Send(nodeOf(m.GetTo()), packedMessage(m, subject))
}
