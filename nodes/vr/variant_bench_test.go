//go:build mutants

package vr

import (
	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// put puts messages on the wire.
func (b *bench) put(letters ...letter) { b.wire = append(b.wire, letters...) }

func to(id sim.NodeID) func(letter) bool { return func(l letter) bool { return l.to == id } }

func (b *bench) elect(id sim.NodeID) { b.electIf(id, func(letter) bool { return true }) }

// all lets everything through.
func all(letter) bool { return true }

// deliverThose hands over the messages that are on the wire now and picked, in order.
func (b *bench) deliverThose(which func(letter) bool) {
	picked := b.pick(which)
	require.NotEmpty(b.t, picked)
	for _, l := range picked {
		b.do(l.to, func(n *Node, env *sim.Env) { n.Receive(env, l.from, l.m) })
	}
}

// syncAll completes every sync that can be, and delivers nothing.
func (b *bench) syncAll() {
	for b.syncAny() {
	}
}
