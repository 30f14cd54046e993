package scenarios

import (
	"simrun/nodes/kv"
	"simrun/nodes/vr"
	"simrun/sim"
)

type viewstamped struct {
	vr.Config `yaml:",inline"`
}

func (p *viewstamped) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *viewstamped) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return vr.New(p.Config, l.Members)
}

func (p *viewstamped) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return vr.NewClient(p.Config, l.Members, near)
}

func (p *viewstamped) Members() (start, least int) { return 0, 0 }
func (p *viewstamped) Commits() bool               { return true }
func (p *viewstamped) Siblings() bool              { return false }
func (p *viewstamped) Sessions() bool              { return true }
func (p *viewstamped) Holds() string               { return "" }
func (p *viewstamped) Supports(code sim.Code) bool { return vr.Supports(code) }
