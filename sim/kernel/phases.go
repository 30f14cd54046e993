package kernel

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/kernel/queue"
	"simrun/sim/record"
)

// phaseWork runs the clients under faults, then heals everything.
func (w *World) phaseWork() {
	w.until(int64(w.config.Work), nil)
	w.run.Phases.Work = w.time()
	w.run.Phases.Began = min(w.config.WarmUp, w.run.Phases.Work)
	if w.stopped {
		return
	}
	w.working = false
	w.signalClients(sim.SignalStop)
	w.healAll()
	w.changed = w.now
}

// phaseSettle waits until no replica has changed for the quiet time, no op is under
// way, no node waits for the outcome of a transaction and no disk is at work, or gives up.
func (w *World) phaseSettle() {
	w.until(w.now, nil) // what heals, heals before anything is judged
	limit := w.now + int64(w.config.Settle)
	for !w.stopped {
		quiet := w.changed + int64(w.config.Quiet)
		if w.now >= quiet && w.open == 0 && len(w.promises) == 0 && !w.syncing() {
			w.run.Phases.Converged = true
			break
		}
		if w.now >= limit {
			break
		}
		if w.now >= quiet {
			next, pending := w.queue.Peek()
			if !pending {
				break // an op, promise or sync that nothing will ever end
			}
			quiet = next
		}
		w.until(min(quiet, limit), nil)
	}
	w.run.Phases.Settled = w.time()
	w.run.Phases.Changed = time.Duration(w.changed)
}

// syncing tells whether some living node's disk is at work.
func (w *World) syncing() bool {
	for i := 1; i < len(w.hosts); i++ {
		if h := &w.hosts[i]; h.up && len(h.syncs) > len(h.freed) {
			return true
		}
	}
	return false
}

// inspect reads every living replica, without messages.
func (w *World) inspect() {
	for i := 1; i < len(w.hosts) && !w.stopped; i++ {
		h := &w.hosts[i]
		if h.config.Client {
			continue
		}
		if !h.up {
			w.run.Dead = append(w.run.Dead, h.id)
			continue
		}
		inspector, ok := h.node.(sim.Inspector)
		if !ok {
			continue
		}
		w.handling = h.id
		inspector.Inspect(func(c sim.Copy) {
			w.run.Copies = append(w.run.Copies, record.Copy{Copy: c, Node: h.id})
		})
		w.handling = sim.Nobody
	}
	w.seekLacks()
}

// seekLacks asks every living replica that can tell whether it should hold the keys
// that only others do.
func (w *World) seekLacks() {
	keys := make([]sim.Key, 0, len(w.run.Copies))
	for _, c := range w.run.Copies {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for i := 1; i < len(w.hosts) && !w.stopped; i++ {
		h := &w.hosts[i]
		keeper, ok := h.node.(sim.Keeper)
		if !ok || h.config.Client || !h.up {
			continue
		}
		w.handling = h.id
		w.lacks(h.id, keeper, keys)
		w.handling = sim.Nobody
	}
}

// lacks notes the keys that one replica should hold and does not.
func (w *World) lacks(id sim.NodeID, keeper sim.Keeper, keys []sim.Key) {
	var held []sim.Key
	for _, c := range w.run.Copies {
		if c.Node == id {
			held = append(held, c.Key)
		}
	}
	slices.Sort(held)
	for _, key := range keys {
		if _, holds := slices.BinarySearch(held, key); !holds && keeper.Keeps(key) {
			w.run.Lacks = append(w.run.Lacks, record.Lack{Key: key, Node: id})
		}
	}
}

// phaseFinal asks the clients for their final reads and waits for the last of them.
func (w *World) phaseFinal() {
	if w.stopped || w.config.Final == 0 {
		return
	}
	w.signalClients(sim.SignalFinal)
	end := w.now + int64(w.config.Final)
	w.until(w.now, nil) // the signals themselves
	if w.open > 0 {
		w.until(end, func() bool { return w.open > 0 })
	}
}

// signalClients hands a signal to every living client at the present instant.
func (w *World) signalClients(signal sim.TimerKind) {
	w.cause = 0 // nothing in the run brings it about
	for i := 1; i < len(w.hosts); i++ {
		h := &w.hosts[i]
		if h.config.Client && h.up {
			w.signal(h, signal)
		}
	}
}

func (w *World) signal(h *host, signal sim.TimerKind) { w.signalAbout(h, signal, sim.Nobody) }

// signalAbout hands over a signal that speaks of a node.
func (w *World) signalAbout(h *host, signal sim.TimerKind, whom sim.NodeID) {
	e := queue.Event{
		At: w.now, Kind: eventSignal, From: uint16(whom), To: uint16(h.id), Arg: uint32(signal), Life: h.life,
		Cause: w.cause, Subject: uint64(signal)<<32 | w.hashes[h.id]>>32,
	}
	w.push(&e)
}
