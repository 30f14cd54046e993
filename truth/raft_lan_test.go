package truth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
	"simrun/sim"
	"simrun/sim/record"
)

// crashMoments are spread over one heartbeat's interval of the leader that is lost.
const crashMoments = 50

// localElections are the elections of a row's local network where the leader is lost at one of the
// moments.
func localElections(t *testing.T, timeouts string, moment int) *scenarios.Runner {
	t.Helper()
	var low, high int
	_, err := fmt.Sscanf(timeouts, "%d-%d", &low, &high)
	require.NoError(t, err)
	beat := time.Duration(low) * time.Millisecond / 2
	plan := read(t, "raft-lan",
		set("protocol.timeout", fmt.Sprintf("%dms", low)), set("protocol.spread", fmt.Sprintf("%dms", high-low)),
		set("protocol.heartbeat", beat), set("duration", fmt.Sprintf("%dms", 600+40*low)),
		set("faults.1.at", 600*time.Millisecond+beat*time.Duration(2*moment+1)/(2*crashMoments)))
	return plan.NewRunner(scenarios.Limits{Trace: true}, scenarios.Tape{})
}

// leaderless runs so many elections for each moment and returns how long each took, in milliseconds.
func leaderless(t *testing.T, timeouts string, each int) (times []float64) {
	for moment := range crashMoments {
		world := localElections(t, timeouts, moment)
		for i := range each {
			run := world.Record(0, uint64(i*crashMoments+moment+1))
			require.Equal(t, record.Finished, run.Stop.Reason)
			lost, heard := heardAgain(run)
			require.Positive(t, heard, "seed %d: nobody leads", run.Seed)
			times = append(times, inUnits(heard-lost, time.Millisecond))
		}
	}
	return times
}

// heardAgain is when the first leader was lost and when each of the other three that are left
// had heard the next one; 0 if they never did.
func heardAgain(run *record.Run) (lost, heard time.Duration) {
	by := map[sim.NodeID]map[sim.NodeID]bool{}
	for i := range run.Trace {
		e := &run.Trace[i]
		switch isSign := strings.HasPrefix(e.Text, "append ") || strings.HasPrefix(e.Text, "beat "); {
		case e.Kind == record.Crashed:
			lost = e.At
		case e.Kind == record.Delivered && lost > 0 && e.From != 1 && isSign:
			if by[e.From] == nil {
				by[e.From] = map[sim.NodeID]bool{}
			}
			by[e.From][e.Node] = true
			if len(by[e.From]) == 3 {
				return lost, e.At
			}
		}
	}
	return lost, 0
}

// TestRaftElectionLAN compares how long a cluster is without a leader with the
// measurements of the Raft paper (figure 16): five servers on a local network, heartbeats that come to
// all together, a leader that is lost at any moment of its heartbeat's interval, and two of the four others that
// cannot win. Who votes for another handles nothing else for 4 to 8 ms, who
// stands for election for 1 to 3.
func TestRaftElectionLAN(t *testing.T) {
	skipWhenShort(t)
	each := 6
	if long {
		each = 400
	}
	for _, of := range []struct{ experiment, timeouts string }{
		{"LAN-range", "150-155"}, {"LAN-range", "150-200"}, {"LAN-range", "150-300"}, {"LAN-scale", "50-100"},
	} {
		t.Run(of.timeouts, func(t *testing.T) {
			compareElections(t, of.experiment, func(r row) bool { return r["timeout_range_ms"] == of.timeouts }, leaderless(t, of.timeouts, each))
		})
	}
}
