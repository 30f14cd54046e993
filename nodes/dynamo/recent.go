package dynamo

// recent remembers the last of many, at least recentLength of them, in memory: puts that
// a node coordinated, or transactions that are over at a home.
type recent[T comparable] struct{ now, before map[T]struct{} }

const recentLength = 4096

// has tells whether one is remembered.
func (s *recent[T]) has(one T) bool {
	if _, known := s.now[one]; known {
		return true
	}
	_, known := s.before[one]
	return known
}

// add remembers one and tells whether it is new.
func (s *recent[T]) add(one T) bool {
	if s.has(one) {
		return false
	}
	if s.now == nil || len(s.now) >= recentLength {
		s.before, s.now = s.now, make(map[T]struct{})
	}
	s.now[one] = struct{}{}
	return true
}
