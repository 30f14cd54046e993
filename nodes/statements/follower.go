package statements

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// receiveShip takes entries of a leader's log: at once where they follow on what there
// is, else later.
func (n *Node) receiveShip(env *sim.Env, i int, m *ship) {
	n.take(env, i, m.Prev, m.Entries)
	n.learn(env, i, m.Prev+uint64(len(m.Entries)))
}

// take executes the entries behind an index that are new, in the log's order. It
// returns how many bytes were.
func (n *Node) take(env *sim.Env, i int, prev uint64, entries []replog.Entry) (bytes uint64) {
	s := &n.streams[i]
	for k := range entries {
		index := prev + uint64(k) + 1
		switch {
		case index <= s.last():
		case index == s.last()+1 && !s.catch.replaces():
			n.extend(env, i, entries[k])
			bytes += uint64(entries[k].Bytes())
		default:
			n.stashAway(s, index, entries[k])
		}
	}
	n.drain(env, i)
	return bytes
}

// extend adds the next entry to the log and executes it.
func (n *Node) extend(env *sim.Env, i int, e replog.Entry) {
	s := &n.streams[i]
	s.log.Append(env.Disk(), 0, e)
	n.execute(env, i, &e)
	delete(s.stash, s.last())
	n.flush(env)
}

// stashAway keeps an entry for later, while there is room.
func (n *Node) stashAway(s *stream, index uint64, e replog.Entry) {
	if s.stash == nil {
		s.stash = map[uint64]replog.Entry{}
	}
	if len(s.stash) < n.config.Window {
		s.stash[index] = e
	}
}

// drain takes from the stash what now follows on the log.
func (n *Node) drain(env *sim.Env, i int) {
	s := &n.streams[i]
	for len(s.stash) > 0 && !s.catch.replaces() {
		e, ok := s.stash[s.last()+1]
		if !ok {
			return
		}
		n.extend(env, i, e)
	}
}

// learn hears how long a leader's log is. What is missing may still be on its way.
func (n *Node) learn(env *sim.Env, i int, last uint64) {
	s := &n.streams[i]
	s.known = max(s.known, last)
	if s.known <= s.last() || s.catch.way != "" {
		return
	}
	if _, pending := env.Pending(s.gap); !pending {
		s.gap = env.After(n.config.Patience, sim.Timer{Kind: timerGap, A: uint64(i)})
	}
}

// seek asks for what is missing, and did not come.
func (n *Node) seek(env *sim.Env, i int) {
	s := &n.streams[i]
	if s.known <= s.last() || s.catch.way != "" {
		return
	}
	way := n.config.CatchUp
	if s.known-s.last() <= uint64(n.config.TailLimit) {
		way = "tail"
	}
	n.catchUp(env, i, way)
}
