package checks

import (
	"time"

	"simrun/sim"
)

// behind finds, by key, where some replica may have lacked a write when the faults had
// healed: a write was stored by somebody, and not by all who are known to be replicas
// of its key. Most keys of most runs are soon told to be complete, so that only the
// others are followed closely.
type behind struct {
	view   *view
	healed time.Duration
	stored []uint64 // by op: nodes that held it at the heal, by number below 64
	homes  []uint64 // by number of the key: its replicas
	lost   []bool   // by number of the key: some node lost a write of it before the heal
	wide   bool     // there are nodes of higher numbers
}

// keys is the answer, by the numbers of keys; and whether anybody stored anything.
func (b *behind) keys() (keys []bool, stored bool) {
	v := b.view
	keys = make([]bool, len(v.keys()))
	b.stored, b.homes, b.lost = make([]uint64, len(v.ops)), make([]uint64, len(keys)), make([]bool, len(keys))
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		switch seen.Fact {
		case sim.Answered:
			if seen.A == seen.B {
				b.home(seen.Op, sim.NodeID(seen.B))
			}
		case sim.Stored:
			stored = true
			b.home(seen.Op, seen.Node)
			b.hold(seen.Op, seen.Node, seen.At, true)
		case sim.Discarded:
			if seen.Why == sim.Wiped || seen.Why == sim.Unsynced {
				b.hold(seen.Op, seen.Node, seen.At, false)
			}
		}
	}
	dead := uint64(0)
	for _, id := range v.run.Dead {
		dead |= 1 << (id & 63)
	}
	for at, holders := range b.stored {
		number := v.keyNumber(uint32(at))
		if holders != 0 && b.homes[number]&^dead&^holders != 0 || b.wide || b.lost[number] {
			keys[number] = true
		}
	}
	return keys, stored
}

// home notes a replica of an op's key.
func (b *behind) home(op sim.OpID, node sim.NodeID) {
	b.wide = b.wide || node >= 64
	if at, found := b.view.place(op); found {
		b.homes[b.view.keyNumber(at)] |= 1 << (node & 63)
	}
}

// hold notes that a node holds a write, or does no longer; without a write, that it
// holds nothing. After the heal that does not matter.
func (b *behind) hold(op sim.OpID, node sim.NodeID, when time.Duration, holds bool) {
	if when > b.healed {
		return
	}
	bit := uint64(1) << (node & 63)
	if op == 0 {
		for at := range b.stored {
			b.lose(uint32(at), bit)
		}
		return
	}
	at, found := b.view.place(op)
	switch {
	case !found:
	case holds:
		b.stored[at] |= bit
	default:
		b.lose(at, bit)
	}
}

// lose notes that a node holds a write no longer. It may be behind on the key from
// then on, even if nobody holds the write.
func (b *behind) lose(at uint32, bit uint64) {
	if b.stored[at]&bit != 0 {
		b.stored[at] &^= bit
		b.lost[b.view.keyNumber(at)] = true
	}
}
