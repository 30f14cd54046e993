package checks

import (
	"slices"
	"strings"

	"simrun/sim"
	"simrun/sim/record"
)

// Cost is what an op costs in messages.
type Cost struct {
	// Delays is how many messages, one after another, lie between the op's beginning and
	// its end: its latency in one-way delays, where all take the same.
	Delays int
	// Messages are all those that the op brings about until nothing that it brought about
	// is under way; Client are those of them between a client and a server.
	Messages, Client int
	// Ended tells whether the op ended.
	Ended bool
}

// CostOf reads an op's cost from the trace, which the run must have. Messages of the kinds
// named, such as notices of commits and heartbeats, do not count, nor what they bring about;
// nor do those of another op, or to the sender itself.
func CostOf(run *record.Run, op sim.OpID, without ...string) Cost {
	var c Cost
	depths := map[uint32]int{} // of what the op brought about, by stamp
	for i := range run.Trace {
		e := &run.Trace[i]
		depth, below := depths[e.Cause]
		switch {
		case e.Kind == record.Began && names(e, op):
			depths[e.Cause] = 0
		case !below || speaksOfAnother(e, op):
		case e.Kind == record.Ended && names(e, op):
			c.Delays, c.Ended = depth, true
		case e.Kind == record.Sent:
			if slices.ContainsFunc(without, func(kind string) bool { return strings.HasPrefix(e.Text, kind+" ") }) {
				continue
			}
			depths[e.Stamp] = depth
			if e.From != e.Node {
				depths[e.Stamp]++
				c.Messages++
				c.Client += isClients(run, e)
			}
		case e.Kind == record.Delivered, e.Kind == record.Fired, e.Kind == record.Synced, e.Kind == record.Resumed:
			depths[e.Stamp] = depth
		}
	}
	return c
}

// names tells whether an event's subject is the op.
func names(e *record.Event, op sim.OpID) bool {
	about, _, ok := e.Subject.Op()
	return ok && about == op
}

// speaksOfAnother tells whether an event's subject is another op.
func speaksOfAnother(e *record.Event, op sim.OpID) bool {
	about, _, ok := e.Subject.Op()
	return ok && about != op
}

// isClients is 1 for a message from or to a client.
func isClients(run *record.Run, e *record.Event) int {
	if run.IsClient[e.From] || run.IsClient[e.Node] {
		return 1
	}
	return 0
}
