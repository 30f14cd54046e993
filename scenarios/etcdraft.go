//go:build !js

package scenarios

import (
	"simrun/nodes/etcdraft"
	"simrun/nodes/kv"
	"simrun/scenarios/internal/strict"
	"simrun/sim"
)

// production lists the protocols that are libraries in production elsewhere, which builds for browsers
// do without.
func production() []strict.Alternative {
	return []strict.Alternative{{
		Kind: "etcd-raft", New: func() any { return new(etcdCluster) },
		Doc: "the Raft of etcd, go.etcd.io/raft/v3, under the same faults and judges",
	}}
}

type etcdCluster struct {
	etcdraft.Config `yaml:",inline"`
}

func (p *etcdCluster) Fits(l kv.Layout) error { return p.Config.Fits(len(l.Members)) }

func (p *etcdCluster) Server(l kv.Layout) func(sim.NodeID) sim.Node {
	return etcdraft.New(p.Config, l.Members)
}

func (p *etcdCluster) Client(l kv.Layout, near sim.NodeID) kv.Client {
	return etcdraft.NewClient(p.Config, l.Members, near)
}

// HandsOver tells that a leader hands its lead over when it is asked to.
func (p *etcdCluster) HandsOver() bool { return true }

func (p *etcdCluster) Members() (start, least int) { return p.Config.Members, min(p.Config.Members, 1) }
func (p *etcdCluster) Commits() bool               { return true }
func (p *etcdCluster) Siblings() bool              { return false }
func (p *etcdCluster) Sessions() bool              { return true }
func (p *etcdCluster) Holds() string               { return "" }
func (p *etcdCluster) Supports(code sim.Code) bool { return etcdraft.Supports(code) }
