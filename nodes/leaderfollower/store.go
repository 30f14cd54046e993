package leaderfollower

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// version is one write of a key, by its place in the log.
type version struct {
	index   uint64
	value   sim.Value
	size    uint32 // of the payload, in bytes
	deleted bool
}

// store is what a log means: for each key its versions since the newest committed one,
// so that it can be read as of any index from there, and for each client its
// recent ops.
type store struct {
	keys     map[sim.Key][]version
	ops      map[sim.OpID]uint64   // the index of each op remembered
	recent   map[uint16][]sim.OpID // of each client, oldest first
	forgot   map[uint16]uint32     // the highest op number of each client that was forgotten
	settled  uint64                // versions that one at or below this index replaced may be gone
	remember int
}

func newStore(remember int) *store {
	s := &store{remember: remember}
	s.clear()
	return s
}

func (s *store) clear() {
	s.keys = map[sim.Key][]version{}
	s.ops = map[sim.OpID]uint64{}
	s.recent = map[uint16][]sim.OpID{}
	s.forgot = map[uint16]uint32{}
	s.settled = 0
}

// push adds the entry at the end of the log. Nobody will ask for a state before settled.
func (s *store) push(index uint64, e *replog.Entry, settled uint64) {
	if e.Op == 0 {
		return
	}
	s.know(e.Op, index)
	if e.Refused {
		return
	}
	versions := prune(s.keys[e.Key], settled)
	s.settled = max(s.settled, settled)
	s.keys[e.Key] = append(versions, version{index: index, value: e.Value, size: e.Size, deleted: e.Code == sim.Delete})
}

// prune drops the versions that a settled one has replaced.
func prune(versions []version, settled uint64) []version {
	newest := 0
	for newest+1 < len(versions) && versions[newest+1].index <= settled {
		newest++
	}
	if newest == 0 {
		return versions
	}
	return slices.Delete(versions, 0, newest)
}

// know remembers an op, and forgets the client's oldest when there are too many.
func (s *store) know(op sim.OpID, index uint64) {
	s.ops[op] = index
	recent := append(s.recent[op.Client()], op)
	if len(recent) > s.remember {
		oldest := recent[0]
		delete(s.ops, oldest)
		s.forgot[op.Client()] = max(s.forgot[op.Client()], oldest.Number())
		recent = slices.Delete(recent, 0, 1)
	}
	s.recent[op.Client()] = recent
}

// find tells where an op is in the log; tooOld when it may have been there and is forgotten.
func (s *store) find(op sim.OpID) (index uint64, known, tooOld bool) {
	index, known = s.ops[op]
	return index, known, !known && op.Number() <= s.forgot[op.Client()]
}

// pop takes back the log's tail after an index, removed from the log already.
// What has been forgotten since is gathered from the log again.
func (s *store) pop(after uint64, removed []replog.Entry, log *replog.Log) {
	if after < s.settled || s.hasForgotten(removed) {
		s.rebuild(log)
		return
	}
	for i := range removed {
		e := &removed[i]
		if e.Op == 0 {
			continue
		}
		delete(s.ops, e.Op)
		recent := s.recent[e.Op.Client()]
		s.recent[e.Op.Client()] = slices.DeleteFunc(recent, func(op sim.OpID) bool { return op == e.Op })
		s.keys[e.Key] = before(s.keys[e.Key], after)
	}
}

// hasForgotten tells whether remembering an op to be removed has cost another its place.
func (s *store) hasForgotten(removed []replog.Entry) bool {
	for i := range removed {
		if op := removed[i].Op; op != 0 && s.forgot[op.Client()] > 0 {
			return true
		}
	}
	return false
}

func before(versions []version, after uint64) []version {
	n := len(versions)
	for n > 0 && versions[n-1].index > after {
		n--
	}
	return versions[:n]
}

// rebuild makes the store anew from the whole log.
func (s *store) rebuild(log *replog.Log) {
	s.clear()
	for index := uint64(1); index <= log.Last().Index; index++ {
		s.push(index, log.At(index), 0)
	}
}

// read is the version of a key as of an index; false when nothing was written yet.
func (s *store) read(key sim.Key, asOf uint64) (version, bool) {
	if versions := before(s.keys[key], asOf); len(versions) > 0 {
		return versions[len(versions)-1], true
	}
	return version{}, false
}

// current is the value of a key as of an index, none or one, and its size.
func (s *store) current(key sim.Key, asOf uint64) ([]sim.Value, uint32) {
	if v, ok := s.read(key, asOf); ok && !v.deleted {
		return []sim.Value{v.value}, v.size
	}
	return nil, 0
}

// writer is the op whose value a key shows as of an index: 0 when it shows nothing.
func (s *store) writer(key sim.Key, asOf uint64) sim.OpID {
	if v, ok := s.read(key, asOf); ok && !v.deleted {
		return v.value.ID
	}
	return 0
}

// inspect yields every key as of an index, in the order of keys.
func (s *store) inspect(asOf uint64, yield func(sim.Copy)) {
	keys := make([]sim.Key, 0, len(s.keys))
	for key := range s.keys {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		v, ok := s.read(key, asOf)
		switch {
		case ok && v.deleted:
			yield(sim.Copy{Key: key, Deletes: []sim.OpID{v.value.ID}})
		case ok:
			yield(sim.Copy{Key: key, Values: []sim.Value{v.value}})
		}
	}
}
