package scenarios

import (
	"time"

	"simrun/sim/random"
)

// Cost is a rough estimate of what one run of a cell will take, made before it.
type Cost struct {
	Servers int
	Clients int
	Ops     int64
	Events  int64
}

// eventsPerOp is how many events an op is taken to cost, for each server: what half of
// the scenarios that ship stay below. Clients that wait for each other, and servers that
// are busy, take up fewer ops than are estimated; timers of long idle runs cost more.
const eventsPerOp = 3

// maxEstimate is the largest estimate that is run at all.
const maxEstimate = 2_000_000_000

// Estimate tells what a run of the scenario will roughly cost.
func (s *Scenario) Estimate() Cost {
	c := Cost{Servers: s.Topology.Nodes, Clients: s.Workload.Count(), Ops: s.Workload.Load(s.Duration, s.Topology.trip())}
	perOp := int64(eventsPerOp) * int64(min(c.Servers, 10))
	if c.Ops > maxEstimate/perOp {
		c.Events = maxEstimate + 1
		return c
	}
	c.Events = c.Ops * perOp
	return c
}

// trip is about how long a client's message and its answer travel.
func (t *Topology) trip() time.Duration {
	link := t.Link
	if t.ClientLink != nil {
		link = *t.ClientLink
	}
	d, err := link.Latency.Compile()
	if err != nil {
		return 0
	}
	median := d.Quantile(random.Certain / 2)
	return 2 * time.Duration(median)
}
