//go:build !js

package etcdraft

import (
	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The timers of a server.
const (
	timerBeat   sim.TimerKind = iota + 1 // leader: the library's tick
	timerMissed                          // the election timer
	timerForget                          // the leader was not heard for the shortest timeout
	timerFlush                           // a failed sync is tried again
	timerHeld                            // a read of client op A was held long enough
	timerHanded                          // leader: nothing was heard of a snapshot sent to number A in term B
	timerWish                            // the wish to join or leave is repeated
)

// The purposes of a server's draws.
const (
	drawPatience uint8 = iota + 1
)

// cluster is what all servers share and nobody changes.
type cluster struct {
	config  Config
	servers []sim.NodeID
}

// Numbers are what the library knows servers by: the node, and above it the identity of its disk, so
// that one which lost its disk is another.
const bitsOfNode = 16

func number(id sim.NodeID, identity uint64) uint64 { return identity<<bitsOfNode | uint64(id) }

// nodeOf is the node that has a number; Nobody has 0.
func nodeOf(number uint64) sim.NodeID { return sim.NodeID(number & (1<<bitsOfNode - 1)) }

// firstIdentity is that of the disks that were there from the beginning.
const firstIdentity = 0

// beginning is the members that the log begins with.
func (c *cluster) beginning() members {
	start := c.config.start(len(c.servers))
	var m members
	for rank, id := range c.servers[:start] {
		if rank < start-c.config.Learners {
			m.Voters = append(m.Voters, number(id, firstIdentity))
		} else {
			m.Learners = append(m.Learners, number(id, firstIdentity))
		}
	}
	return m
}

// Node is one incarnation of a server.
type Node struct {
	*cluster
	self   sim.NodeID
	number uint64 // what the library knows it by
	raw    *raft.RawNode

	hard     hardState // as written, whether durable or not
	log      *replog.Log
	snapshot *snapshot // the newest on disk, nil if none
	ruling   members   // by which the library goes
	at       replog.Position
	goneAt   uint64 // a leader said that it is no member as of this index
	store    *machine.Store
	known    uint64 // known to be chosen
	applied  uint64
	disk     flusher

	incoming  *snapshot       // that the message being handled brings
	installed replog.Position // by a snapshot that is on its way to the disk; zero if none
	offers    []*snapshot     // that messages of this handler may refer to

	reconfiguring bool // the library is being told of new members
	subject       about
	role          uint64 // sim.Leader, sim.Follower, sim.Learner or sim.Spare; 0 before the start
	held          uint64 // the term in which the role was taken
	state         raft.StateType
	leader        sim.NodeID // believed to lead; Nobody if unknown
	watching      watching
	lead          lead
	reads         []heldRead
	wish          wish
}

var (
	_ sim.Keeper    = (*Node)(nil)
	_ sim.Installer = (*Node)(nil)
)

// lead is what a leader keeps while it leads.
type lead struct {
	timer   sim.TimerID
	own     bool // an entry of its term is applied
	waits   []waiting
	wishes  []wanted
	changed uint64 // no change of the members is proposed before this index is applied
	// What was known to be chosen when the leader began to go by the present members: what it
	// learns beyond was chosen by them.
	former    uint64
	unsettled bool // nothing was chosen by the present members yet
}

// New returns the maker of a cluster's servers: it makes an incarnation of the server
// self. All that an incarnation knows of former ones is on its disk.
func New(config Config, servers []sim.NodeID) func(self sim.NodeID) sim.Node {
	shared := &cluster{config: config, servers: servers}
	return func(self sim.NodeID) sim.Node { return &Node{cluster: shared, self: self} }
}

// library is how the library is configured. Its election timeouts are never counted: only leaders
// are ticked.
func (n *Node) library() *raft.Config {
	return &raft.Config{
		ID: n.number, ElectionTick: n.config.ticks(), HeartbeatTick: 1, Storage: shelf{n}, Applied: n.applied,
		AsyncStorageWrites: true, MaxSizePerMsg: uint64(n.config.Batch) * entryBytes, MaxCommittedSizePerReady: 1 << 40,
		MaxInflightMsgs: n.config.Window, CheckQuorum: n.config.CheckQuorum, PreVote: n.config.PreVote,
		ReadOnlyOption: raft.ReadOnlySafe, Logger: silent{}, DisableProposalForwarding: true, StepDownOnRemoval: true,
	}
}

// Start implements sim.Node.
func (n *Node) Start(env *sim.Env) {
	n.recover(env)
	raw, err := raft.NewRawNode(n.library())
	if err != nil {
		panic(err)
	}
	n.raw = raw
	n.take(env, n.rest())
	n.stateConfigured(env)
	n.learn(env, n.hard.Commit)
	n.watch(env)
	n.drain(env)
	if n.wasWiped() {
		n.wishToJoin(env, n.self)
	}
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	n.subject = about(m.Subject())
	switch m := m.(type) {
	case *kv.Request:
		n.request(env, from, m)
	case *wire:
		n.receiveWire(env, m)
	case *image:
		n.receiveImage(env, m)
	case *join:
		n.receiveWish(env, wanted{number: m.Number, instead: m.Instead})
	case *leave:
		n.receiveWish(env, wanted{number: m.Number, leaves: true})
	case *gone:
		n.receiveGone(env, m)
	}
	n.subject = 0
}

// Timeout implements sim.Node.
func (n *Node) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerBeat:
		n.tick(env)
	case timerMissed, sim.SignalElect:
		n.missed(env)
	case timerForget:
		n.forget(env)
	case timerFlush:
		n.startFlush(env)
	case timerHeld:
		n.giveUp(env, sim.OpID(t.A), uint8(t.B))
	case timerHanded:
		n.handedInVain(env, t.A, t.B)
	case timerWish:
		n.repeatWish(env)
	case sim.SignalHandover:
		n.handOver(env, sim.NodeID(t.A))
	case sim.SignalJoin:
		n.wishToJoin(env, sim.NodeID(t.A))
	case sim.SignalLeave:
		n.wishToLeave(env)
	}
}

