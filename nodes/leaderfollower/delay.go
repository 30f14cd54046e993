package leaderfollower

import (
	"time"

	"simrun/sim"
)

// delay is how a delayed follower keeps back what it knows to be committed, as MySQL's
// SOURCE_DELAY and MongoDB's secondaryDelaySecs do: it has the log like everyone,
// and what is done by mistake can be read there as it was before, for a while.
type delay struct {
	shown uint64 // reads show the log up to here
	queue []postponed
	timer sim.TimerID
}

// postponed is what is shown from a time on.
type postponed struct {
	upTo uint64
	at   time.Duration
}

// postpone has what has come to be committed shown later. A leader is not delayed: who
// is promoted first applies all that it has. What a node had shown before a crash
// is shown at once.
func (n *Node) postpone(env *sim.Env) {
	d := &n.delay
	if n.role != sim.Follower {
		d.shown, d.queue = n.commit, nil
		return
	}
	newest := d.shown
	if len(d.queue) > 0 {
		newest = d.queue[len(d.queue)-1].upTo
	}
	if n.commit > newest {
		d.queue = append(d.queue, postponed{upTo: n.commit, at: env.Now() + n.config.Delayed.By})
		n.awaitDue(env)
	}
}

// awaitDue sets the timer for what is due next.
func (n *Node) awaitDue(env *sim.Env) {
	d := &n.delay
	if _, pending := env.Pending(d.timer); pending || len(d.queue) == 0 {
		return
	}
	d.timer = env.After(d.queue[0].at-env.Now(), sim.Timer{Kind: timerDelay})
}

// showDue shows what was kept back for long enough.
func (n *Node) showDue(env *sim.Env) {
	d := &n.delay
	for len(d.queue) > 0 && d.queue[0].at <= env.Now() {
		d.shown, d.queue = max(d.shown, d.queue[0].upTo), d.queue[1:]
	}
	n.apply(env)
	n.awaitDue(env)
}

// cut forgets what is no longer in the log.
func (d *delay) cut(after uint64) {
	d.shown = min(d.shown, after)
	for i := range d.queue {
		d.queue[i].upTo = min(d.queue[i].upTo, after)
	}
}
