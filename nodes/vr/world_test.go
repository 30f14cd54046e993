package vr_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/nodes/kv"
	"simrun/nodes/vr"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/workloads"
)

const ms = time.Millisecond

func dist(s random.Spec) random.Dist {
	d, err := s.Compile()
	if err != nil {
		panic(err)
	}
	return d
}

func exponential(mean time.Duration) random.Dist {
	return dist(random.Spec{Exponential: &random.Exponential{Mean: mean}})
}

// names are those of n servers.
func names(n int) []string {
	var all []string
	for i := range n {
		all = append(all, "n"+string(rune('1'+i)))
	}
	return all
}

// world is servers n1, n2, ... with clients, the i-th nearest to the i-th of them.
func world(length time.Duration, servers int, config vr.Config, work workloads.ReadWrite, link network.Link) kernel.Config {
	c := kernel.Config{
		Work: length, Quiet: 5 * time.Second, Settle: time.Minute, Final: time.Second,
		Network: network.Config{Links: []network.Link{link}}, Check: true,
	}
	var members []sim.NodeID
	for i := range servers {
		members = append(members, sim.NodeID(i+1))
	}
	for _, name := range names(servers) {
		c.Nodes = append(c.Nodes, kernel.Node{Name: name, New: vr.New(config, members), Sync: exponential(ms), Checksums: true})
	}
	maker := work.Maker()
	for i := range work.Clients {
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: "c" + string(rune('1'+i)), Client: true,
			New: func(sim.NodeID) sim.Node {
				return maker(workloads.Options{
					Client: uint16(i + 1), End: c.Work,
					Connect: func() kv.Client { return vr.NewClient(config, members, members[i%servers]) },
				})
			},
		})
	}
	return c
}

func decimal(text string) random.Decimal {
	d, err := random.ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

func load(rate string) workloads.ReadWrite {
	return workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 4, Pace: "open", Arrivals: "poisson", Sessions: 8},
		Rate:      random.PerSecond(decimal(rate)), Reads: 1 << 63, CAS: 1 << 62, Deletes: 1 << 61, Keys: 3, Choice: "uniform",
		Timeout: time.Second, ReadAt: "strongest", Final: true,
	}
}

func seeds(some, many uint64) uint64 {
	if os.Getenv("SIMRUN_LONG") != "" {
		return many
	}
	return some
}

// always are the verdicts that no fault of the claim may spoil, whatever the read path.
var always = map[string]bool{
	"lost_writes": true, "masked_losses": true, "dirty_reads": true, "aborted_reads": true, "one_leader": true,
	"one_membership": true, "one_vote": true, "one_value": true, "applied_in_order": true, "exactly_once": true,
	"leader_completeness": true, "log_matching": true, "durable_majority": true, "promises_kept": true, "configurations_intersect": true,
	"leases_exclusive": true, "recovered": true, "order_inversions": true, "replicas_agree": true, "converged": true, "discarded_writes": true,
}

func requireSound(t *testing.T, run *record.Run, seed uint64, also ...string) {
	t.Helper()
	require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
	require.True(t, run.Phases.Converged, "seed %d did not settle", seed)
	for _, report := range checks.Judge(run, checks.Options{Commits: true}) {
		v := report.Verdict
		asked := always[v.Checker]
		for _, name := range also {
			asked = (asked || name == v.Checker) && name != "-"+v.Checker
		}
		if asked && v.Result == checks.Fail {
			t.Fatalf("seed %d: %s: %s %s", seed, v.Checker, v.Why, v.Witness.Text)
		}
	}
}

func TestWholeWorldWithoutFaults(t *testing.T) {
	for _, reads := range []string{"log", "read-index", "leader", "replica"} {
		config := vr.Defaults()
		config.Reads = reads
		c := world(4*time.Second, 3, config, load("200"), network.Link{Latency: exponential(2 * ms)})
		run := kernel.New(c).Run(7)
		requireSound(t, run, 7)
		if reads != "replica" {
			requireSound(t, run, 7, "linearizable")
		}
		counts := map[sim.Outcome]int{}
		for i := range run.History.Ops {
			counts[run.History.Ops[i].Outcome]++
		}
		t.Logf("%s %v", reads, counts)
		require.Greater(t, counts[sim.OK], 600, reads)
		require.Equal(t, run.Digest, kernel.New(c).Run(7).Digest)
	}
}

