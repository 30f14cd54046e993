package kernel

import "simrun/sim"

// occurrences counts how often each address was used, so that the second message
// with the same subject, ends and kind has draws of its own. An address that was
// not used for a whole generation of virtual time is forgotten: its next use draws
// what its first use drew.
//
// It is an open-addressing table for each of two generations.
type occurrences struct {
	present, past useTable
	turn          int64 // when the present generation ends
}

// generation is how long a used address is remembered at least: about 4.3 s. The
// tables of one that is busy should fit into the processor's cache.
const generation = 1 << 32

// count returns how often the address was used before, and counts this use.
func (o *occurrences) count(now int64, address uint64) uint32 {
	return o.countAbout(now, sim.Subject(address), address)
}

// countAbout is count for an address whose subject is known: one that has others of
// the same subject for neighbours. It begins again at 0 after 16,383 uses.
func (o *occurrences) countAbout(now int64, about sim.Subject, address uint64) uint32 {
	if now >= o.turn {
		o.age(now)
	}
	key := useOf(about, address)
	u := o.present.at(key)
	if *u == 0 {
		o.present.used++
		*u = key
		if o.past.used > 0 {
			*u |= *o.past.at(key) & mostUses
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

// used is about how many bytes the addresses in use take: a table is between a quarter and a half full.
func (o *occurrences) used() int { return 24 * (o.present.used + o.past.used) }

func (o *occurrences) bytes() int { return 8 * (len(o.present.uses) + len(o.past.uses)) }

// use is an address and how often it was used: 18 bits of a hash of its subject, 32
// bits of the address, and 14 of the count, which is at least 1, so that 0 is an
// empty place. Two addresses that agree in those 50 bits share a count: in a million
// uses that happens about once in a thousand times. It depends on the addresses
// only, not on the size of the table, which a former run may have left.
type use uint64

const (
	countBits   = 14
	mostUses    = 1<<countBits - 1
	subjectBits = 18
	golden      = 0x9E3779B97F4A7C15 // 2^64 divided by the golden ratio
)

func useOf(about sim.Subject, address uint64) use {
	return use(uint64(about)*golden>>(64-subjectBits)<<(64-subjectBits) | address>>32<<countBits)
}

// useTable keeps addresses of one subject together, in two neighbouring lines of the
// processor's cache, as far as there is room: they are used within a short time.
type useTable struct {
	uses []use
	used int
}

const (
	smallTable = 1 << 8
	line       = 16 // places: a write that goes to three replicas uses about a dozen
)

// at returns the place of an address: its use, or an empty one that the caller may
// take.
func (t *useTable) at(key use) *use {
	if t.used*2 >= len(t.uses) {
		t.grow()
	}
	home := int(key>>(64-subjectBits)) * line & (len(t.uses) - 1)
	places := t.uses[home : home+line]
	for i := range places {
		if u := &places[i]; *u == 0 || *u>>countBits == key>>countBits {
			return u
		}
	}
	return t.elsewhere(key)
}

// elsewhere is the place of an address whose subject's line is full, for good.
func (t *useTable) elsewhere(key use) *use {
	mask := uint64(len(t.uses) - 1)
	for i := uint64(key>>countBits) * golden >> 32 & mask; ; i = (i + 1) & mask {
		if u := &t.uses[i]; *u == 0 || *u>>countBits == key>>countBits {
			return u
		}
	}
}

func (t *useTable) grow() {
	old := t.uses
	t.uses = make([]use, max(smallTable, 2*len(old)))
	for _, u := range old {
		if u != 0 {
			*t.at(u) = u
		}
	}
}

// clear empties the table. That takes a small share of the time that filling it took.
func (t *useTable) clear() {
	if t.used > 0 {
		clear(t.uses)
		t.used = 0
	}
}
