package scenarios

import (
	"simrun/nodes/abd"
	"simrun/nodes/kv"
	"simrun/sim"
)

type atomicRegisters struct {
	abd.Config `yaml:",inline"`
}

func (p *atomicRegisters) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *atomicRegisters) Server(kv.Layout) func(sim.NodeID) sim.Node { return abd.New(p.Config) }

func (p *atomicRegisters) Client(l kv.Layout, _ sim.NodeID) kv.Client {
	return abd.NewClient(p.Config, l.Members)
}

// OneWriter tells whether a single client may write.
func (p *atomicRegisters) OneWriter() bool { return p.Writers == "one" }

func (p *atomicRegisters) Commits() bool               { return true }
func (p *atomicRegisters) Siblings() bool              { return false }
func (p *atomicRegisters) Sessions() bool              { return false }
func (p *atomicRegisters) Members() (start, least int) { return 0, 0 }
func (p *atomicRegisters) Holds() string               { return "" }
func (p *atomicRegisters) Supports(code sim.Code) bool { return abd.Supports(code) }
