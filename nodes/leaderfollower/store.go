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
	keys     [][]version // by key: keys are small and dense
	clients  []memory    // by client
	settled  uint64      // versions that one at or below this index replaced may be gone
	remember int
}

func newStore(remember int) *store {
	return &store{remember: remember}
}

// push adds the entry at the end of the log. Nobody will ask for a state before settled.
func (s *store) push(index uint64, e *replog.Entry, settled uint64) {
	if e.Op == 0 {
		return
	}
	s.of(e.Op).know(e.Op.Number(), index, s.remember)
	if e.Refused {
		return
	}
	versions := s.versions(e.Key)
	s.settled = max(s.settled, settled)
	*versions = append(prune(*versions, settled), version{index: index, value: e.Value, size: e.Size, deleted: e.Code == sim.Delete})
}

// versions are those of a key, made if absent.
func (s *store) versions(key sim.Key) *[]version {
	if int(key) >= len(s.keys) {
		s.keys = append(s.keys, make([][]version, int(key)+1-len(s.keys))...)
	}
	return &s.keys[key]
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

// find tells where an op is in the log; tooOld when it may have been there and is forgotten.
func (s *store) find(op sim.OpID) (index uint64, known, tooOld bool) {
	return s.of(op).find(op.Number())
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
		s.of(e.Op).unknow(e.Op.Number())
		versions := s.versions(e.Key)
		*versions = before(*versions, after)
	}
}

// hasForgotten tells whether remembering an op to be removed has cost another its place.
func (s *store) hasForgotten(removed []replog.Entry) bool {
	for i := range removed {
		if op := removed[i].Op; op != 0 && s.of(op).forgot > 0 {
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
	*s = *newStore(s.remember)
	for index := uint64(1); index <= log.Last().Index; index++ {
		s.push(index, log.At(index), 0)
	}
}

// read is the version of a key as of an index; false when nothing was written yet.
func (s *store) read(key sim.Key, asOf uint64) (version, bool) {
	if int(key) >= len(s.keys) {
		return version{}, false
	}
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
	for place := range s.keys {
		key := sim.Key(place)
		v, ok := s.read(key, asOf)
		switch {
		case ok && v.deleted:
			yield(sim.Copy{Key: key, Deletes: []sim.OpID{v.value.ID}})
		case ok:
			yield(sim.Copy{Key: key, Values: []sim.Value{v.value}})
		}
	}
}
