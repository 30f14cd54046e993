package dynamo

import (
	"cmp"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/workloads"
)

const ms = time.Millisecond

// universe is what the tests in whole worlds vary.
type universe struct {
	config  Config
	servers int
	latency random.Spec
	legs    []network.Leg
	sync    time.Duration
	work    workloads.Workload
	last    time.Duration
	nemesis *fault.Nemesis
	always  fault.Schedule // besides the nemesis
	keep    uint32
	quiet   time.Duration // 0 is 300 ms
	check   bool
}

// pace is readers and writers of few keys: many ops overlap.
func pace() *workloads.ReadWrite {
	rate, _ := random.ParseRate("300/s")
	half, _ := random.ParseProbability("0.5")
	some, _ := random.ParseProbability("0.05")
	return &workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 3, Pace: "open", Arrivals: "poisson", Sessions: 2}, Rate: rate, Reads: half,
		Deletes: some, Keys: 3, Choice: "uniform", Timeout: 60 * ms, ReadAt: "strongest", Size: 10, Final: true,
	}
}

func (u *universe) world(t testing.TB) *kernel.World {
	require.NoError(t, u.config.Check())
	latency, err := u.latency.Compile()
	require.NoError(t, err)
	syncTime, err := random.Always(u.sync).Compile()
	require.NoError(t, err)
	c := kernel.Config{
		Schedule: u.always,
		Work:     u.last, Quiet: cmp.Or(u.quiet, 300*ms), Settle: 3 * time.Second, Final: 2 * time.Second, Keep: u.keep, Check: u.check,
		Network: network.Config{Links: []network.Link{{Latency: latency, Legs: u.legs}}},
	}
	var members []sim.NodeID
	for i := range u.servers {
		members = append(members, sim.NodeID(i+1))
	}
	for i := range u.servers {
		c.Nodes = append(c.Nodes, kernel.Node{Name: fmt.Sprint("n", i+1), New: New(u.config, members), Sync: syncTime, Checksums: true})
	}
	client := u.work.Maker()
	for i := range u.work.Count() {
		near := members[i%u.servers]
		connect := func() kv.Client { return NewClient(u.config, members, near) }
		o := workloads.Options{Client: uint16(i + 1), Connect: connect, End: u.last}
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: fmt.Sprint("c", i+1), Client: true, Sync: syncTime,
			New: func(sim.NodeID) sim.Node { return client(o) },
		})
	}
	if u.nemesis != nil {
		var names []string
		for i := range u.servers {
			names = append(names, fmt.Sprint("n", i+1))
		}
		c.Nemesis = func(s *random.Source) fault.Schedule {
			draw := func(subject uint64, p random.Purpose) uint64 { return s.Draw(random.Address(subject), p) }
			return u.nemesis.Schedule(draw, names, nil, u.last)
		}
	}
	return kernel.New(c)
}

// seeds is how many universes a test visits.
func seeds(few uint64) uint64 {
	if os.Getenv("SIMRUN_LONG") != "" {
		return 50 * few
	}
	return few
}

// judge runs a universe under many seeds; no checker named may find anything.
func (u *universe) judge(t *testing.T, few uint64, never ...string) {
	w := u.world(t)
	acked := 0
	for seed := uint64(1); seed <= seeds(few); seed++ {
		run := w.Run(seed)
		require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
		for i := range run.History.Ops {
			if run.History.Ops[i].Outcome == sim.OK {
				acked++
			}
		}
		for name, report := range judged(run, u.config.Siblings()) {
			for _, forbidden := range never {
				if name == forbidden {
					require.NotEqual(t, checks.Fail, report.Verdict.Result, "seed %d, %s: %s\n%s", seed, name,
						report.Verdict.Why, report.Verdict.Witness.Text)
				}
			}
		}
	}
	require.Greater(t, acked, 100*int(seeds(few)), "almost nothing was answered")
}

func judged(run *record.Run, siblings bool) map[string]checks.Report {
	reports := map[string]checks.Report{}
	for _, r := range checks.Judge(run, checks.Options{Commits: true, Siblings: siblings}) {
		reports[r.Verdict.Checker] = r
	}
	return reports
}

