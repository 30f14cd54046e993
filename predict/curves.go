package predict

import (
	"math"
	"time"
)

// Curves are what many trials showed, for every R and W of N at once. A trial is a
// write of a fresh key followed by a read of it (PBS, section 5.1). Whether the read
// is consistent is decided by one time t*: how long after the acknowledgement it must
// begin at least. So one pass over the trials gives the whole curve.
type Curves struct {
	n           int
	trials      uint64
	late        []histogram // t* where it is above 0, at cell(r, w)
	read, write []histogram // latencies, at r-1 and w-1
}

// NewCurves returns curves without a trial for n replicas, n from 1 to MaxReplicas.
func NewCurves(n int) *Curves {
	return &Curves{n: n, late: make([]histogram, n*n), read: make([]histogram, n), write: make([]histogram, n)}
}

// N is the number of replicas.
func (c *Curves) N() int { return c.n }

// Trials is how many trials there were.
func (c *Curves) Trials() uint64 { return c.trials }

func (c *Curves) cell(r, w int) *histogram { return &c.late[(r-1)*c.n+w-1] }

// Merge adds the trials of other curves for as many replicas.
func (c *Curves) Merge(other *Curves) {
	c.trials += other.trials
	for i := range c.late {
		c.late[i].merge(&other.late[i])
	}
	for i := range c.read {
		c.read[i].merge(&other.read[i])
		c.write[i].merge(&other.write[i])
	}
}

// Consistent is the share of trials in which a read of R, begun t after a write of W
// was acknowledged, sees the write. A read at the very time (t = 0) is counted exactly.
func (c *Curves) Consistent(r, w int, t time.Duration) float64 {
	late := c.cell(r, w)
	stale := float64(late.count)
	if t > 0 {
		stale -= late.atMost(int64(t))
	}
	return 1 - stale/float64(c.trials)
}

// Visible is t-visibility: the least t after which at least a share of the reads sees
// the write, by nearest rank; 0 where all do that begin at the acknowledgement.
func (c *Curves) Visible(r, w int, share float64) time.Duration {
	late := c.cell(r, w)
	seen := c.trials - late.count
	if k := nearestRank(share, c.trials); k > seen {
		return late.rank(k - seen)
	}
	return 0
}

// ReadLatency is a quantile, by nearest rank, of the time until the R-th answer.
func (c *Curves) ReadLatency(r int, q float64) time.Duration {
	return c.read[r-1].rank(nearestRank(q, c.trials))
}

// WriteLatency is a quantile, by nearest rank, of the time until the W-th acknowledgement.
func (c *Curves) WriteLatency(w int, q float64) time.Duration {
	return c.write[w-1].rank(nearestRank(q, c.trials))
}

// ReadWithin is the share of reads of R that take up to t.
func (c *Curves) ReadWithin(r int, t time.Duration) float64 {
	return c.read[r-1].atMost(int64(t)) / float64(c.trials)
}

// WriteWithin is the share of writes of W that take up to t.
func (c *Curves) WriteWithin(w int, t time.Duration) float64 {
	return c.write[w-1].atMost(int64(t)) / float64(c.trials)
}

// nearestRank is the rank of a quantile among some samples.
func nearestRank(q float64, samples uint64) uint64 {
	k := uint64(math.Ceil(q*float64(samples) - 1e-9))
	return min(max(k, 1), samples)
}
