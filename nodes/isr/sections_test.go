package isr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/nodes/isr"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/random"
	"simrun/sim/record"
)

// scripted is a world in which some things go wrong at given times.
func scripted(config isr.Config, servers int, faults ...fault.Entry) kernel.Config {
	c := world(4*time.Second, servers, config, load("200"))
	c.Nemesis = func(*random.Source) fault.Schedule { return faults }
	return c
}

func crash(at, length time.Duration, who ...fault.Target) fault.Entry {
	return fault.Entry{At: at, For: length, Fault: fault.Crash{Targets: who}}
}

func isolate(at, length time.Duration, who ...fault.Target) fault.Entry {
	return fault.Entry{At: at, For: length, Fault: fault.Isolate{Targets: who}}
}

// acknowledged counts the writes that ended well within a time.
func acknowledged(run *record.Run, from, to time.Duration) (n int) {
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.Code.Writes() && op.Outcome == sim.OK && op.ReturnedAt > from && op.ReturnedAt <= to {
			n++
		}
	}
	return n
}

// elections lists the epochs that were won.
func elections(run *record.Run) (epochs []uint64) {
	for i := range run.Observations {
		if o := &run.Observations[i]; o.Fact == sim.Elected {
			epochs = append(epochs, o.A)
		}
	}
	return epochs
}

// Who has what is committed is on disk: all may lose their power at once, the controller too.
func TestAllStopAtOnce(t *testing.T) {
	for _, least := range []int{1, 2, 3} {
		config := isr.Defaults()
		config.MinISR = least
		c := scripted(config, 4, crash(time.Second, 200*ms, "n1", "n2", "n3", "n4"), crash(2*time.Second, 200*ms, "n1", "n2", "n3", "n4"))
		for seed := range seeds(5, 200) {
			run := kernel.New(c).Run(seed)
			requireSound(t, run, seed, "linearizable")
			require.Greater(t, acknowledged(run, 3*time.Second, 4*time.Second), 10)
		}
	}
}

// Nobody needs the controller as long as nobody fails (KIP-497 asks it only for changes).
func TestWritesGoOnWithoutTheController(t *testing.T) {
	run := kernel.New(scripted(isr.Defaults(), 4, crash(time.Second, 2*time.Second, "n4"))).Run(1)
	requireSound(t, run, 1, "linearizable")
	require.Greater(t, acknowledged(run, 1100*ms, 3*time.Second), 50)
	require.Equal(t, []uint64{1}, elections(run))
}

// Without it a leader that is lost is not replaced, and nobody leaves the in-sync replicas: what
// lags stops the high watermark (as an unreachable quorum of KRaft would).
func TestNothingChangesWithoutTheController(t *testing.T) {
	for _, lost := range []fault.Target{"n1", "n2"} {
		run := kernel.New(scripted(isr.Defaults(), 4, crash(time.Second, 2*time.Second, "n4"), isolate(1100*ms, time.Second, lost))).Run(1)
		requireSound(t, run, 1, "linearizable")
		require.Less(t, acknowledged(run, 1150*ms, 2*time.Second), 3, lost)
		require.Greater(t, acknowledged(run, 3200*ms, 4*time.Second), 20, lost)
	}
}

// A follower that lags falls out of sync, and writes wait no longer for it; with fewer
// than min_isr they are refused.
func TestShrinkAndExpand(t *testing.T) {
	for least, want := range map[int]bool{1: true, 2: true, 3: false} {
		config := isr.Defaults()
		config.MinISR = least
		run := kernel.New(scripted(config, 4, isolate(time.Second, time.Second, "n3"))).Run(1)
		requireSound(t, run, 1, "linearizable")
		require.Equal(t, want, acknowledged(run, 1300*ms, 2*time.Second) > 20, "min_isr %d", least)
		require.Greater(t, acknowledged(run, 2300*ms, 4*time.Second), 50)
		require.Equal(t, []uint64{1}, elections(run))
	}
}