// storm is every fault that leaves what is durable and wall clocks alone.
func storm(t *testing.T) *fault.Nemesis {
	n := fault.NewNemesis()
	n.Kinds = []string{
		"partition", "one-way", "isolate", "jam", "hold", "crash", "crash-at",
		"torn", "fail-sync", "pause", "loss", "duplicate", "delay", "reorder", "slow", "slow-disk",
	}
	n.Shortest, n.Longest, n.Gap, n.MostDelay, n.Chance = 20*ms, 500*ms, 100*ms, 50*ms, 1<<63
	require.NoError(t, n.Check())
	return &n
}

func exponential(mean time.Duration) random.Spec {
	return random.Spec{Exponential: &random.Exponential{Mean: mean}}
}

// TestAtomicRegister is the promise of quorums that overlap, last-write-wins by
// clocks that agree, and write-backs: an atomic register, whatever the network,
// the processes and unsynced disks do.
func TestAtomicRegister(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		c.Versions, c.ReadRepair = "lww", "sync"
		for _, attempts := range []int{1, 3} {
			c.Attempts, c.AttemptTimeout = attempts, 20*ms
			u := universe{config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: storm(t)}
			u.judge(t, 15, "linearizable", "stale_reads", "lost_writes", "order_inversions", "dirty_reads", "quorum_overlap")
		}
	})
}

// TestSiblingsLoseNothing is the promise of dotted version vectors under quorums
// that overlap.
func TestSiblingsLoseNothing(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		for _, repair := range []string{"none", "async", "sync"} {
			c.ReadRepair = repair
			u := universe{config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: storm(t)}
			u.judge(t, 8, "stale_reads", "lost_writes", "lost_updates", "masked_losses", "discarded_writes", "quorum_overlap")
		}
	})
}

// TestWithoutOverlap proves that the tests above can fail.
func TestWithoutOverlap(t *testing.T) {
	c := Defaults()
	c.R, c.W, c.ReadRepair, c.Versions, c.Coordinator = 1, 1, "none", "lww", "client"
	u := universe{config: c, servers: 3, latency: exponential(5 * ms), sync: ms, work: pace(), last: 2 * time.Second}
	reports := judged(u.world(t).Run(1), false)
	for _, name := range []string{"stale_reads", "linearizable", "discarded_writes", "quorum_overlap"} {
		require.Equal(t, checks.Fail, reports[name].Verdict.Result, name)
	}
}

// TestClocksThatLie shows what last-write-wins costs where clocks disagree.
func TestClocksThatLie(t *testing.T) {
	c := Defaults()
	c.ReadRepair, c.Versions = "sync", "lww"
	u := universe{config: c, servers: 3, latency: exponential(2 * ms), sync: ms, work: pace(), last: time.Second}
	w := u.world(t)
	require.NotEqual(t, checks.Fail, judged(w.Run(1), false)["linearizable"].Verdict.Result)
	jump := fault.NewNemesis()
	jump.Kinds, jump.Chance, jump.Gap = []string{"clock-jump"}, random.Certain, 0
	u.nemesis = &jump
	w = u.world(t)
	inversions := 0
	for seed := uint64(1); seed <= 5; seed++ {
		if judged(w.Run(seed), false)["order_inversions"].Verdict.Result == checks.Fail {
			inversions++
		}
	}
	require.NotZero(t, inversions)
}

// TestSameSeedSameWorld compares two worlds, and one world with itself, and has the
// kernel verify that nothing handed over is changed.
func TestSameSeedSameWorld(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		for _, fanout := range []string{"all", "w", "through-one"} {
			c.WriteFanout, c.ReadFanout, c.Attempts, c.AttemptTimeout = fanout, "r", 3, 20*ms
			u := universe{
				config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: time.Second,
				nemesis: storm(t), check: true,
			}
			one, other := u.world(t), u.world(t)
			run := one.Run(7)
			require.Equal(t, record.Finished, run.Stop.Reason, run.Stop.Panic)
			digest := run.Digest
			require.NotEqual(t, digest, one.Run(8).Digest)
			require.Equal(t, digest, one.Run(7).Digest)
			require.Equal(t, digest, other.Run(7).Digest)
		}
	})
}
