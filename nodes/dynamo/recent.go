package dynamo

import "simrun/sim"

// recent remembers the last puts that a node coordinated, at least recentLength.
type recent struct{ now, before map[sim.OpID]struct{} }

const recentLength = 4096

// add remembers an op and tells whether it is new.
func (s *recent) add(op sim.OpID) bool {
	if _, known := s.now[op]; known {
		return false
	}
	if _, known := s.before[op]; known {
		return false
	}
	if s.now == nil || len(s.now) >= recentLength {
		s.before, s.now = s.now, make(map[sim.OpID]struct{})
	}
	s.now[op] = struct{}{}
	return true
}
