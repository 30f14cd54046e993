package versions

import (
	"cmp"
	"slices"

	"simrun/nodes/kv"
	"simrun/sim"
)

// Covers tells whether a version vector stands for the write that is a dot.
func Covers(c kv.Context, d kv.Dot) bool {
	for i := range c {
		if c[i].Actor >= d.Actor {
			return c[i].Actor == d.Actor && d.Counter <= c[i].Counter
		}
	}
	return false
}

// Includes tells whether a version vector covers all that another one covers.
func Includes(c, other kv.Context) bool {
	for _, d := range other {
		if !Covers(c, d) {
			return false
		}
	}
	return true
}

// Join is the least version vector that covers what either covers.
func Join(a, b kv.Context) kv.Context {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	joined := make(kv.Context, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].Actor < b[0].Actor:
			joined, a = append(joined, a[0]), a[1:]
		case a[0].Actor > b[0].Actor:
			joined, b = append(joined, b[0]), b[1:]
		default:
			dot := kv.Dot{Actor: a[0].Actor, Counter: max(a[0].Counter, b[0].Counter)}
			joined, a, b = append(joined, dot), a[1:], b[1:]
		}
	}
	return append(append(joined, a...), b...)
}

// Truncated is a version vector of at most n entries: those with the least counters go
// first. It then covers less than it did (Dynamo, section 4.4).
func Truncated(c kv.Context, n int) kv.Context {
	if len(c) <= n {
		return c
	}
	byAge := slices.Clone(c)
	slices.SortFunc(byAge, func(a, b kv.Dot) int {
		return cmp.Or(cmp.Compare(b.Counter, a.Counter), cmp.Compare(a.Actor, b.Actor))
	})
	left := byAge[:n]
	slices.SortFunc(left, compareDots)
	return left
}

// Context covers the versions of a set and all that they replaced.
func (s Set) Context() kv.Context {
	var c kv.Context
	for i := range s {
		c = Join(c, s[i].After())
	}
	return c
}

// ReadBy is the past of a version under last-write-wins: the writes that its
// writer had read.
func ReadBy(parents []sim.OpID) kv.Context {
	if len(parents) == 0 {
		return nil
	}
	past := make(kv.Context, len(parents))
	for i, op := range parents {
		past[i] = opDot(op)
	}
	return past
}

// Reads tells whether a past under last-write-wins lists a write.
func Reads(past kv.Context, op sim.OpID) bool {
	for _, d := range past {
		if d == opDot(op) {
			return true
		}
	}
	return false
}

func opDot(op sim.OpID) kv.Dot {
	return kv.Dot{Actor: uint32(op.Client()), Counter: uint64(op.Number())}
}
