package raft

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// stamp puts the leader's time into an entry, where sessions expire. The log's clock is the
// highest time in what is applied, so that servers agree on which sessions have expired
// whatever their own clocks say (dissertation, section 6.3).
func (n *Node) stamp(env *sim.Env, e *replog.Entry) {
	if n.config.SessionExpiry > 0 {
		e.Body = []uint64{uint64(max(0, env.Wall()))}
	}
}

// advanceClock ends the sessions that have expired as of an entry that is about to be applied.
func (n *Node) advanceClock(env *sim.Env, e *replog.Entry) {
	if n.config.SessionExpiry == 0 || len(e.Body) == 0 {
		return
	}
	now := e.Body[0]
	if n.config.sessionsByOwnClock() {
		now = uint64(env.Now())
	}
	n.store.Tick(now, uint64(n.config.SessionExpiry))
}
