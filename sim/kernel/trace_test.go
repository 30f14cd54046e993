package kernel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim/kernel"
	"simrun/sim/record"
)

// TestTracesAreCausalGraphs: stamps number the events in their order, every cause
// is an earlier event of the same trace (so there is no cycle), and of a kind that
// can bring this one about.
func TestTracesAreCausalGraphs(t *testing.T) {
	handlers := []record.EventKind{
		record.Started, record.Delivered, record.Fired, record.Synced, record.Resumed,
		record.Injected, record.Healed,
	}
	causes := map[record.EventKind][]record.EventKind{
		record.Started:   append([]record.EventKind{0}, handlers...),
		record.Sent:      handlers,
		record.Delivered: {record.Sent},
		record.Lost:      {record.Sent},
		record.Held:      {record.Sent},
		record.Fired:     append([]record.EventKind{0}, handlers...),
		record.Synced:    handlers,
		record.Crashed:   handlers,
		record.Injected:  {0},
		record.Healed:    {record.Injected},
		record.Observed:  handlers,
		record.Began:     handlers,
		record.Ended:     handlers,
		record.Resumed:   handlers,
	}
	c := toyConfig(nemesis())
	c.Trace = true
	w := kernel.New(c)
	for seed := range uint64(5) {
		r := w.Run(seed)
		kinds, nodes := map[uint32]record.EventKind{0: 0}, map[uint32]record.Event{}
		last := uint32(0)
		for _, e := range r.Trace {
			require.Greater(t, e.Stamp, last, "%+v", e)
			last = e.Stamp
			cause, known := kinds[e.Cause]
			require.True(t, known, "the cause of %+v is in the trace", e)
			require.Less(t, e.Cause, e.Stamp)
			require.Contains(t, causes[e.Kind], cause, "%+v", e)
			if sent := nodes[e.Cause]; e.Kind == record.Delivered {
				require.Equal(t, sent.Node, e.Node)
				require.Equal(t, sent.Subject, e.Subject)
			}
			if cause := nodes[e.Cause]; e.Kind == record.Fired && e.Cause != 0 {
				require.Equal(t, e.Node, cause.Node, "a timer is set by its own node")
				require.LessOrEqual(t, cause.At, e.At)
			}
			kinds[e.Stamp], nodes[e.Stamp] = e.Kind, e
		}
		require.Greater(t, len(r.Trace), 1000)
	}
}
