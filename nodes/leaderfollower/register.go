package leaderfollower

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// arrived is the newest write of a key that has come to a follower, whatever is missing
// before it.
type arrived struct {
	at      replog.Position
	value   sim.Value
	size    uint32 // of the payload, in bytes
	deleted bool
}

// noteArrival takes note of what came, where a follower's keys are registers: the last
// write wins by its place in the log, when it comes and not when its turn is.
func (n *Node) noteArrival(c *carriage) {
	f := &n.follower
	if n.config.Order != "register" {
		return
	}
	for i := range c.Entries {
		e, at := &c.Entries[i], replog.Position{Epoch: c.Entries[i].Epoch, Index: c.Prev.Index + uint64(i) + 1}
		if !e.Changes() {
			continue
		}
		for int(e.Key) >= len(f.early) {
			f.early = append(f.early, arrived{})
		}
		if f.early[e.Key].at.Before(at) {
			f.early[e.Key] = arrived{at: at, value: e.Value, size: e.Size, deleted: e.Code == sim.Delete}
		}
	}
}

// ahead is the newest write of a key if it came before its turn, nil if the log shows it.
func (n *Node) ahead(key sim.Key) *arrived {
	f := &n.follower
	if n.role != sim.Follower || n.isDelayed(n.me) || int(key) >= len(f.early) {
		return nil
	}
	if a := &f.early[key]; a.at.Index > n.log.Last().Index {
		return a
	}
	return nil
}

// current is what a read of a key shows.
func (n *Node) current(key sim.Key) ([]sim.Value, uint32) {
	switch a := n.ahead(key); {
	case a == nil:
		return n.store.Current(key, n.visible())
	case a.deleted:
		return nil, 0
	default:
		return []sim.Value{a.value}, a.size
	}
}

// Inspect implements sim.Inspector: it yields what the node's reads show.
func (n *Node) Inspect(yield func(sim.Copy)) {
	n.store.Inspect(n.visible(), func(c sim.Copy) {
		if n.ahead(c.Key) == nil {
			yield(c)
		}
	})
	for key := range n.follower.early {
		switch a := n.ahead(sim.Key(key)); {
		case a == nil:
		case a.deleted:
			yield(sim.Copy{Key: sim.Key(key), Deletes: []sim.OpID{a.value.ID}})
		default:
			yield(sim.Copy{Key: sim.Key(key), Values: []sim.Value{a.value}})
		}
	}
}
