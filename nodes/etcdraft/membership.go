//go:build !js

package etcdraft

import (
	"slices"

	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"simrun/sim"
)

// wish is a server's wish to become a member, or to be none any more. It is repeated until
// the members say so.
type wish struct {
	joins, leaves bool
	learns        bool       // it had no vote, and wants none
	instead       sim.NodeID // whose place it takes
}

// wanted is a wish as the leader knows it.
type wanted struct {
	number  uint64
	leaves  bool
	learns  bool // it had no vote, and wants none
	instead sim.NodeID
}

// wasWiped tells whether a member's disk was lost: it is a member under another number.
func (n *Node) wasWiped() bool {
	known := n.ruling.of(n.self)
	return known != 0 && n.ruling.part(n.number) == absent
}

// wishToJoin asks the leader for membership; instead is whose place the node takes.
func (n *Node) wishToJoin(env *sim.Env, instead sim.NodeID) {
	known := n.ruling.of(n.self)
	n.wish = wish{joins: true, instead: instead, learns: known != n.number && n.ruling.part(known) == learner}
	n.repeatWish(env)
}

// wishToLeave asks the leader to go on without this node.
func (n *Node) wishToLeave(env *sim.Env) {
	n.wish = wish{leaves: true}
	n.repeatWish(env)
}

// repeatWish asks every server, for the leader may be any, until the wish has come true.
func (n *Node) repeatWish(env *sim.Env) {
	w := &n.wish
	switch {
	case w.joins && n.isMember() && (w.learns || n.ruling.part(n.number) == voter), w.leaves && !n.isMember():
		n.wish = wish{}
		return
	case !w.joins && !w.leaves:
		return
	}
	var m sim.Message = &leave{Number: n.number}
	if w.joins {
		m = &join{Number: n.number, Instead: w.instead}
	}
	for _, id := range n.servers {
		env.Send(id, m)
	}
	env.After(n.config.longest(), sim.Timer{Kind: timerWish})
}

// receiveWish takes note of who wishes to join or leave.
func (n *Node) receiveWish(env *sim.Env, w wanted) {
	if n.state != raft.StateLeader {
		return
	}
	if w.leaves && n.ruling.part(w.number) == absent {
		env.Send(nodeOf(w.number), &gone{Number: w.number, Index: n.at.Index})
		return
	}
	known := n.ruling.of(nodeOf(w.number))
	w.learns = known != 0 && known != w.number && n.ruling.part(known) == learner
	same := func(other wanted) bool { return nodeOf(other.number) == nodeOf(w.number) }
	if at := slices.IndexFunc(n.lead.wishes, same); at < 0 {
		n.lead.wishes = append(n.lead.wishes, w)
	} else if n.lead.wishes[at].number != w.number || n.lead.wishes[at].leaves != w.leaves {
		n.lead.wishes[at] = w
	}
	n.reconfigure(env)
}

// tellGone answers who campaigns and is no member: it may have been removed without knowing.
func (n *Node) tellGone(env *sim.Env, m *wire) {
	isAsk := m.Type == raftpb.MsgPreVote || m.Type == raftpb.MsgVote
	if isAsk && n.state == raft.StateLeader && n.ruling.part(m.From) == absent {
		env.Send(nodeOf(m.From), &gone{Number: m.From, Index: n.at.Index})
	}
}

// receiveGone learns that this server is no member, if the sender goes by newer members than it does.
func (n *Node) receiveGone(env *sim.Env, m *gone) {
	if m.Number != n.number || m.Index <= n.at.Index || n.state == raft.StateLeader {
		return
	}
	n.goneAt = max(n.goneAt, m.Index)
	n.take(env, n.rest())
}

// applyChange goes by the members that an entry says: with this library they rule from when they
// are applied.
func (n *Node) applyChange(env *sim.Env, p *raftpb.Entry) {
	var change raftpb.ConfChangeI
	var err error
	if p.GetType() == raftpb.EntryConfChange {
		c := &raftpb.ConfChange{}
		err, change = proto.Unmarshal(p.GetData(), c), c
	} else {
		c := &raftpb.ConfChangeV2{}
		err, change = proto.Unmarshal(p.GetData(), c), c
	}
	if err != nil {
		panic(err)
	}
	n.reconfiguring = true
	n.ruling = membersOf(n.raw.ApplyConfChange(change))
	n.reconfiguring = false
	n.at = n.log.Position(p.GetIndex())
	n.stateConfigured(env)
	n.stateAgreed(env)
	if n.state == raft.StateLeader {
		n.unsettle()
		return
	}
	n.take(env, n.rest())
}

// reconfigure goes on with changes of the members: one after another, and none before an entry of
// the leader's own term is applied.
func (n *Node) reconfigure(env *sim.Env) {
	l := &n.lead
	if n.state != raft.StateLeader || len(l.wishes) == 0 || n.applied < l.changed || len(n.ruling.Outgoing) > 0 || !l.own {
		return
	}
	l.wishes = slices.DeleteFunc(l.wishes, func(w wanted) bool { return n.isGranted(&w) })
	change := &raftpb.ConfChangeV2{}
	voters := len(n.ruling.Voters)
	for i := range l.wishes {
		step := n.nextStep(&l.wishes[i])
		if step == nil || step.GetType() == raftpb.ConfChangeRemoveNode && slices.Contains(n.ruling.Voters, step.GetNodeId()) && voters == 1 {
			continue
		}
		if step.GetType() == raftpb.ConfChangeRemoveNode && slices.Contains(n.ruling.Voters, step.GetNodeId()) {
			voters--
		}
		change.Changes = append(change.Changes, step)
		if n.config.Change == "single" {
			break
		}
	}
	if len(change.Changes) == 0 || n.raw.ProposeConfChange(change) != nil {
		return
	}
	l.changed = n.log.Last().Index + 1
	n.drain(env)
}

// isGranted tells whether a wish has come true.
func (n *Node) isGranted(w *wanted) bool {
	now := n.ruling.part(w.number)
	if w.leaves {
		return now == absent
	}
	replaced := w.instead == sim.Nobody || w.instead == nodeOf(w.number) || n.ruling.of(w.instead) == 0
	return (now == voter || now == learner && w.learns) && replaced
}

// nextStep is the next step towards a wish, nil if it has to wait: a disk that was lost goes,
// the newcomer learns, votes once it has caught up, and who is replaced goes.
func (n *Node) nextStep(w *wanted) *raftpb.ConfChangeSingle {
	known := n.ruling.of(nodeOf(w.number))
	kind, who := raftpb.ConfChangeRemoveNode, known
	switch part := n.ruling.part(w.number); {
	case w.leaves, known != 0 && known != w.number:
	case part == absent:
		kind, who = raftpb.ConfChangeAddLearnerNode, w.number
	case part == learner && !w.learns:
		if n.match(w.number) < n.known {
			return nil
		}
		kind, who = raftpb.ConfChangeAddNode, w.number
	default:
		who = n.ruling.of(w.instead)
	}
	return &raftpb.ConfChangeSingle{Type: kind.Enum(), NodeId: new(who)}
}
