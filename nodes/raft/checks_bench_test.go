//go:build linux

package raft_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"simrun/checks"
	"simrun/nodes/raft"
	"simrun/sim"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/record"
)

// BenchmarkChecks is what it costs to look, in nanoseconds of processor time for each op of a
// busy cluster of three: the run alone; what recording the facts, comparing what is handed
// over with what was sent, and tracing add to it; each judge alone, on a run of its own; and
// all judges together, which share what they work out. All take turns; the figures are medians.
func BenchmarkChecks(b *testing.B) {
	bare := runs(func(c *kernel.Config) { c.Keep = 1 << sim.Role })
	facts := runs(func(*kernel.Config) {})
	compared := runs(func(c *kernel.Config) { c.Keep, c.Check = 1<<sim.Role, true })
	traced := runs(func(c *kernel.Config) { c.Keep, c.Trace = 1<<sim.Role, true })
	subject := facts()
	costs := map[string][]float64{}
	spend := func(name string, f func()) {
		runtime.GC() // what the others left is not its to clear away
		start := processTime()
		f()
		costs[name] = append(costs[name], float64(processTime()-start)/float64(len(subject.History.Ops)))
	}
	for turn := 0; turn < max(b.N, 5); turn++ {
		spend("run+check", func() { compared() })
		spend("run+trace", func() { traced() })
		spend("run+facts", func() { subject = facts() })
		spend("run", func() { bare() })
		for _, c := range checks.All() {
			spend(c.Name, func() { c.Judge(subject, checks.Options{Commits: true}) })
		}
		spend("all-judges", func() { checks.Judge(subject, checks.Options{Commits: true}) })
	}
	b.ReportMetric(0, "ns/op") // wall time of all together: of no use
	for name, spent := range costs {
		b.ReportMetric(slices.Sorted(slices.Values(spent))[len(spent)/2], name+"-ns/op")
	}
}

// runs makes a world of 4,000 ops a second and returns what runs it.
func runs(change func(*kernel.Config)) func() *record.Run {
	c := world(4*time.Second, 3, raft.Defaults(), load("1000"), network.Link{Latency: exponential(ms)})
	c.Check = false
	change(&c)
	w := kernel.New(c)
	return func() *record.Run { return w.Run(1) }
}

func processTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		panic(err)
	}
	return time.Duration(ts.Nano())
}
