package checks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/record"
)

// One op goes from a client by a server to another and back, with a disk on the way; a
// notice, another op's message and one to the sender itself do not count.
func TestCostOf(t *testing.T) {
	op, other := sim.NewOpID(1, 1), sim.NewOpID(1, 2)
	about := sim.OpSubject(op, 1)
	const client, near, far = 3, 1, 2
	sent := func(stamp, cause uint32, from, to sim.NodeID, text string) record.Event {
		return record.Event{Kind: record.Sent, Stamp: stamp, Cause: cause, From: from, Node: to, Text: text}
	}
	then := func(kind record.EventKind, stamp, cause uint32) record.Event {
		return record.Event{Kind: kind, Stamp: stamp, Cause: cause, Subject: about}
	}
	run := &record.Run{IsClient: []bool{false, false, false, true}, Trace: []record.Event{
		then(record.Fired, 1, 0),
		{Kind: record.Began, Stamp: 2, Cause: 1, Subject: sim.OpSubject(op, 0)},
		sent(3, 1, client, near, "request a"),
		{Kind: record.Sent, Stamp: 4, Cause: 1, From: client, Node: near, Subject: sim.OpSubject(other, 1), Text: "request b"},
		then(record.Delivered, 5, 3),
		sent(6, 5, near, near, "ship a"),
		sent(7, 5, near, far, "ship a"),
		then(record.Delivered, 8, 7),
		then(record.Synced, 9, 8),
		sent(10, 9, far, near, "ack a"),
		then(record.Delivered, 11, 10),
		sent(12, 11, near, client, "reply a"),
		sent(13, 11, near, far, "notice a"),
		then(record.Delivered, 14, 13),
		sent(15, 14, far, near, "thanks a"),
		then(record.Delivered, 16, 12),
		{Kind: record.Ended, Stamp: 17, Cause: 16, Subject: sim.OpSubject(op, 0)},
		sent(18, 20, far, near, "beat"),
	}}
	require.Equal(t, Cost{Delays: 4, Messages: 4, Client: 2, Ended: true}, CostOf(run, op, "notice"))
	require.Equal(t, Cost{Delays: 4, Messages: 6, Client: 2, Ended: true}, CostOf(run, op))
	require.Equal(t, Cost{}, CostOf(run, other))
}
