package machine

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// Applied is what applying an entry did.
type Applied struct {
	Index   uint64 // where the op took effect: an earlier place where it came again
	Refused bool   // a compare-and-set found another version
	Again   bool   // the op had been applied before: nothing was done
	TooOld  bool   // it may have been applied before and is forgotten: nothing was done
}

// Apply carries out the entry that is chosen for an index, all before it being applied:
// a compare-and-set is decided by the entry's Expect against the state so far, and an op
// that came before takes no effect again. What it does depends on the log alone, so
// that all replicas do the same.
func (s *Store) Apply(index uint64, e *replog.Entry) Applied {
	if e.Op == 0 {
		return Applied{Index: index}
	}
	s.of(e.Op).active = s.clock
	if found := s.Find(e.Op); found.Known || found.TooOld {
		return Applied{Index: found.Index, Refused: found.Refused, Again: found.Known, TooOld: found.TooOld}
	}
	decided := *e
	decided.Refused = e.Refused || e.Code == sim.CAS && s.Writer(e.Key, index) != e.Expect
	s.Push(index, &decided, index)
	return Applied{Index: index, Refused: decided.Refused}
}
