package kernel

// occurrences counts how often each address was used, so that the second message
// with the same subject, ends and kind has draws of its own. An address that was
// not used for a whole generation of virtual time is forgotten: only an exchange
// that goes on without any timer or new op in between could use it again.
//
// It is an open-addressing table for each of two generations.
type occurrences struct {
	present, past useTable
	turn          int64 // when the present generation ends
}

// generation is how long a used address is remembered at least: about 17 s.
const generation = 1 << 34

// count returns how often the address was used before, and counts this use.
func (o *occurrences) count(now int64, address uint64) uint32 {
	if now >= o.turn {
		o.age(now)
	}
	u := o.present.at(address)
	if u.count == 0 {
		o.present.used++
		u.address = address
		if o.past.used > 0 {
			u.count = o.past.at(address).count
		}
	}
	u.count++
	return u.count - 1
}

func (o *occurrences) age(now int64) {
	if now < o.turn+generation {
		o.present, o.past = o.past, o.present
	} else {
		o.past.clear()
	}
	o.present.clear()
	o.turn = now&^(generation-1) + generation
}

func (o *occurrences) reset() {
	o.present.clear()
	o.past.clear()
	o.turn = 0
}

func (o *occurrences) bytes() int { return 16 * (len(o.present.uses) + len(o.past.uses)) }

type use struct {
	address uint64
	count   uint32
}

type useTable struct {
	uses []use
	used int
}

const smallTable = 1 << 8

// at returns the place of an address: its use, or an empty one (count 0) that the
// caller may take.
func (t *useTable) at(address uint64) *use {
	if t.used*2 >= len(t.uses) {
		t.grow()
	}
	mask := uint64(len(t.uses) - 1)
	for i := address & mask; ; i = (i + 1) & mask {
		if u := &t.uses[i]; u.count == 0 || u.address == address {
			return u
		}
	}
}

func (t *useTable) grow() {
	old := t.uses
	t.uses = make([]use, max(smallTable, 2*len(old)))
	for i := range old {
		if old[i].count != 0 {
			*t.at(old[i].address) = old[i]
		}
	}
}

func (t *useTable) clear() {
	if t.used > 0 {
		clear(t.uses)
		t.used = 0
	}
}
