package scenarios

import (
	"simrun/nodes/isr"
	"simrun/nodes/kv"
	"simrun/sim"
)

type inSyncReplicas struct {
	isr.Config `yaml:",inline"`
}

func (p *inSyncReplicas) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *inSyncReplicas) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return isr.New(p.Config, l.Members)
}

func (p *inSyncReplicas) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return isr.NewClient(p.Config, l.Members, near)
}
func (p *inSyncReplicas) Commits() bool               { return true }
func (p *inSyncReplicas) Siblings() bool              { return false }
func (p *inSyncReplicas) Sessions() bool              { return true }
func (p *inSyncReplicas) Members() (start, least int) { return 0, 0 }
func (p *inSyncReplicas) Holds() string               { return "" }
func (p *inSyncReplicas) Supports(code sim.Code) bool { return isr.Supports(code) }