// With fewer than min_isr in sync who fell out last is eligible: it leads where the last in sync is
// lost, and has what is committed (KIP-966).
func TestAnEligibleReplicaLeads(t *testing.T) {
	run := kernel.New(scripted(isr.Defaults(), 4,
		isolate(time.Second, 3*time.Second, "n2"), isolate(1500*ms, time.Second, "n3"), crash(2*time.Second, 2*time.Second, "n1"))).Run(1)
	requireSound(t, run, 1, "linearizable")
	leaders := map[sim.NodeID]bool{}
	for i := range run.Observations {
		if o := &run.Observations[i]; o.Fact == sim.Elected && o.At > 2*time.Second && o.At < 3*time.Second {
			leaders[o.Node] = true
		}
	}
	require.Equal(t, map[sim.NodeID]bool{3: true}, leaders)
}

// One disk of three may be lost: its server says so, and copies all before it counts again.
func TestALostDiskIsNotInSync(t *testing.T) {
	nemesis := fault.NewNemesis()
	nemesis.Kinds, nemesis.Least, nemesis.Most = []string{"wipe"}, 1, 1
	w := kernel.New(stormy(isr.Defaults(), 4, nemesis))
	for seed := range seeds(30, 1000) {
		run := w.Run(seed)
		if len(run.Faults) > 0 && run.Faults[0].Targets[0] == 4 {
			continue // the controller's disk is outside the claim
		}
		// What was on two disks is on one until the loss is known.
		requireSound(t, run, seed, "linearizable", "-durable_majority")
	}
}

// Fewer acknowledgements are faster, and reads still show only what is committed.
func TestFewerAcknowledgements(t *testing.T) {
	latency := map[string]time.Duration{}
	for _, acks := range []string{"all", "leader", "none"} {
		config := isr.Defaults()
		config.Acks = acks
		run := kernel.New(world(4*time.Second, 4, config, load("200"))).Run(3)
		without := []string{"-nothing"}
		if acks == "none" {
			// Who does not wait is told that it is done before it has begun: a later write may come first.
			without = []string{"-order_inversions", "-lost_writes", "-masked_losses"}
		}
		requireSound(t, run, 3, without...)
		sum, n := time.Duration(0), time.Duration(0)
		for i := range run.History.Ops {
			if op := &run.History.Ops[i]; (op.Code == sim.Put || op.Code == sim.Delete) && op.Outcome == sim.OK {
				sum, n = sum+op.Latency(), n+1
			}
		}
		latency[acks] = sum / n
	}
	require.Greater(t, latency["all"], latency["leader"]+2*ms)
	require.Greater(t, latency["leader"], 2*ms)
	require.Zero(t, latency["none"])
}

// What promises less breaks nothing but what it does not promise: nobody else leads an epoch, replicas agree in
// the end, and nothing is shown that is not committed.
func TestWhatPromisesLess(t *testing.T) {
	for name, edit := range map[string]func(*isr.Config){
		"acks leader":    func(c *isr.Config) { c.Acks = "leader" },
		"acks none":      func(c *isr.Config) { c.Acks = "none" },
		"unclean":        func(c *isr.Config) { c.Unclean = true },
		"unclean, alone": func(c *isr.Config) { c.Unclean, c.MinISR, c.Acks = true, 1, "leader" },
		"all of it":      func(c *isr.Config) { c.Unclean, c.Flush, c.FlushEvery, c.Acks = true, false, 100*ms, "leader" },
	} {
		t.Run(name, func(t *testing.T) {
			config := isr.Defaults()
			edit(&config)
			w := kernel.New(stormy(config, 4, fault.NewNemesis()))
			for seed := range seeds(20, 1000) {
				run := w.Run(seed)
				require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
				for _, report := range checks.Judge(run, checks.Options{Commits: true}) {
					switch v := report.Verdict; v.Checker {
					case "one_leader", "one_vote", "dirty_reads", "log_matching", "recovered", "replicas_agree":
						require.NotEqual(t, checks.Fail, v.Result, "seed %d: %s: %s %s", seed, v.Checker, v.Why, v.Witness.Text)
					}
				}
			}
		})
	}
}
