package scenarios

import (
	"simrun/nodes/chain"
	"simrun/nodes/kv"
	"simrun/sim"
)

type chainOfServers struct {
	chain.Config `yaml:",inline"`
}

func (p *chainOfServers) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *chainOfServers) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return chain.New(p.Config, l.Members)
}

func (p *chainOfServers) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return chain.NewClient(p.Config, l.Members, near)
}
func (p *chainOfServers) Commits() bool               { return true }
func (p *chainOfServers) Siblings() bool              { return false }
func (p *chainOfServers) Sessions() bool              { return false }
func (p *chainOfServers) Members() (start, least int) { return 0, 0 }
func (p *chainOfServers) Holds() string               { return "" }
func (p *chainOfServers) Supports(code sim.Code) bool { return chain.Supports(code) }
