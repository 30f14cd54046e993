package scenarios

import (
	"simrun/nodes/dynamo"
	"simrun/nodes/kv"
	"simrun/nodes/leaderfollower"
	"simrun/nodes/multileader"
	"simrun/nodes/raft"
	"simrun/nodes/statements"
	"simrun/scenarios/internal/strict"
	"simrun/sim"
)

// Protocol is a replication protocol with its configuration: what the list of
// protocols is made of.
type Protocol interface {
	// Fits tells what is wrong with the configuration on these servers.
	Fits(l kv.Layout) error
	// Server makes the function that makes incarnations of a server.
	Server(l kv.Layout) func(self sim.NodeID) sim.Node
	// Client makes the client side for a client that is nearest to one server.
	Client(l kv.Layout, near sim.NodeID) kv.Client
	// Commits tells whether the protocol states what is committed; Siblings whether
	// reads may return several versions.
	Commits() bool
	Siblings() bool
	// Sessions tells whether it honours session tokens and read paths.
	Sessions() bool
	// Members is how many servers are members at the start, and the fewest that there
	// can be; 0 where nobody can join or leave.
	Members() (start, least int)
	// Supports tells whether the store has such an op.
	Supports(code sim.Code) bool
	// Holds names what keys hold, where the store understands it: set, or counter.
	Holds() string
}

// protocols is the list of protocols.
func protocols() []strict.Alternative {
	return append([]strict.Alternative{
		{
			Kind: "leader-follower", New: func() any { return new(leaderFollower) },
			Doc: "one leader ships its log to followers; failover with fencing epochs",
		},
		{
			Kind: "dynamo", New: func() any { return new(dynamoStyle) },
			Doc: "leaderless: N replicas of each key, quorums of R and W",
		},
		{
			Kind: "paxos", New: func() any { return new(multiPaxos) },
			Doc: "Multi-Paxos: proposers, acceptors and learners agree on a log, slot by slot",
		},
		{
			Kind: "raft", New: func() any { return new(raftCluster) },
			Doc: "Raft: a log replicated by an elected leader to majorities, and seven ways to read it",
		},
		{
			Kind: "viewstamped", New: func() any { return new(viewstamped) },
			Doc: "Viewstamped Replication Revisited: views go around, and the log of the latest normal view wins",
		},
		{
			Kind: "statements", New: func() any { return new(statementShipping) },
			Doc: "a laboratory: a table whose log carries commands, commands with what they read, rows, or pages",
		},
		{
			Kind: "multi-leader", New: func() any { return new(multiLeader) },
			Doc: "a leader with followers in each datacentre; leaders send each other updates and merge them",
		},
		{
			Kind: "abd", New: func() any { return new(atomicRegisters) },
			Doc: "atomic registers without consensus: reads write back what they found to a majority",
		},
		{
			Kind: "chain", New: func() any { return new(chainOfServers) },
			Doc: "chain replication: the head orders writes, the tail answers; CRAQ reads anywhere; the last server is the master",
		},
		{
			Kind: "in-sync-replicas", New: func() any { return new(inSyncReplicas) },
			Doc: "primary-backup as in Kafka: what all in-sync replicas have is committed; the last server is the controller, which says who they are",
		},
	}, production()...)
}

type leaderFollower struct {
	leaderfollower.Config `yaml:",inline"`
}

func (p *leaderFollower) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *leaderFollower) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return leaderfollower.New(p.Config, l.Members)
}

func (p *leaderFollower) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return leaderfollower.NewClient(p.Config, l.Members, near)
}
func (p *leaderFollower) Commits() bool  { return true }
func (p *leaderFollower) Siblings() bool { return false }
func (p *leaderFollower) Sessions() bool { return true }

func (p *leaderFollower) Members() (start, least int) { return 0, 0 }
func (p *leaderFollower) Holds() string               { return "" }

// HandsOver tells that a leader hands its lead over when it is asked to.
func (p *leaderFollower) HandsOver() bool             { return true }
func (p *leaderFollower) Supports(code sim.Code) bool { return leaderfollower.Supports(code) }

type dynamoStyle struct {
	dynamo.Config `yaml:",inline"`
}

func (p *dynamoStyle) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *dynamoStyle) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return dynamo.New(p.Config, l.Members)
}

func (p *dynamoStyle) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return dynamo.NewClient(p.Config, l.Members, near)
}
func (p *dynamoStyle) Commits() bool  { return true }
func (p *dynamoStyle) Sessions() bool { return false }

func (p *dynamoStyle) Supports(code sim.Code) bool { return p.Config.Supports(code) }

func (p *dynamoStyle) Members() (start, least int) {
	if p.Config.Members == 0 {
		return 0, 0
	}
	return p.Config.Members, p.N
}

type raftCluster struct {
	raft.Config `yaml:",inline"`
}

func (p *raftCluster) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *raftCluster) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return raft.New(p.Config, l.Members)
}

func (p *raftCluster) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return raft.NewClient(p.Config, l.Members, near)
}

// HandsOver tells that a leader hands its lead over when it is asked to.
func (p *raftCluster) HandsOver() bool { return true }

func (p *raftCluster) Members() (start, least int) { return p.Config.Members, min(p.Config.Members, 1) }
func (p *raftCluster) Commits() bool               { return true }
func (p *raftCluster) Siblings() bool              { return false }
func (p *raftCluster) Sessions() bool              { return true }
func (p *raftCluster) Holds() string               { return "" }
func (p *raftCluster) Supports(code sim.Code) bool { return raft.Supports(code) }

type statementShipping struct {
	statements.Config `yaml:",inline"`
}

func (p *statementShipping) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *statementShipping) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return statements.New(p.Config, l.Members)
}

func (p *statementShipping) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return statements.NewClient(p.Config, l.Members, near)
}

func (p *statementShipping) Supports(code sim.Code) bool {
	return code == sim.Get || code == sim.Execute
}
func (p *statementShipping) Commits() bool               { return false }
func (p *statementShipping) Holds() string               { return "" }
func (p *statementShipping) Siblings() bool              { return false }
func (p *statementShipping) Sessions() bool              { return true }
func (p *statementShipping) Members() (start, least int) { return 0, 0 }

type multiLeader struct {
	multileader.Config `yaml:",inline"`
}

func (p *multiLeader) Fits(l kv.Layout) error { return p.Config.Fits(l) }

func (p *multiLeader) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return multileader.New(p.Config, l)
}

func (p *multiLeader) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return multileader.NewClient(p.Config, l, near)
}
func (p *multiLeader) Commits() bool               { return true }
func (p *multiLeader) Siblings() bool              { return p.Config.Siblings() }
func (p *multiLeader) Sessions() bool              { return true }
func (p *multiLeader) Holds() string               { return p.Config.Holds() }
func (p *multiLeader) Supports(code sim.Code) bool { return p.Config.Supports(code) }

// Members counts datacentres: it is they that join and leave.
func (p *multiLeader) Members() (start, least int) {
	if p.Config.Members == 0 {
		return 0, 0
	}
	return p.Config.Members, 1
}
