package dynamo

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/workloads"
)

// trials measures how many of the reads that begin right after a write's
// acknowledgement see the write: the experiment of PBS.
func trials(t *testing.T, c Config, latency random.Spec, legs []network.Leg, after time.Duration) (seen, all int) {
	const each = 10 * time.Millisecond
	u := universe{
		config: c, servers: 3, latency: latency, legs: legs, keep: 1 << sim.Closed,
		work: &workloads.Probe{Clients: 10, Every: each, After: []time.Duration{after}, Timeout: 10 * time.Second, ReadAt: "strongest", Reuse: 0},
		last: 20 * time.Second,
	}
	run := u.world(t).Run(1)
	require.Equal(t, record.Finished, run.Stop.Reason)
	for i := range run.History.Ops {
		if op := &run.History.Ops[i]; op.Code == sim.Get && op.Outcome == sim.OK {
			all++
			if len(run.History.Values(op)) > 0 {
				seen++
			}
		}
	}
	return seen, all
}

func wars(r, w int) Config {
	c := Defaults()
	c.Coordinator, c.Versions, c.ReadRepair, c.R, c.W = "client", "lww", "none", r, w
	return c
}

// near demands a share within four standard errors.
func near(t *testing.T, want float64, seen, all int) {
	require.Greater(t, all, 15000)
	require.InDelta(t, want, float64(seen)/float64(all), 4*math.Sqrt(want*(1-want)/float64(all))+1e-12)
}

// TestPublishedConsistency compares with the share of consistent reads at t = 0 of
// Bailis et al., VLDB 2012, dataset LNKD-SSD, N = 3, recomputed with 2e7 trials.
func TestPublishedConsistency(t *testing.T) {
	seen, all := trials(t, wars(1, 1), random.Spec{Preset: "lnkd-ssd"}, nil, 0)
	near(t, 0.973653, seen, all)
	seen, all = trials(t, wars(2, 2), random.Spec{Preset: "lnkd-ssd"}, nil, 0)
	near(t, 1, seen, all)
}

// TestRandomQuorums compares with the closed form for reads of R drawn homes, when
// the write leg is exponential with rate 1/ms and the others take no time: a read
// at t after the commit is stale with C(N-W,R)/C(N,R) e^-Rt.
func TestRandomQuorums(t *testing.T) {
	leg, err := exponential(time.Millisecond).Compile()
	require.NoError(t, err)
	legs := []network.Leg{{Kind: "write", Latency: leg}}
	c := wars(1, 1)
	c.ReadFanout = "r"
	seen, all := trials(t, c, random.Always(0), legs, time.Millisecond)
	near(t, 1-2.0/3*math.Exp(-1), seen, all)

	c.WriteFanout, c.R = "w", 2 // the write goes no further: time does not help
	seen, all = trials(t, c, random.Always(0), legs, time.Millisecond)
	near(t, 1-1.0/3, seen, all)
}