// stormy is a world under drawn faults, all of the claim, with short timeouts and small batches.
func stormy(config vr.Config, servers int, nemesis fault.Nemesis) kernel.Config {
	config.Batch, config.Window = 3, 2
	work := load("60")
	work.Timeout = 500 * ms
	c := world(4*time.Second, servers, config, work, network.Link{Latency: exponential(2 * ms)})
	nemesis.MostFactor, nemesis.MostDelay = 5, 50*ms
	c.Nemesis = func(source *random.Source) fault.Schedule {
		draw := func(subject uint64, purpose random.Purpose) uint64 {
			return source.Draw(random.Address(subject), purpose)
		}
		return nemesis.Schedule(draw, names(servers), nil, 4*time.Second)
	}
	return c
}

// Section 4: safety does not depend on timing, nor on anything that the claim allows.
func TestNoFaultThatKeepsDisksBreaksLinearizability(t *testing.T) {
	for _, reads := range []string{"read-index", "log"} {
		t.Run(reads, func(t *testing.T) {
			config := vr.Defaults()
			config.Reads, config.SnapshotEvery, config.Keep = reads, 20, 3
			w := kernel.New(stormy(config, 3, fault.NewNemesis()))
			for seed := range seeds(25, 3000) {
				requireSound(t, w.Run(seed), seed, "linearizable")
			}
		})
	}
}

func TestClusterSizes(t *testing.T) {
	for _, servers := range []int{1, 2, 4, 7} {
		for _, reads := range []string{"read-index", "log"} {
			config := vr.Defaults()
			config.Reads = reads
			run := kernel.New(world(2*time.Second, servers, config, load("100"), network.Link{Latency: exponential(2 * ms)})).Run(3)
			requireSound(t, run, 3, "linearizable")
			ok := 0
			for i := range run.History.Ops {
				if run.History.Ops[i].Outcome == sim.OK {
					ok++
				}
			}
			require.Greater(t, ok, 120, "%d servers, %s", servers, reads)
		}
	}
}

// Section 4.3: while no more than f replicas are without their logs at once, all come back, and nothing is
// lost; messages that are late, lost or doubled change nothing.
func TestRecoveryWithoutDisks(t *testing.T) {
	nemesis := fault.NewNemesis()
	nemesis.Kinds, nemesis.Most = []string{"loss", "duplicate", "reorder", "delay", "late", "elect", "slow-disk"}, 3
	config := vr.Defaults()
	config.Durable, config.SnapshotEvery, config.Reads = "view", 20, "read-index"
	c := stormy(config, 5, nemesis)
	for i, at := range []time.Duration{200 * ms, 1100 * ms, 2000 * ms, 2900 * ms} {
		pair := fault.Targets{fault.Target(names(5)[i]), fault.Target(names(5)[(2*i+2)%5])}
		c.Schedule = append(c.Schedule, fault.Entry{At: at, For: 100 * ms, Fault: fault.Crash{Targets: pair}})
	}
	w := kernel.New(c)
	all, came := 0, 0
	for seed := range seeds(25, 2000) {
		run := w.Run(seed)
		// What is in memory is on no disk, so that what judges disks has nothing to say.
		asked := []string{"linearizable", "-durable_majority", "-leader_completeness"}
		all++
		if mostWithoutLogs(run) > 2 {
			asked = append(asked, "-converged", "-recovered", "-lost_writes", "-masked_losses") // nobody comes back
		} else {
			came++
		}
		requireSound(t, run, seed, asked...)
	}
	require.Greater(t, 10*came, 9*all, "pairs are apart, but for where disks and messages are very slow")
}

// mostWithoutLogs is how many replicas had come back and did not have their logs yet, at most.
func mostWithoutLogs(run *record.Run) (most int) {
	without := map[sim.NodeID]bool{}
	for i := range run.Observations {
		switch o := &run.Observations[i]; {
		case o.Fact == sim.Role && o.Why == sim.Held:
			delete(without, o.Node)
		case o.Fact == sim.Promised && o.Life > 1 && o.At > 0 && isFirst(run, i):
			without[o.Node] = true
			most = max(most, len(without))
		}
	}
	return most
}

// isFirst tells whether a node states nothing before in the same life.
func isFirst(run *record.Run, at int) bool {
	for i := at - 1; i >= 0; i-- {
		if o := &run.Observations[i]; o.Node == run.Observations[at].Node {
			return o.Life != run.Observations[at].Life
		}
	}
	return true
}
