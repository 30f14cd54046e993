package scenarios

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"simrun/predict"
	"simrun/sim/random"
	"simrun/workloads"
)

// quorumText is the scenario of which the trials of a Quorum are runs.
//
//go:embed quorum.yaml
var quorumText []byte

// Quorum is the experiment behind the tables of "Probabilistically Bounded Staleness
// for Practical Partial Quorums" (Bailis et al., VLDB 2012): a client of the store
// dynamo that coordinates its own ops writes a fresh key and, a time after the
// acknowledgement, reads it. Since every message's delay is drawn by its address, it
// depends neither on R nor on W nor on when the read begins. So each trial, of which
// all messages are watched on their way, tells of every R, W and time. And each is
// run with some R, W and time, so that what it tells is held against what the
// protocol did.
type Quorum struct {
	N      int
	Legs   predict.LegSpecs
	After  []time.Duration // times between acknowledgement and read; one of the list by turns
	Trials int
	Seed   uint64
}

// The bounds of an experiment: every R and W has histograms of its own, and a count in
// them has 32 bits.
const (
	mostReplicas = 16
	maxTrials    = 1_000_000_000
)

// chunkTrials is how many trials one run has.
const chunkTrials = 1000

// chunks is how many runs there are.
func (q *Quorum) chunks() uint64 { return uint64(q.Trials+chunkTrials-1) / chunkTrials }

// Check tells what is wrong with the experiment.
func (q *Quorum) Check() error {
	switch _, err := q.Legs.Compile(); {
	case q.N < 1 || q.N > mostReplicas:
		return fmt.Errorf("n is %d: it must be from 1 to %d", q.N, mostReplicas)
	case err != nil:
		return err
	case q.Trials < 1 || q.Trials > maxTrials:
		return fmt.Errorf("%d trials: it must be from 1 to %d", q.Trials, maxTrials)
	case len(q.After) == 0:
		return errors.New("no time is given at which to read")
	case len(slices.Compact(slices.Sorted(slices.Values(q.After)))) < len(q.After):
		return errors.New("a time at which to read is given twice")
	case slices.Min(q.After) < 0:
		return errors.New("a read cannot begin before the acknowledgement")
	case slices.Max(q.After) > longestAfter:
		return fmt.Errorf("a read more than %v after the acknowledgement is beyond what is kept", longestAfter)
	}
	return nil
}

// The bounds of a trial's length: so unlikely is it that a leg takes longer than what
// is left for it; and so much is left at most.
const (
	rare         = random.Certain - random.Certain>>30
	longestTrial = 24 * time.Hour
	longestAfter = 1000 * time.Hour
)

// every is how long the world waits for all messages of a trial, virtually.
func (q *Quorum) every() time.Duration {
	legs, _ := q.Legs.Compile()
	sum := time.Millisecond
	for _, leg := range []*random.Dist{&legs.W, &legs.A, &legs.R, &legs.S} {
		sum += min(time.Duration(leg.Quantile(rare)), longestTrial)
	}
	return sum + slices.Max(q.After)
}

// Study is what an experiment found.
type Study struct {
	Quorum
	Measured *predict.Curves // what the protocol's messages tell
	Model    *predict.Curves // as many trials of the WARS model, with draws of their own
	Digest   uint64          // mix of the digests of all runs

	// Judged are the trials whose outcome was held against what the protocol did, Odd
	// those that differ, of which Oddity is one; Unfinished those with an op, or a
	// message, that the longest wait did not see end.
	Judged, Odd, Unfinished uint64
	Oddity                  string
	Interrupted             bool
}

// Run runs the experiment with so many runs at a time, which must be sound by Check.
// Progress, when not nil, is told how many trials are done, from any goroutine. When
// the context ends the study is of what was done until then.
func (q Quorum) Run(ctx context.Context, jobs int, progress func(trials uint64)) *Study {
	s := q.study()
	var next, done atomic.Uint64
	var pool sync.WaitGroup
	var failure failure
	var mutex sync.Mutex
	for range max(jobs, 1) {
		pool.Go(func() {
			defer failure.keep()
			shard, w := q.study(), newWatch(&q)
			defer func() {
				mutex.Lock()
				defer mutex.Unlock()
				s.merge(shard)
			}()
			for ctx.Err() == nil {
				i := next.Add(1) - 1
				if i >= q.chunks() {
					return
				}
				if n := done.Add(w.chunk(shard, i)); progress != nil {
					progress(n)
				}
			}
		})
	}
	pool.Wait()
	failure.raise()
	s.Interrupted = done.Load() < uint64(q.Trials)
	legs, _ := q.Legs.Compile()
	s.Model = predict.WARS(legs, q.N, int(s.Measured.Trials()), random.Mix(q.Seed, modelSeed))
	return s
}

// modelSeed keeps the draws of the model apart from those of the runs.
const modelSeed = 1 << 63

func (q *Quorum) study() *Study { return &Study{Quorum: *q, Measured: predict.NewCurves(q.N)} }

func (s *Study) merge(other *Study) {
	s.Measured.Merge(other.Measured)
	s.Digest += other.Digest
	s.Judged += other.Judged
	s.Unfinished += other.Unfinished
	s.odd(other.Odd, other.Oddity)
}

// odd counts trials that were otherwise than they should be. Of the texts about them
// the first by the alphabet is kept, so that it does not depend on who came first.
func (s *Study) odd(count uint64, text string) {
	s.Odd += count
	if count > 0 && (s.Oddity == "" || text < s.Oddity) {
		s.Oddity = text
	}
}

// torn tells whether so many trials have not ended that the others do not speak for
// all of them. Those that take longest are missing, so a share may be off by as many
// trials: by more than a standard error of the share at which the times of visibility
// are taken.
func (s *Study) torn() bool {
	all := float64(s.Judged + s.Unfinished)
	return float64(s.Unfinished) > math.Sqrt(visibleShare*(1-visibleShare)*all)
}

// unfinishedWords speak of the trials that have not ended, if there are any.
func (s *Study) unfinishedWords() []string {
	if s.Unfinished == 0 {
		return nil
	}
	text := fmt.Sprintf("%d trials were not over after %v and count for nothing.", s.Unfinished, s.every())
	if s.torn() {
		text += " They are those that take longest: so the figures are too good, and whether they agree with the model, which leaves nothing out, is not judged."
	}
	return []string{text}
}

// scenario is that of the trials, with the least quorums.
func (q *Quorum) scenario() *Scenario {
	n := fmt.Sprint(q.N)
	plan, err := Load("quorum.yaml", quorumText, Edit{Path: "topology.nodes", Value: n}, Edit{Path: "protocol.n", Value: n})
	if err != nil {
		panic(err) // the file ships with the program
	}
	s := plan.Cells[0].Scenario
	for i, name := range predict.LegNames() {
		s.Topology.ClientLink.Legs[i].Latency = *q.Legs.Leg(name)
	}
	every := q.every()
	s.Workload = &workloads.Probe{Clients: 1, Every: every, Timeout: every, After: q.After}
	s.Duration = chunkTrials * every
	return &s
}
