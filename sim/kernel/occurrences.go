package kernel

// occurrences counts how often each address was used, so that the second message
// with the same subject, ends and kind has draws of its own. An address that was
// not used for a whole generation of virtual time is forgotten: its next use draws
// what its first use drew.
//
// It is an open-addressing table for each of two generations. Nothing but the upper
// 48 bits of an address tells it from others, whatever the size of the table: two
// addresses that share them, which happens to one in 400 sets of a million, share
// a count.
type occurrences struct {
	present, past useTable
	turn          int64 // when the present generation ends
}

// generation is how long a used address is remembered at least: about 4.3 s. The
// tables of one that is busy should fit into the processor's cache.
const generation = 1 << 32

// count returns how often the address was used before, and counts this use. It
// begins again at 0 after 65,535 uses.
func (o *occurrences) count(now int64, address uint64) uint32 {
	if now >= o.turn {
		o.age(now)
	}
	u := o.present.at(address)
	if *u == 0 {
		o.present.used++
		*u = use(address &^ mostUses)
		if o.past.used > 0 {
			*u |= *o.past.at(address) & mostUses
		}
	}
	before := *u & mostUses
	if before == mostUses {
		before = 0
	}
	*u = *u&^mostUses | (before + 1)
	return uint32(before)
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

func (o *occurrences) bytes() int { return 8 * (len(o.present.uses) + len(o.past.uses)) }

// use is the upper 48 bits of an address, and below them how often it was used: at
// least once, so that 0 is an empty place.
type use uint64

const mostUses = 1<<16 - 1

type useTable struct {
	uses []use
	used int
}

const smallTable = 1 << 8

// at returns the place of an address: its use, or an empty one that the caller may
// take.
func (t *useTable) at(address uint64) *use {
	if t.used*2 >= len(t.uses) {
		t.grow()
	}
	mask := uint64(len(t.uses) - 1)
	for i := address >> 16 & mask; ; i = (i + 1) & mask {
		if u := &t.uses[i]; *u == 0 || uint64(*u)>>16 == address>>16 {
			return u
		}
	}
}

func (t *useTable) grow() {
	old := t.uses
	t.uses = make([]use, max(smallTable, 2*len(old)))
	for _, u := range old {
		if u != 0 {
			*t.at(uint64(u)) = u
		}
	}
}

// clear empties the table. What that takes is a small share of what filling it took.
func (t *useTable) clear() {
	if t.used > 0 {
		clear(t.uses)
		t.used = 0
	}
}
