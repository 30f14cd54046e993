package resolve

import "time"

// Clock gives stamps to writes. It is one leader's; a zero one has given none. What it has
// given, and seen, must be seen again by who begins anew from a disk.
type Clock struct {
	// Rule says what sort of clock it is.
	Rule Rule
	// Rank is the leader's number, for the rule HighestNode: its stamps tell nothing else.
	Rank uint64
	// Drift is how far ahead of this node's clock a stamp of another may be to be believed
	// by a hybrid clock; 0 believes any (Kulkarni et al., section 4.2).
	Drift time.Duration
	last  uint64
}

// logicalBits are the low bits of a hybrid stamp that count events of one instant; those
// above are physical time, in units of 65.5 µs (Kulkarni, Demirbas, Madappa, Avva and
// Leone, "Logical Physical Clocks", OPODIS 2014, section 6.2).
const logicalBits = 16

// worldBegan is 9 September 2001, in nanoseconds since 1970: when every world begins, so
// that no clock that is behind is below zero.
const worldBegan = 1_000_000_000 * 1_000_000_000

// physical is a wall clock's time in nanoseconds since 1970.
func physical(wall time.Duration) uint64 { return uint64(worldBegan + int64(wall)) }

// Next is the stamp of a write that happens at a time of the node's wall clock.
func (c *Clock) Next(wall time.Duration) uint64 {
	switch c.Rule {
	case Wall:
		return physical(wall)
	case HighestNode:
		return c.Rank
	case Lamport, LWWRegister:
		c.last++ // Lamport 1978, rule IR1
		return c.last
	}
	// Figure 5 of the paper, a local event. In one word, to take the greater of l and the
	// physical time, and to count c up if l stays, is this:
	c.last = max(c.last+1, physical(wall)>>logicalBits<<logicalBits)
	return c.last
}

// See takes in the stamp of a write that arrives. It returns false where a hybrid clock
// does not believe it: the clock does not follow, and the write is as old as it says.
func (c *Clock) See(stamp uint64, wall time.Duration) bool {
	switch c.Rule {
	case Wall, HighestNode:
		return true
	case Lamport, LWWRegister:
	default:
		if c.Drift > 0 && stamp > physical(wall)+uint64(c.Drift) {
			return false
		}
	}
	// IR2, and figure 5's receipt: what comes next is greater than both.
	c.last = max(c.last, stamp)
	return true
}

// Ahead is how far a hybrid clock is ahead of the node's wall clock, 0 if it is not. It is
// bounded by how far apart the clocks of all nodes are (the paper's theorem 3).
func (c *Clock) Ahead(wall time.Duration) time.Duration {
	if now := physical(wall); c.Rule != Wall && c.Rule != Lamport && c.last > now {
		return time.Duration(c.last - now)
	}
	return 0
}
