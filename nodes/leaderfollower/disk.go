package leaderfollower

import "simrun/sim"

// flusher groups syncs: one is in flight at a time, and what is written meanwhile
// waits for the next.
type flusher struct {
	durable uint64  // the log is on disk up to here
	promise promise // as it is on disk
	tag     uint64
	busy    bool // a sync is in flight, or waits to be tried again
	again   bool // something was written since
	// What the sync in flight will have made durable.
	asked   uint64
	pledged promise
	arrives uint64 // the tag of the sync that covers a snapshot which came, 0 if none did
}

// flush asks that all written so far be made durable.
func (n *Node) flush(env *sim.Env) {
	if n.disk.busy {
		n.disk.again = true
		return
	}
	n.startFlush(env)
}

func (n *Node) startFlush(env *sim.Env) {
	d := &n.disk
	d.busy, d.again = true, false
	d.asked, d.pledged = n.log.Last().Index, n.promised
	d.tag++
	env.Sync(d.tag)
}

// covered is how far the log is durable once the sync in flight is done.
func (d *flusher) covered() uint64 {
	if d.busy {
		return max(d.durable, d.asked)
	}
	return d.durable
}

// cut forgets that the log's tail was, or was about to become, durable.
func (d *flusher) cut(after uint64) {
	d.durable = min(d.durable, after)
	d.asked = min(d.asked, after)
}

// Synced implements sim.Node.
func (n *Node) Synced(env *sim.Env, s sim.Sync) {
	d := &n.disk
	if !d.busy || s.Tag != d.tag {
		return
	}
	if s.Failed {
		env.After(n.config.Resend, sim.Timer{Kind: timerFlush})
		return
	}
	before := d.durable
	d.durable, d.promise = max(d.durable, d.asked), d.pledged
	d.busy = false
	for index := max(before, n.log.Base().Index) + 1; index <= d.durable; index++ {
		n.stateStored(env, index)
	}
	if d.again {
		n.startFlush(env)
	}
	n.snapshotDurable(env, s.Tag)
	n.promiseDurable(env)
	n.tailDurable(env, before)
}

// tailDurable goes on with what waited for the log's tail to be on disk.
func (n *Node) tailDurable(env *sim.Env, before uint64) {
	if n.role == sim.Leader {
		n.ownDurable(env, before)
		return
	}
	n.confirm(env)
}
