package kernel

import (
	"slices"

	"simrun/sim"
)

// promise is a transaction that a living node has prepared, and whose outcome it has
// not stated. Nothing about it changes while its node waits to ask, which may be longer
// than the quiet time: so settling goes by promises too.
type promise struct {
	node        sim.NodeID
	coordinator uint64
	transaction uint64
}

// promised takes in that a transaction is prepared, or has ended, at a node.
func (w *World) promised(h *host, o *sim.Observation) {
	p := promise{h.id, o.A, o.B}
	at := slices.Index(w.promises, p)
	switch {
	case o.Fact == sim.Prepared && at < 0:
		w.promises = append(w.promises, p)
	case o.Fact == sim.Ended && at >= 0:
		w.promises = slices.Delete(w.promises, at, at+1)
	}
}

// forgetPromises is for a node that is gone: in its next life it states anew what it
// still stands by.
func (w *World) forgetPromises(id sim.NodeID) {
	w.promises = slices.DeleteFunc(w.promises, func(p promise) bool { return p.node == id })
}
