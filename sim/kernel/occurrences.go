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
	if u.age != o.present.age {
		o.present.used++
		*u = use{address: address, age: o.present.age}
		if o.past.used > 0 {
			u.count = o.past.count(address)
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
	age     uint32 // of the table when the place was taken; it is empty in any other
}

type useTable struct {
	uses []use
	used int
	age  uint32
}

const smallTable = 1 << 8

// at returns the place of an address: its use, or an empty one (of another age)
// that the caller may take.
func (t *useTable) at(address uint64) *use {
	if t.used*2 >= len(t.uses) {
		t.grow()
	}
	mask := uint64(len(t.uses) - 1)
	for i := address & mask; ; i = (i + 1) & mask {
		if u := &t.uses[i]; u.age != t.age || u.address == address {
			return u
		}
	}
}

// count is how often an address was used.
func (t *useTable) count(address uint64) uint32 {
	if u := t.at(address); u.age == t.age {
		return u.count
	}
	return 0
}

func (t *useTable) grow() {
	old, age := t.uses, t.age
	t.uses, t.age = make([]use, max(smallTable, 2*len(old))), 1
	for i := range old {
		if u := old[i]; u.age == age {
			u.age = t.age
			*t.at(u.address) = u
		}
	}
}

// clear empties the table in no time: whatever is in it has another age.
func (t *useTable) clear() {
	t.used = 0
	if t.age++; t.age == 0 {
		clear(t.uses)
		t.age = 1
	}
}
