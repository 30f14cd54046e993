package machine

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

// Store is what a log means: for each key its versions since the newest committed one,
// so that it can be read as of any index from there, and for each client its
// recent ops.
type Store struct {
	keys     [][]version // by key: keys are small and dense
	clients  []memory    // by client
	settled  uint64      // versions that one at or below this index replaced may be gone
	image    *Image      // what the log begins behind, nil where it keeps everything
	remember int
	clock    uint64 // of the log, in ns; 0 where it tells no time
}

// New is the store of an empty log, which knows so many ops of each client again.
func New(remember int) *Store {
	return &Store{remember: remember}
}

// Push adds the entry at the end of the log. Nobody will ask for a state before settled.
func (s *Store) Push(index uint64, e *replog.Entry, settled uint64) {
	if e.Op == 0 {
		return
	}
	s.of(e.Op).know(Remembered{Number: e.Op.Number(), Refused: e.Refused, Index: index}, s.remember)
	if e.Refused {
		return
	}
	versions := s.versions(e.Key)
	s.settled = max(s.settled, settled)
	*versions = append(prune(*versions, settled), version{index: index, value: e.Value, size: e.Size, deleted: e.Code == sim.Delete})
}

// versions are those of a key, made if absent.
func (s *Store) versions(key sim.Key) *[]version {
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

// Found is what a store knows of an op.
type Found struct {
	Index   uint64 // where the op is in the log
	Refused bool   // a compare-and-set that found another version
	Known   bool   // the op is in the log
	TooOld  bool   // it may have been there and is forgotten
}

// Find tells where an op is in the log.
func (s *Store) Find(op sim.OpID) Found {
	return s.of(op).find(op.Number())
}

// Pop takes back the log's tail after an index, removed from the log already.
// What has been forgotten since is gathered from the log again.
func (s *Store) Pop(after uint64, removed []replog.Entry, log *replog.Log) {
	if after < s.settled || s.hasForgotten(removed) {
		s.Rebuild(log)
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
func (s *Store) hasForgotten(removed []replog.Entry) bool {
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

// Rebuild makes the store anew from all that the log keeps, and from the image that it
// begins behind.
func (s *Store) Rebuild(log *replog.Log) {
	image := s.image
	*s = *New(s.remember)
	if image != nil {
		s.Restore(image)
	}
	from := log.Base().Index
	if image != nil {
		from = max(from, image.At.Index) // the log may reach back before the image
	}
	for index := from + 1; index <= log.Last().Index; index++ {
		s.Push(index, log.At(index), 0)
	}
}

// BeginWith has Rebuild begin with an image that was made of this store.
func (s *Store) BeginWith(image *Image) { s.image = image }

// read is the version of a key as of an index; false when nothing was written yet.
func (s *Store) read(key sim.Key, asOf uint64) (version, bool) {
	if int(key) >= len(s.keys) {
		return version{}, false
	}
	if versions := before(s.keys[key], asOf); len(versions) > 0 {
		return versions[len(versions)-1], true
	}
	return version{}, false
}

// Current is the value of a key as of an index, none or one, and its size.
func (s *Store) Current(key sim.Key, asOf uint64) ([]sim.Value, uint32) {
	if v, ok := s.read(key, asOf); ok && !v.deleted {
		return []sim.Value{v.value}, v.size
	}
	return nil, 0
}

// Writer is the op whose value a key shows as of an index: 0 when it shows nothing.
func (s *Store) Writer(key sim.Key, asOf uint64) sim.OpID {
	if v, ok := s.read(key, asOf); ok && !v.deleted {
		return v.value.ID
	}
	return 0
}

// Inspect yields every key as of an index, in the order of keys.
func (s *Store) Inspect(asOf uint64, yield func(sim.Copy)) {
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
