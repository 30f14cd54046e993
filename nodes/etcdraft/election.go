//go:build !js

package etcdraft

import (
	"time"

	"go.etcd.io/raft/v3"

	"simrun/sim"
)

// watching is how a server that does not lead waits for a leader.
type watching struct {
	missed sim.TimerID // the election timer
	loyal  sim.TimerID // how long a leader that was heard counts on this node
	tries  uint32      // campaigns since a leader was last heard
}

// campaign is the subject of a campaign's messages.
func (n *Node) campaign() about {
	return about(sim.NumberSubject(n.hard.Term<<16 | uint64(n.watching.tries&0xFFFF)))
}

// patience is a timeout drawn for the present term and try, from the shortest to the longest.
func (n *Node) patience(env *sim.Env) time.Duration {
	word := env.Draw(drawPatience, sim.Subject(n.campaign()))
	return n.config.Timeout + time.Duration(sim.Below(word, uint64(n.config.Spread)))
}

// watch begins anew to wait for a leader.
func (n *Node) watch(env *sim.Env) {
	restart(env, &n.watching.missed, n.patience(env), timerMissed)
}

// restart moves a timer, or sets it.
func restart(env *sim.Env, id *sim.TimerID, after time.Duration, kind sim.TimerKind) {
	if !env.Reset(*id, after) {
		*id = env.After(after, sim.Timer{Kind: kind})
	}
}

// hear takes note of a sign of the leader.
func (n *Node) hear(env *sim.Env) {
	n.watching.tries = 0
	n.watch(env)
	if n.config.CheckQuorum {
		restart(env, &n.watching.loyal, n.config.Timeout, timerForget)
	}
}

// forget ends the loyalty to a leader that was not heard for the shortest timeout.
func (n *Node) forget(env *sim.Env) {
	_ = n.raw.ForgetLeader()
	n.drain(env)
}

// missed begins a campaign: no leader was heard. The library refuses where the node has no vote, or
// where a change of members is committed and not applied.
func (n *Node) missed(env *sim.Env) {
	if n.state == raft.StateLeader {
		return
	}
	n.watching.tries++
	n.watch(env)
	if n.isMember() {
		_ = n.raw.Campaign()
		n.drain(env)
	}
}

// tick is a heartbeat, and from time to time the check that a majority was heard.
func (n *Node) tick(env *sim.Env) {
	if n.state != raft.StateLeader {
		return
	}
	n.lead.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
	n.raw.Tick()
	n.drain(env)
}

// handOver hands the lead to a voter, the one whose log reaches furthest where none is named.
func (n *Node) handOver(env *sim.Env, to sim.NodeID) {
	if n.state != raft.StateLeader || n.isHandingOver() {
		return
	}
	best, reach := uint64(0), uint64(0)
	for _, id := range n.ruling.Voters {
		match := n.match(id)
		if id != n.number && (to == sim.Nobody || to == nodeOf(id)) && (best == 0 || match > reach) {
			best, reach = id, match
		}
	}
	if best != 0 {
		n.raw.TransferLeader(best)
		n.drain(env)
	}
}

// isHandingOver tells whether a transfer is under way: the library takes no write meanwhile.
func (n *Node) isHandingOver() bool { return n.raw.BasicStatus().LeadTransferee != 0 }
