package isr

import (
	"errors"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// The files on a server's disk.
const (
	fileLog      = "log"
	fileIdentity = "identity"
)

// identity is a record that a disk has before anybody counts on it. Where it is missing later, the
// disk was lost. It is written once the controller knows of the life that writes it: one that came back
// without what the former ones acknowledged, and stops before that is known, must not leave behind what
// passes for their disk.
type identity struct{ Life uint64 }

// Encode implements sim.Record.
func (i *identity) Encode(e *sim.Encoder) { e.Uint("life", i.Life) }

// flusher groups syncs: one is in flight at a time, and what is written meanwhile waits for the next.
type flusher struct {
	identified bool   // the identity is on disk
	named      bool   // it is written
	naming     bool   // it will be on disk by the sync in flight
	durable    uint64 // the log is on disk up to here
	asked      uint64 // and will be, by the sync in flight
	tag        uint64
	busy       bool
	again      bool
}

// recover reads the disk. What survived a crash is durable.
func (s *Server) recover(env *sim.Env) {
	disk := env.Disk()
	if s.config.Flush && isCorrupt(disk) && !s.config.corruptIsWhole() {
		disk.Cut(fileIdentity, 0) // before the log is cut to what can be read
	}
	_, err := disk.Read(fileIdentity, 0)
	s.disk.identified = err == nil
	s.whole = s.life == firstLife || s.config.Flush && s.disk.identified
	var found replog.Recovered
	s.log, found = replog.Open(disk, fileLog)
	s.stateLost(env, found)
	s.high = found.Commit
	s.store = machine.New(s.config.Remember)
	for index := uint64(1); index <= s.log.Last().Index; index++ {
		s.store.Push(index, s.log.At(index), s.high)
		s.stateStored(env, index)
	}
	s.disk.durable = s.log.Last().Index
	if s.config.identityEarly() {
		s.identify(env)
	}
}

// isCorrupt tells whether the log has a record that went bad on disk. One that a crash tore was never synced.
func isCorrupt(disk sim.Disk) bool {
	for i := range disk.Len(fileLog) {
		if _, err := disk.Read(fileLog, i); errors.Is(err, sim.ErrCorrupt) {
			return true
		}
	}
	return false
}

// identify gives the disk an identity, if it has none.
func (s *Server) identify(env *sim.Env) {
	if !s.disk.identified {
		env.Disk().Replace(fileIdentity, &identity{s.life})
		s.disk.named = true
		s.flush(env)
	}
}

// append puts an entry at the end of the log.
func (s *Server) append(env *sim.Env, e replog.Entry) {
	index := s.log.Append(env.Disk(), s.high, e)
	s.store.Push(index, s.log.At(index), s.high)
}

// cut removes what a leader's log does not have.
func (s *Server) cut(env *sim.Env, after uint64) {
	removed := s.log.Cut(env.Disk(), after)
	if len(removed) == 0 {
		return
	}
	for i := len(removed) - 1; i >= 0; i-- {
		s.stateDiscarded(env, &removed[i], after+uint64(i)+1)
	}
	s.store.Pop(after, removed, s.log)
	s.disk.durable, s.disk.asked = min(s.disk.durable, after), min(s.disk.asked, after)
	s.high = min(s.high, after)
	if s.config.Flush {
		s.flush(env)
	}
}

// flush asks that all written so far be made durable.
func (s *Server) flush(env *sim.Env) {
	if s.disk.busy {
		s.disk.again = true
		return
	}
	s.startSync(env)
}

func (s *Server) startSync(env *sim.Env) {
	d := &s.disk
	d.busy, d.again = true, false
	d.asked, d.naming = s.log.Last().Index, d.named
	d.tag++
	env.Sync(d.tag)
}

// Synced implements sim.Node.
func (s *Server) Synced(env *sim.Env, done sim.Sync) {
	d := &s.disk
	if !d.busy || done.Tag != d.tag {
		return
	}
	if done.Failed {
		env.After(s.config.Heartbeat, sim.Timer{Kind: timerSync})
		return
	}
	d.busy = false
	if d.naming && !d.identified {
		d.identified = true
		s.beat(env)
	}
	for d.durable < d.asked {
		d.durable++
		s.stateStored(env, d.durable)
	}
	if d.again {
		s.startSync(env)
	}
	if s.role == sim.Leader {
		s.advance(env)
	}
	if s.follows.owes {
		s.fetch(env)
	}
}

// has is up to where this replica has the log: on disk or, without flush, in memory.
func (s *Server) has() uint64 {
	if s.config.Flush {
		return s.disk.durable
	}
	return s.log.Last().Index
}
