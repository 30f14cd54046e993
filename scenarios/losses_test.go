package scenarios_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
)

// allAtOnce has one fault strike all three replicas, each of which has writes that
// nobody else has.
const allAtOnce = `name: all-at-once
protocol: {kind: dynamo, n: 3, r: 3, w: 1, versions: lww, read_repair: none, coordinator: client, write_fanout: w, durable: false}
topology: {nodes: 3, server: {sync: 300ms}}
workload: {kind: readwrite, clients: 2, rate: 50/s, reads: 0.2, keys: 20}
duration: 4s
`

// What disks and crashes took is put down to them, and seen where a later write hides it.
func TestLossesArePutDownToWhatTookThem(t *testing.T) {
	for fault, cause := range map[string]string{"wipe": "lost_writes_wiped", "crash": "lost_writes_unsynced"} {
		text := allAtOnce + "faults: [{kind: " + fault + ", at: 2s, for: 100ms, targets: [n1, n2, n3]}]\n"
		sweep := loaded(t, text).Sweep(context.Background(), 1, 5, scenarios.SweepOptions{})
		count := func(name string) int64 { return results.Find(sweep.Cells[0].Measures, name).Count }
		require.Positive(t, count(cause), fault)
		// What a replica had resolved against a later write was lost with that.
		require.Equal(t, count("lost_writes"), count(cause)+count("lost_writes_resolved"), fault)
		require.Positive(t, count("masked_losses"), fault)
	}
}
