package scenarios

import (
	"simrun/nodes/kv"
	"simrun/nodes/paxos"
	"simrun/sim"
)

type multiPaxos struct {
	paxos.Config `yaml:",inline"`
}

func (p *multiPaxos) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *multiPaxos) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return paxos.New(p.Config, l.Members)
}

func (p *multiPaxos) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return paxos.NewClient(p.Config, l.Members, near)
}

// Members are the acceptors, where not every server is one.
func (p *multiPaxos) Members() (start, least int) {
	if len(p.Acceptors) == 0 {
		return 0, 0
	}
	return len(p.Acceptors), 1
}

// HandsOver tells that a leader hands over when it is asked to, if another can lead.
func (p *multiPaxos) HandsOver() bool             { return len(p.Proposers) != 1 }
func (p *multiPaxos) Commits() bool               { return true }
func (p *multiPaxos) Siblings() bool              { return false }
func (p *multiPaxos) Sessions() bool              { return true }
func (p *multiPaxos) Holds() string               { return "" }
func (p *multiPaxos) Supports(code sim.Code) bool { return paxos.Supports(code) }
