package predict

import (
	"math"
	"time"
)

// Apart is how many standard errors two shares lie apart that were estimated from so
// many independent trials each, by the pooled share; 0 where both are all or nothing.
func Apart(p float64, of uint64, q float64, from uint64) float64 {
	m, n := float64(of), float64(from)
	pooled := (p*m + q*n) / (m + n)
	if spread := pooled * (1 - pooled); spread > 0 {
		return (p - q) / math.Sqrt(spread*(1/m+1/n))
	}
	return 0
}

// ConsistentApart is how far the shares of consistent reads at t lie apart.
func (c *Curves) ConsistentApart(other *Curves, r, w int, t time.Duration) float64 {
	return Apart(c.Consistent(r, w, t), c.trials, other.Consistent(r, w, t), other.trials)
}

// VisibleApart is how far two times of visibility lie apart. A quantile has no
// standard error that would not depend on the law; the shares up to their middle have.
func (c *Curves) VisibleApart(other *Curves, r, w int, share float64) float64 {
	return c.ConsistentApart(other, r, w, (c.Visible(r, w, share)+other.Visible(r, w, share))/2)
}

// ReadApart is how far quantiles of the read latency lie apart, likewise.
func (c *Curves) ReadApart(other *Curves, r int, q float64) float64 {
	t := (c.ReadLatency(r, q) + other.ReadLatency(r, q)) / 2
	return Apart(c.ReadWithin(r, t), c.trials, other.ReadWithin(r, t), other.trials)
}

// WriteApart is how far quantiles of the write latency lie apart, likewise.
func (c *Curves) WriteApart(other *Curves, w int, q float64) float64 {
	t := (c.WriteLatency(w, q) + other.WriteLatency(w, q)) / 2
	return Apart(c.WriteWithin(w, t), c.trials, other.WriteWithin(w, t), other.trials)
}
