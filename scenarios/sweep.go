package scenarios

import (
	"context"
	"sync"
	"sync/atomic"

	"simrun/results"
)

// SweepOptions say how a sweep is done; none of them changes what it finds.
type SweepOptions struct {
	Jobs   int // runs at a time, at least 1
	Limits Limits
	// Progress, when not nil, is told how many runs are done, from any goroutine.
	Progress func(done uint64)
}

// Sweep runs a plan with every seed from one to another, both included. It stops
// early when the context ends, and returns what it has. The result does not depend
// on how many jobs there are, nor on which finished first.
func (p *Plan) Sweep(ctx context.Context, from, to uint64, o SweepOptions) *results.Sweep {
	total := results.NewSweep(from, to)
	p.label(total)
	jobs := max(o.Jobs, 1)
	shards := make([]*results.Sweep, jobs)
	var next, done atomic.Uint64
	next.Store(from)
	o.Limits.Interrupted = func() bool { return ctx.Err() != nil }
	var pool sync.WaitGroup
	var failure failure
	for i := range shards {
		shards[i] = new(results.Sweep)
		p.label(shards[i])
		pool.Go(func() {
			defer failure.keep()
			r := p.NewRunner(o.Limits, Tape{})
			for {
				seed := next.Add(1) - 1
				if seed > to || seed < from || ctx.Err() != nil {
					return
				}
				run := r.Run(seed)
				if ctx.Err() != nil {
					return // cut off in the middle: it counts for nothing
				}
				shards[i].Add(run)
				if n := done.Add(1); o.Progress != nil {
					o.Progress(n)
				}
			}
		})
	}
	pool.Wait()
	failure.raise()
	for _, s := range shards {
		total.Merge(s)
	}
	total.Interrupted = ctx.Err() != nil
	return total
}

// label says of which scenario a sweep is.
func (p *Plan) label(s *results.Sweep) {
	s.Scenario, s.Title, s.Engine = p.Scenario.Name, p.Scenario.About, Engine
	s.RequireRuns = p.Scenario.RequiresRuns
}
