package multileader_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/multileader"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
)

// Homes that are handed over, in the end by everybody, so that each key comes back to where it
// was at first, are never two at a time.
func TestHomesThatComeBackKnowWhatWasWrittenMeanwhile(t *testing.T) {
	config := multileader.Defaults()
	config.Homes = "key"
	work := load(0)
	work.Clients, work.Rate = 2, rate("300")
	c := world(3*time.Second, layout(2, 1), config, work)
	c.Network.Links[0].Latency = exponential(40 * ms)
	c.Schedule = fault.Schedule{
		{At: time.Second, Fault: fault.Handover{Targets: fault.Targets{"n1"}}},
		{At: 2 * time.Second, Fault: fault.Handover{Targets: fault.Targets{"n2"}}},
	}
	w := kernel.New(c)
	for seed := range uint64(4) {
		run := w.Run(seed)
		for i := range run.Observations {
			o := &run.Observations[i]
			require.NotEqual(t, sim.Conflicted, o.Fact, "seed %d: %v did not know of %v", seed, o.Op, sim.OpID(o.C))
		}
		require.Positive(t, tookBy(run, 1, 2500*ms, 3*time.Second), "no home came back")
	}
}