// receiveWire hands the library a message that is for this disk.
func (n *Node) receiveWire(env *sim.Env, m *wire) {
	if m.To != n.number {
		return
	}
	n.tellGone(env, m)
	n.step(env, m.unpack())
}

// receiveImage hands the library a snapshot.
func (n *Node) receiveImage(env *sim.Env, m *image) {
	if m.To != n.number {
		return
	}
	at := m.Image.At
	n.incoming = &snapshot{Image: m.Image, Base: at, Members: m.Members, MembersAt: m.MembersAt}
	n.step(env, m.unpack())
	n.incoming = nil
}

// step has the library handle a message, and starts the timers that its own would be. Errors say that
// a message means nothing here.
func (n *Node) step(env *sim.Env, m *raftpb.Message) {
	voted := n.hard.Vote
	_ = n.raw.Step(m)
	n.drain(env)
	switch m.GetType() {
	case raftpb.MsgApp, raftpb.MsgHeartbeat, raftpb.MsgSnap:
		if m.GetTerm() == n.hard.Term && n.leader == nodeOf(m.GetFrom()) {
			n.hear(env)
		}
	case raftpb.MsgVote:
		if n.hard.Term == m.GetTerm() && n.hard.Vote == m.GetFrom() && voted != n.hard.Vote {
			n.watch(env)
		}
	case raftpb.MsgAppResp:
		n.reconfigure(env)
	}
}

// Inspect implements sim.Inspector: it yields what the node has applied.
func (n *Node) Inspect(yield func(sim.Copy)) { n.store.Inspect(n.applied, yield) }

// Keeps implements sim.Keeper: who is no member need hold nothing.
func (n *Node) Keeps(sim.Key) bool { return n.isMember() }

// isMember tells whether the node is a member, as far as it knows.
func (n *Node) isMember() bool { return n.ruling.part(n.number) != absent && n.goneAt <= n.at.Index }
