package multileader

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// flusher groups syncs: one is in flight at a time, and what is written meanwhile waits for
// the next.
type flusher struct {
	durable int        // the log is on disk up to here
	has     kv.Context // what is on disk
	epoch   uint64     // the epoch obeyed, as it is on disk
	tag     uint64
	busy    bool // a sync is in flight, or waits to be tried again
	again   bool // something was written since
	// What the sync in flight will have made durable.
	asked    int
	willHave kv.Context
	pledged  uint64
	amends   int // written down
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
	d.asked, d.willHave, d.pledged = len(n.log), n.seen, n.epoch
	d.amends = len(n.amends)
	d.tag++
	env.Sync(d.tag)
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
	d.durable, d.has, d.epoch = d.asked, d.willHave, d.pledged
	d.busy = false
	n.stateStored(env, before)
	n.handOn(env, before)
	n.ceded(env, s.Tag)
	n.amendsKept(env, d.amends)
	if d.again {
		n.startFlush(env)
	}
	n.payAcks(env)
	n.answerAsked(env)
	n.commit(env)
	n.copied(env)
}

// owe promises a server to be told what is on disk, once what was just written is.
func (n *Node) owe(env *sim.Env, rank int) {
	for _, other := range n.owed {
		if other == rank {
			return
		}
	}
	n.owed = append(n.owed, rank)
	if !n.disk.busy {
		n.payAcks(env)
	}
}

// payAcks tells those who sent something what is on disk now. Those whose updates wait for the
// next sync are told again after it.
func (n *Node) payAcks(env *sim.Env) {
	m := &ack{Has: n.disk.has}
	for _, rank := range n.owed {
		env.Send(n.members[rank], m)
	}
	if n.disk.durable == len(n.log) {
		n.owed = n.owed[:0]
	}
}

// promise has the server obey no older epoch of its datacentre any more.
func (n *Node) promise(env *sim.Env, epoch uint64) {
	n.epoch = epoch
	env.Disk().Replace(fileEpoch, &promise{Epoch: epoch})
	n.flush(env)
}
