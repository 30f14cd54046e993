package record_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/record"
)

func TestTrueTime(t *testing.T) {
	run := record.Run{Clocks: []record.Clock{
		{Node: 2, Rate: 2e9},
		{Node: 1, At: 10 * time.Second, Base: 10 * time.Second, Rate: 5e8},
		{Node: 1, At: 20 * time.Second, Base: 15 * time.Second, Rate: 1e9},
	}}
	for _, c := range []struct {
		node        sim.NodeID
		shown, want time.Duration
	}{
		{3, time.Second, time.Second},
		{2, time.Second, time.Second / 2},
		{2, 3, 2},
		{1, 9 * time.Second, 9 * time.Second},
		{1, 12 * time.Second, 14 * time.Second},
		{1, 16 * time.Second, 21 * time.Second},
	} {
		require.Equal(t, c.want, run.TrueTime(c.node, c.shown), "%v", c)
	}
}
