package record

import (
	"math/bits"
	"time"

	"simrun/sim"
)

// Clock says how a node's monotonic clock runs from a true time on: it shows Base then, and
// Rate nanoseconds pass on it in one true second. A node without any keeps true time.
type Clock struct {
	At   time.Duration
	Base time.Duration
	Rate int64
	Node sim.NodeID
}

// TrueTime is when a node's monotonic clock shows a time, rounded up.
func (r *Run) TrueTime(node sim.NodeID, shown time.Duration) time.Duration {
	now := Clock{Rate: int64(time.Second)}
	for _, c := range r.Clocks {
		if c.Node == node && c.Base <= shown {
			now = c
		}
	}
	hi, lo := bits.Mul64(uint64(max(shown-now.Base, 0)), uint64(time.Second))
	lo, carry := bits.Add64(lo, uint64(now.Rate-1), 0)
	if hi += carry; hi >= uint64(now.Rate) {
		return 1<<63 - 1
	}
	q, _ := bits.Div64(hi, lo, uint64(now.Rate))
	return now.At + time.Duration(min(q, 1<<62))
}
