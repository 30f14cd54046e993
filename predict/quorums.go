package predict

import (
	"fmt"
	"math"
)

// Quorums are the sizes of a quorum system: each key has N replicas, a read waits for
// R of them and a write for W.
type Quorums struct{ N, R, W int }

// MaxReplicas is the greatest N.
const MaxReplicas = 64

// Check tells what is wrong with the sizes.
func (q Quorums) Check() error {
	switch {
	case q.N < 1 || q.N > MaxReplicas:
		return fmt.Errorf("n is %d: it must be from 1 to %d", q.N, MaxReplicas)
	case q.R < 1 || q.R > q.N:
		return fmt.Errorf("r is %d: with n = %d it must be from 1 to %d", q.R, q.N, q.N)
	case q.W < 1 || q.W > q.N:
		return fmt.Errorf("w is %d: with n = %d it must be from 1 to %d", q.W, q.N, q.N)
	}
	return nil
}

// Overlap tells whether every read quorum shares a replica with every write quorum
// (Gifford, SOSP 1979: r + w > n).
func (q Quorums) Overlap() bool { return q.R+q.W > q.N }

// Disjoint is the probability that R replicas drawn at random share none with W
// replicas drawn at random: C(N-W,R)/C(N,R) (PBS, equation 1). So often a read
// misses a write that goes to W drawn replicas and no further.
func (q Quorums) Disjoint() float64 {
	if q.Overlap() {
		return 0
	}
	p := 1.0
	for i := range q.R {
		p *= float64(q.N-q.W-i) / float64(q.N-i)
	}
	return p
}

// Behind is the probability that a read of drawn replicas misses all of the last k
// writes, each to W drawn replicas of its own: Disjoint to the power of k (PBS,
// equation 2: k-staleness).
func (q Quorums) Behind(k int) float64 { return math.Pow(q.Disjoint(), float64(k)) }

// Expanding is the probability that a read of R drawn replicas misses a write that
// was acknowledged by the first W some time before, where only the way of the write
// takes time: exponential, and age is the time since the acknowledgement divided by
// its mean. Each replica that did not acknowledge still lacks it with e^-age.
func (q Quorums) Expanding(age float64) float64 {
	return q.Disjoint() * math.Exp(-float64(q.R)*age)
}

// Available is the probability that at least need of N replicas are up, each being
// down with probability down, whatever the others are.
func Available(n, need int, down float64) float64 {
	sum := 0.0
	for up := max(need, 0); up <= n; up++ {
		sum += Choose(n, up) * math.Pow(1-down, float64(up)) * math.Pow(down, float64(n-up))
	}
	return min(sum, 1)
}

// Majority is the size of the smallest quorums of which any two overlap.
func Majority(n int) int { return n/2 + 1 }

// MajorityAvailable is the probability that a majority of N replicas is up.
func MajorityAvailable(n int, down float64) float64 { return Available(n, Majority(n), down) }

// MajorityLoad is the share of ops that the busiest replica takes part in where each
// op goes to a majority drawn at random (Naor and Wool, SIAM J. Comput. 1998).
func MajorityLoad(n int) float64 { return float64(Majority(n)) / float64(n) }

// Choose is the number of ways to choose k of n things, 0 where there are not so many.
func Choose(n, k int) float64 {
	if k < 0 || k > n {
		return 0
	}
	c := 1.0
	for i := range min(k, n-k) {
		c = c * float64(n-i) / float64(i+1)
	}
	return math.Round(c)
}
