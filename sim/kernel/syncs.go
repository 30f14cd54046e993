package kernel

import (
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel/queue"
	"simrun/sim/random"
	"simrun/sim/record"
)

// sync begins to make durable what was written when the handler asked for it.
func (h *host) sync(x *sim.Effect) {
	w := h.world
	p := pendingSync{mark: x.Mark, tag: x.Tag}
	if len(h.config.Writes) > 0 {
		p.writes = h.disk.Take(x.Mark) | h.unsynced
		h.unsynced = 0
	}
	place := h.syncPlace(p)
	about := uint64(w.subject)
	a := w.nodeAddressAgain(h.id, addressSync, w.subject)
	e := queue.Event{
		At: w.now + h.syncTime(a, p.writes), Kind: eventSync, To: uint16(h.id), Arg: place, Life: h.life,
		Cause: w.cause, Subject: about,
	}
	w.push(&e)
}

// syncTime is how long a sync takes that covers such writes.
func (h *host) syncTime(a random.Address, writes uint64) int64 {
	d := &h.config.Sync
	if h.lag.instead != nil {
		return h.lag.apply(h.lag.instead.Sample(h.world.source.Draw(a, random.SyncTime)))
	}
	if writes != 0 {
		return h.lag.apply(h.slowest(writes, h.world.source.Draw(a, random.SyncTime)))
	}
	if fixed, ok := d.Constant(); ok {
		return h.lag.apply(fixed)
	}
	return h.lag.apply(d.Sample(h.world.source.Draw(a, random.SyncTime)))
}

// slowest is the longest that any of some writes takes, by one draw.
func (h *host) slowest(writes, word uint64) (longest int64) {
	if writes&1 != 0 {
		longest = h.config.Sync.Sample(word)
	}
	for i := range h.config.Writes {
		if writes>>(i+1)&1 != 0 {
			longest = max(longest, h.config.Writes[i].Sync.Sample(word))
		}
	}
	return longest
}

func (h *host) syncPlace(p pendingSync) uint32 {
	if n := len(h.freed); n > 0 {
		at := h.freed[n-1]
		h.freed = h.freed[:n-1]
		h.syncs[at] = p
		return at
	}
	h.syncs = append(h.syncs, p)
	return uint32(len(h.syncs) - 1)
}

// syncDone is the moment at which the disk has finished, whether or not the node
// is able to hear of it.
func (w *World) syncDone(e *queue.Event) {
	h := &w.hosts[e.To]
	if !h.up || e.Life != h.life {
		return
	}
	if h.failing > 0 {
		e.Flag |= flagFailed
		h.unsynced |= h.syncs[e.Arg].writes
		w.run.Counters.Add("disk.failed_syncs", 1)
	} else {
		h.disk.Settle(h.syncs[e.Arg].mark)
		if h.trapped(fault.AfterSync) {
			return
		}
	}
	h.arrive(e)
}

// handleSync tells the node.
func (w *World) handleSync(h *host, e *queue.Event) {
	tag := h.syncs[e.Arg].tag
	h.freed = append(h.freed, e.Arg)
	w.enter(h, e, record.Synced, tag)
	h.node.Synced(h.env, sim.Sync{Tag: tag, Failed: e.Flag&flagFailed != 0})
	w.leave(h)
}
