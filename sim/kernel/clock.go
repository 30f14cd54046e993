package kernel

import (
	"math/bits"
	"time"
)

// clock is a node's idea of time. Both clocks run at the same rate; the wall clock
// has an offset besides. The rate is an integer, 10^9 plus the drift in parts per
// billion.
type clock struct {
	rate   int64 // monotonic nanoseconds that pass in one true second
	since  int64 // true time of the last change of rate
	base   int64 // monotonic time then
	offset int64 // of the wall clock against the monotonic one
}

const second = int64(time.Second)

func (c *clock) reset(drift int64, offset time.Duration) {
	*c = clock{rate: second + drift, offset: int64(offset)}
}

// mono is the monotonic time at a true time.
func (c *clock) mono(now int64) int64 {
	if c.rate == second {
		return c.base + now - c.since
	}
	return c.base + scale(now-c.since, c.rate, second, 0)
}

// trueTime is the first true time at which the monotonic clock shows at least due:
// rounded up, so that no timer fires early.
func (c *clock) trueTime(due int64) int64 {
	if c.rate == second {
		return c.since + due - c.base
	}
	if due <= c.base {
		return c.since
	}
	return min(c.since+scale(due-c.base, second, c.rate, uint64(c.rate-1)), never)
}

// setRate changes the rate from a true time on.
func (c *clock) setRate(now, rate int64) {
	c.base, c.since, c.rate = c.mono(now), now, rate
}

// never is a time that no run reaches, about 146 years, and the most that scale
// gives: sums of two still fit.
const never = 1 << 62

// scale is (d*times+add)/by in 128 bits, at most never. Nothing is negative.
func scale(d, times, by int64, add uint64) int64 {
	hi, lo := bits.Mul64(uint64(d), uint64(times))
	lo, carry := bits.Add64(lo, add, 0)
	if hi += carry; hi >= uint64(by) {
		return never
	}
	q, _ := bits.Div64(hi, lo, uint64(by))
	return int64(min(q, never))
}
