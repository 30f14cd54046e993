package kernel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/record"
)

// identity is what makes an event of one run the same as one of a paired run:
// never its stamp.
type identity struct {
	at      time.Duration
	kind    record.EventKind
	node    sim.NodeID
	from    sim.NodeID
	address uint64
	subject sim.Subject
	text    string
	why     string
}

func identify(e record.Event) identity {
	return identity{e.At, e.Kind, e.Node, e.From, e.Address, e.Subject, e.Text, e.Why}
}

// downstream marks the events of a trace that may depend on what certain messages
// became: these themselves, what they caused, and whatever a node did after such a
// message came, or should have come.
func downstream(trace []record.Event, touched func(record.Event) bool) map[uint32]bool {
	marked, spoilt := map[uint32]bool{}, map[sim.NodeID]bool{}
	for _, e := range trace {
		switch {
		case touched(e):
			marked[e.Stamp], spoilt[e.Node] = true, true
		case e.Kind == record.Sent:
			marked[e.Stamp] = marked[e.Cause]
		case e.Kind == record.Lost:
			marked[e.Stamp] = marked[e.Cause]
		case marked[e.Cause] || spoilt[e.Node]:
			marked[e.Stamp], spoilt[e.Node] = true, true
		}
	}
	return marked
}

// TestOneCutLinkChangesNothingElse: a run and its twin with one link cut for a
// while. Whatever is not downstream of a message on that link is the same in both,
// by identity and time; and a message that both sent takes as long in both.
func TestOneCutLinkChangesNothingElse(t *testing.T) {
	const from, until = 100 * ms, 120 * ms
	cut := at(from, until-from, impose(sim.Rule{Name: "cut", From: []sim.NodeID{1}, To: []sim.NodeID{2}, Drop: true}))
	c := toyConfig(nil)
	c.Trace = true
	unchanged, total := 0, 0
	for seed := range uint64(10) {
		c.Schedule = nil
		plain := kernel.New(c).Run(seed)
		c.Schedule = fault.Schedule{cut}
		twin := kernel.New(c).Run(seed)

		sent := map[uint32]time.Duration{}
		onLink := func(e record.Event) bool {
			if e.Kind == record.Sent {
				sent[e.Stamp] = e.At
			}
			arrived := e.Kind == record.Delivered || e.Kind == record.Lost
			return arrived && e.From == 1 && e.Node == 2 && e.At >= from && sent[e.Cause] <= until
		}
		requireWithin(t, untouched(plain, c.Work, onLink), everything(twin, c.Work))
		requireWithin(t, untouched(twin, c.Work, onLink), everything(plain, c.Work))
		unchanged += len(untouched(plain, c.Work, onLink))
		total += len(everything(plain, c.Work))
		sameDelays(t, plain, twin)
	}
	require.Greater(t, unchanged, total*2/3, "the other clusters, and this one before")
	require.Less(t, unchanged, total*95/100, "the cut has consequences")
}

// requireWithin demands that each event of some is one of all.
func requireWithin(t *testing.T, some, all map[identity]int) {
	t.Helper()
	for id, count := range some {
		require.LessOrEqual(t, count, all[id], "%+v", id)
	}
}

// everything counts the events of the phase of work by identity.
func everything(r *record.Run, work time.Duration) map[identity]int {
	return untouched(r, work, func(record.Event) bool { return false })
}

// untouched counts those that are not downstream.
func untouched(r *record.Run, work time.Duration, touched func(record.Event) bool) map[identity]int {
	marked := downstream(r.Trace, touched)
	found := map[identity]int{}
	for _, e := range r.Trace {
		if e.At < work && !marked[e.Stamp] && e.Kind != record.Injected && e.Kind != record.Healed {
			found[identify(e)]++
		}
	}
	return found
}

// sameDelays demands that messages with the same address have the same delay.
func sameDelays(t *testing.T, plain, twin *record.Run) {
	t.Helper()
	one, two := delays(plain), delays(twin)
	shared := 0
	for address, d := range one {
		if other, both := two[address]; both {
			require.Equal(t, d, other)
			shared++
		}
	}
	require.Greater(t, shared*100, len(one)*95, "nearly all messages have a twin")
}

func delays(r *record.Run) map[uint64]time.Duration {
	sent, took := map[uint32]time.Duration{}, map[uint64]time.Duration{}
	for _, e := range r.Trace {
		switch e.Kind {
		case record.Sent:
			sent[e.Stamp] = e.At
		case record.Delivered:
			took[e.Address] = e.At - sent[e.Cause]
		}
	}
	return took
}
