package isr_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/nodes/isr"
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

func exponential(mean time.Duration) random.Dist {
	d, err := random.Spec{Exponential: &random.Exponential{Mean: mean}}.Compile()
	if err != nil {
		panic(err)
	}
	return d
}

// names are those of n servers, of which the last is the controller.
func names(n int) (all []string) {
	for i := range n {
		all = append(all, "n"+string(rune('1'+i)))
	}
	return all
}

// world is servers n1, n2, ... with clients, the i-th nearest to the i-th of them.
func world(length time.Duration, servers int, config isr.Config, work workloads.ReadWrite) kernel.Config {
	c := kernel.Config{
		Work: length, Quiet: time.Second, Settle: time.Minute, Final: time.Second, Check: true,
		Network: network.Config{Links: []network.Link{{Latency: exponential(2 * ms)}}},
	}
	var members []sim.NodeID
	for i := range servers {
		members = append(members, sim.NodeID(i+1))
	}
	for _, name := range names(servers) {
		c.Nodes = append(c.Nodes, kernel.Node{Name: name, New: isr.New(config, members), Sync: exponential(ms), Checksums: true})
	}
	maker := work.Maker()
	for i := range work.Clients {
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: "c" + string(rune('1'+i)), Client: true,
			New: func(sim.NodeID) sim.Node {
				return maker(workloads.Options{
					Client: uint16(i + 1), End: c.Work,
					Connect: func() kv.Client { return isr.NewClient(config, members, members[i%(servers-1)]) },
				})
			},
		})
	}
	return c
}

func load(rate string) workloads.ReadWrite {
	d, err := random.ParseDecimal(rate)
	if err != nil {
		panic(err)
	}
	return workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 4, Pace: "open", Arrivals: "poisson", Sessions: 8},
		Rate:      random.PerSecond(d), Reads: 1 << 63, CAS: 1 << 62, Deletes: 1 << 61, Keys: 3, Choice: "uniform",
		Timeout: 500 * ms, ReadAt: "strongest", Final: true,
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
	"lost_writes": true, "masked_losses": true, "dirty_reads": true, "aborted_reads": true, "one_leader": true, "one_vote": true,
	"one_value": true, "applied_in_order": true, "exactly_once": true, "leader_completeness": true, "log_matching": true,
	"durable_majority": true, "configurations_intersect": true, "recovered": true, "order_inversions": true, "replicas_agree": true,
	"converged": true, "discarded_writes": true,
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
	for _, reads := range []string{"read-index", "leader", "replica"} {
		for _, flush := range []bool{true, false} {
			config := isr.Defaults()
			config.Reads, config.Flush = reads, flush
			c := world(4*time.Second, 4, config, load("200"))
			run := kernel.New(c).Run(7)
			without := []string{"-nothing"}
			if !flush {
				without = []string{"-durable_majority", "-leader_completeness"}
			}
			requireSound(t, run, 7, without...)
			if reads != "replica" {
				requireSound(t, run, 7, append(without, "linearizable")...)
			}
			ok := 0
			for i := range run.History.Ops {
				if run.History.Ops[i].Outcome == sim.OK {
					ok++
				}
			}
			require.Greater(t, ok, 600, reads)
			require.Equal(t, run.Digest, kernel.New(c).Run(7).Digest)
		}
	}
}

// stormy is a world under drawn faults with short timeouts and small batches.
func stormy(config isr.Config, servers int, nemesis fault.Nemesis) kernel.Config {
	config.Batch = 3
	c := world(4*time.Second, servers, config, load("60"))
	nemesis.MostFactor, nemesis.MostDelay = 5, 50*ms
	c.Nemesis = func(source *random.Source) fault.Schedule {
		draw := func(subject uint64, purpose random.Purpose) uint64 {
			return source.Draw(random.Address(subject), purpose)
		}
		return nemesis.Schedule(draw, names(servers), nil, 4*time.Second)
	}
	return c
}

// All faults that leave synced data alone, the controller's included.
func TestNoFaultThatKeepsDisksBreaksThePromise(t *testing.T) {
	for _, least := range []int{1, 2, 3} {
		config := isr.Defaults()
		config.MinISR = least
		w := kernel.New(stormy(config, 4, fault.NewNemesis()))
		for seed := range seeds(40, 3000) {
			requireSound(t, w.Run(seed), seed, "linearizable")
		}
	}
}

// A round that takes longer than the retry is no reason never to get an answer: what repeats a fetch asks for the same.
func TestFollowersLearnThoughARoundTakesLongerThanTheRetry(t *testing.T) {
	config := isr.Defaults()
	config.Lag, config.Session, config.AttemptTimeout, config.Wait = 2*time.Second, 2*time.Second, 2*time.Second, 2*time.Second
	work := load("40")
	work.Timeout = 3 * time.Second
	c := world(10*time.Second, 4, config, work)
	c.Network.Links = []network.Link{{Latency: exponential(150 * ms)}}
	c.Quiet, c.Final = 5*time.Second, 10*time.Second
	run := kernel.New(c).Run(3)
	requireSound(t, run, 3, "linearizable")
	ok := 0
	for i := range run.History.Ops {
		if run.History.Ops[i].Outcome == sim.OK {
			ok++
		}
	}
	require.Greater(t, ok, 300)
}
