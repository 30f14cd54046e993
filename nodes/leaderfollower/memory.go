package leaderfollower

import "simrun/sim"

// memory is the recent ops of one client: where each stands in the log, so that a
// retry is known again. It forgets them in the order in which they came.
type memory struct {
	// slots are found by op number: the op n stands at n modulo their number, a power
	// of two, which grows where two remembered ops would share a slot.
	slots  []remembered
	recent []uint32 // op numbers, oldest first, from head on
	head   int
	forgot uint32 // the highest op number forgotten
}

// remembered is one op; a number of 0 marks a free slot.
type remembered struct {
	number uint32
	index  uint64
}

const firstSlots = 16

func (m *memory) slot(number uint32) *remembered { return &m.slots[number&uint32(len(m.slots)-1)] }

// find returns the index of an op; known is false where it is not remembered, tooOld
// where it may have been.
func (m *memory) find(number uint32) (index uint64, known, tooOld bool) {
	if len(m.slots) > 0 {
		if s := m.slot(number); s.number == number {
			return s.index, true, false
		}
	}
	return 0, false, number <= m.forgot
}

// know remembers an op, and forgets the oldest where there are more than a limit.
func (m *memory) know(number uint32, index uint64, limit int) {
	m.put(remembered{number, index})
	m.recent = append(m.recent, number)
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
func (m *memory) put(r remembered) {
	if len(m.slots) == 0 {
		m.slots = make([]remembered, firstSlots)
	}
	for {
		s := m.slot(r.number)
		if s.number == 0 || s.number == r.number {
			*s = r
			return
		}
		m.grow()
	}
}

// grow doubles the slots: those that shared none before share none after.
func (m *memory) grow() {
	old := m.slots
	m.slots = make([]remembered, 2*len(old))
	for _, r := range old {
		if r.number != 0 {
			*m.slot(r.number) = r
		}
	}
}

func (m *memory) free(number uint32) {
	if s := m.slot(number); s.number == number {
		*s = remembered{}
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
func (s *store) of(op sim.OpID) *memory {
	client := int(op.Client())
	if client >= len(s.clients) {
		s.clients = append(s.clients, make([]memory, client+1-len(s.clients))...)
	}
	return &s.clients[client]
}
