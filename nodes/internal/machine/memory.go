package machine

import "simrun/sim"

// memory is the recent ops of one client: where each stands in the log, so that a
// retry is known again. It forgets them in the order in which they came.
type memory struct {
	// slots are found by op number: the op n stands at n modulo their number, a power
	// of two, which grows where two remembered ops would share a slot.
	slots  []Remembered
	recent []uint32 // op numbers, oldest first, from head on
	head   int
	forgot uint32 // the highest op number forgotten
	active uint64 // when something last came of the client, by the clock of the log
}

const firstSlots = 16

func (m *memory) slot(number uint32) *Remembered { return &m.slots[number&uint32(len(m.slots)-1)] }

// find tells what is known of an op.
func (m *memory) find(number uint32) Found {
	if len(m.slots) > 0 {
		if s := m.slot(number); s.Number == number {
			return Found{Index: s.Index, Refused: s.Refused, Known: true}
		}
	}
	return Found{TooOld: number <= m.forgot}
}

// know remembers an op, and forgets the oldest where there are more than a limit.
func (m *memory) know(r Remembered, limit int) {
	m.put(r)
	m.recent = append(m.recent, r.Number)
	if len(m.recent)-m.head <= limit {
		return
	}
	oldest := m.recent[m.head]
	m.free(oldest)
	m.forgot = max(m.forgot, oldest)
	m.head++
	if 2*m.head > len(m.recent) {
		m.recent = m.recent[:copy(m.recent, m.recent[m.head:])]
		m.head = 0
	}
}

// put gives an op its slot, and makes room where another has it.
func (m *memory) put(r Remembered) {
	if len(m.slots) == 0 {
		m.slots = make([]Remembered, firstSlots)
	}
	for {
		s := m.slot(r.Number)
		if s.Number == 0 || s.Number == r.Number {
			*s = r
			return
		}
		m.grow()
	}
}

// grow doubles the slots: those that shared none before share none after.
func (m *memory) grow() {
	old := m.slots
	m.slots = make([]Remembered, 2*len(old))
	for _, r := range old {
		if r.Number != 0 {
			*m.slot(r.Number) = r
		}
	}
}

func (m *memory) free(number uint32) {
	if s := m.slot(number); s.Number == number {
		*s = Remembered{}
	}
}

// unknow takes back an op.
func (m *memory) unknow(number uint32) {
	m.free(number)
	for i := len(m.recent) - 1; i >= m.head; i-- {
		if m.recent[i] == number {
			m.recent = append(m.recent[:i], m.recent[i+1:]...)
			return
		}
	}
}

// of is the memory of an op's client, made if absent: clients are numbered densely.
func (s *Store) of(op sim.OpID) *memory {
	client := int(op.Client())
	if client >= len(s.clients) {
		s.clients = append(s.clients, make([]memory, client+1-len(s.clients))...)
	}
	return &s.clients[client]
}

// end forgets the client but for how far it had come.
func (m *memory) end() {
	for _, number := range m.recent[m.head:] {
		m.forgot = max(m.forgot, number)
	}
	*m = memory{forgot: m.forgot}
}

// Tick sets the clock of the log, which never goes back, and forgets the clients of which
// nothing came for longer than idle (in ns): what comes late of them is too old. The time
// has to come out of the log, the same at every replica (Ongaro's dissertation, section 6.3).
func (s *Store) Tick(now, idle uint64) {
	s.clock = max(s.clock, now)
	for client := range s.clients {
		if m := &s.clients[client]; m.active+idle < s.clock {
			m.end()
		}
	}
}
