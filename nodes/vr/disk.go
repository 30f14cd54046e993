package vr

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// The files on a replica's disk.
const (
	fileViews    = "views"
	fileLog      = "log"
	fileSnapshot = "checkpoint"
)

// views are the paper's view-number and v', the last view in which the status was normal. They are on
// disk before a message tells of them. With the log in memory, too: without them recovery
// is unsound (Michael, Ports, Sharma and Szekeres, "Recovering Shared Objects Without Stable
// Storage", DISC 2017).
//
// LastNormal goes to disk after the log that it vouches for. A crash between the two leaves
// some of a newer view's log under an older LastNormal, which is safe: that log holds all
// that was committed before its view.
type views struct {
	View       uint64
	LastNormal uint64
}

// Encode implements sim.Record.
func (v *views) Encode(e *sim.Encoder) {
	e.Uint("view", v.View)
	e.Uint("last-normal", v.LastNormal)
}

// noDisk is where a log goes that is in memory only.
type noDisk struct{}

func (noDisk) Append(string, sim.Record)            {}
func (noDisk) Replace(string, sim.Record)           {}
func (noDisk) Cut(string, int)                      {}
func (noDisk) Drop(string, int)                     {}
func (noDisk) Len(string) int                       { return 0 }
func (noDisk) Read(string, int) (sim.Record, error) { return nil, sim.ErrCorrupt }

// logDisk is where the log and the checkpoint are kept.
func (n *Node) logDisk(env *sim.Env) sim.Disk {
	if n.config.keepsLog() {
		return env.Disk()
	}
	return noDisk{}
}

// flusher groups syncs: one is in flight at a time, and what is written meanwhile
// waits for the next.
type flusher struct {
	durable uint64 // the log is on disk up to here
	views   views  // as they are on disk
	tag     uint64
	busy    bool // a sync is in flight, or waits to be tried again
	again   bool // something was written since
	// What the sync in flight will have made durable.
	asked   uint64
	pledged views
}

// flush asks that all written so far be made durable.
func (n *Node) flush(env *sim.Env) {
	if n.disk.busy {
		n.disk.again = true
		return
	}
	n.startFlush(env)
}

// flushLog does so where the log is on disk.
func (n *Node) flushLog(env *sim.Env) {
	if n.config.keepsLog() {
		n.flush(env)
	}
}

func (n *Node) startFlush(env *sim.Env) {
	d := &n.disk
	d.busy, d.again = true, false
	d.asked, d.pledged = n.log.Last().Index, n.views
	d.tag++
	env.Sync(d.tag)
}

// cut forgets that the log's tail was, or was about to become, durable.
func (d *flusher) cut(after uint64) {
	d.durable = min(d.durable, after)
	d.asked = min(d.asked, after)
}

// durable is how far the log is as safe as this replica makes it.
func (n *Node) durable() uint64 {
	if n.config.keepsLog() && !n.config.ackBeforeFsync() {
		return n.disk.durable
	}
	return n.log.Last().Index
}

// Synced implements sim.Node.
func (n *Node) Synced(env *sim.Env, s sim.Sync) {
	d := &n.disk
	if !d.busy || s.Tag != d.tag {
		return
	}
	if s.Failed {
		env.After(n.config.Heartbeat, sim.Timer{Kind: timerFlush})
		return
	}
	before := d.durable
	d.busy = false
	d.durable = max(d.durable, min(d.asked, n.log.Last().Index))
	n.viewsDurable(env, d.pledged)
	if n.installed.Index > 0 && d.durable >= n.installed.Index {
		n.stateInstalled(env)
	}
	if n.config.keepsLog() {
		n.log.StateDurable(env, before, d.durable)
	}
	if d.again {
		n.startFlush(env)
	}
	n.applyAll(env)
	n.goOn(env)
}

// viewsDurable states what has been promised: to take no part in earlier views.
func (n *Node) viewsDurable(env *sim.Env, now views) {
	if now.View > n.disk.views.View {
		env.Observe(sim.Observation{Fact: sim.Promised, A: now.View})
	}
	n.disk.views = now
}

// goOn does what waited for the disk.
func (n *Node) goOn(env *sim.Env) {
	switch {
	case n.status == changing:
		n.speak(env)
	case n.role == sim.Leader:
		n.advance(env)
	default:
		n.acknowledge(env)
	}
	n.compact(env)
}

// isSettled tells whether the present views are on disk.
func (n *Node) isSettled() bool { return n.disk.views == n.views }

// isDurable tells whether all that this replica has is on disk.
func (n *Node) isDurable() bool { return n.isSettled() && n.durable() == n.log.Last().Index }

// pledge puts the views on disk. Nothing is said of them before they are there.
func (n *Node) pledge(env *sim.Env) {
	record := n.views
	if n.config.viewVolatile() {
		record.View = record.LastNormal
	}
	env.Disk().Replace(fileViews, &record)
	n.flush(env)
}

// recover reads the disk. What survived a crash is durable.
func (n *Node) recover(env *sim.Env) {
	n.began = env.Now() > 0
	n.views = views{View: firstView, LastNormal: firstView}
	if record, err := env.Disk().Read(fileViews, 0); err == nil {
		if v, ok := record.(*views); ok {
			n.views = *v
		}
	}
	n.disk.views = n.views
	n.recoverLog(n.logDisk(env))
	n.disk.durable = n.log.Last().Index
	env.Observe(sim.Observation{Fact: sim.Promised, A: n.views.View})
	if n.snapshot != nil {
		env.Observe(n.snapshot.Image.At.Repaired(0))
	}
	n.log.StateDurable(env, 0, n.log.Last().Index)
}

// recoverLog reads the checkpoint and the log behind it. A crash may have kept one and not the
// change of the other that followed.
func (n *Node) recoverLog(disk sim.Disk) {
	n.store = machine.New(n.config.Remember)
	var base, at replog.Position
	if record, err := disk.Read(fileSnapshot, 0); err == nil {
		if s, ok := record.(*snapshot); ok {
			n.snapshot, base, at = s, s.Base, s.Image.At
		}
	}
	n.log, _ = replog.OpenBehind(disk, fileLog, base)
	if n.snapshot == nil {
		return
	}
	n.store.Restore(&n.snapshot.Image)
	n.commit, n.applied = at.Index, at.Index
	switch {
	case at.Index > n.log.Last().Index || n.log.Base().Index > at.Index || !n.log.Holds(at):
		n.log.Restart(disk, at)
	case n.log.Base().Index < base.Index:
		n.log.Drop(disk, base.Index)
	}
}
