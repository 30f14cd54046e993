package truth

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/scenarios"
	"simrun/sim/record"
)

// The runs of a figure, and the writes of each.
const (
	followerRuns   = 20
	followerWrites = 1000 // after the warm-up of a second
)

// followerStaleness runs reads at a follower that everything takes a time to reach,
// of a key that is written so many times a second. Reads are as frequent as writes.
// Those that follow each other closely are stale together, so that the error is
// that of independent runs.
func followerStaleness(t *testing.T, writes float64, delay any, edits ...scenarios.Edit) estimate {
	t.Helper()
	r := runner(t, "follower-staleness", append(edits, set("workload.rate", fmt.Sprintf("%v/s", 2*writes)),
		set("topology.links.0.latency", delay), set("duration", time.Second+seconds(followerWrites/writes)))...)
	var shares []float64
	each(t, r, followerRuns, func(run *record.Run) {
		stale := measured(t, run, checks.StaleReads, "stale_share")
		shares = append(shares, float64(stale.Count)/float64(stale.Total))
	})
	return mean(shares)
}

func seconds(x float64) time.Duration { return time.Duration(math.Round(x * float64(time.Second))) }

// A follower whose log is a constant time behind is stale for as long after each write.
func TestFollowerStaleness(t *testing.T) {
	for _, row := range published(t, "staleness_loss_closed_forms.csv", "quantity", "follower_stale_fraction", 4) {
		w, d, expected := row.parameter(t, "w"), row.parameter(t, "D"), row.number(t, "expected")
		require.InDelta(t, expected, 1-math.Exp(-w*d), 1e-8)
		stale := followerStaleness(t, w, seconds(d))
		stale.requireAgrees(t, expected, row["parameters"])
		stale.requireDiffers(t, 1-math.Exp(-w*d*1.2), row["parameters"]+", with a delay a fifth longer")
	}
}

// Rates and delays that no file lists.
func TestFollowerStalenessElsewhere(t *testing.T) {
	for _, point := range []struct {
		writes float64
		delay  time.Duration
	}{{5, 40 * time.Millisecond}, {1000, 3 * time.Millisecond}, {20, 0}} {
		expected := 1 - math.Exp(-point.writes*point.delay.Seconds())
		followerStaleness(t, point.writes, point.delay).requireAgrees(t, expected, fmt.Sprintf("%+v", point))
	}
}

// Where each write takes a time of its own, drawn from an exponential law, a log that is
// applied in order is as stale as with a constant delay of the same mean: a read
// is fresh if nothing written before it is still on its way. A register that keeps the
// newest write that came is stale only while that of the newest is: with probability
// w/(w+mu). Here w*E[D] is 1/2, 1 and 2.
func TestFollowerStalenessWithIndependentDelays(t *testing.T) {
	skipWhenShort(t)
	for _, point := range []struct{ writes, mean float64 }{{10, 0.05}, {10, 0.1}, {100, 0.02}} {
		wd, mu := point.writes*point.mean, 1/point.mean
		law := fmt.Sprintf("{exponential: {mean: %v}}", seconds(point.mean))
		inOrder, asRegister := 1-math.Exp(-wd), point.writes/(point.writes+mu)
		log := followerStaleness(t, point.writes, law)
		register := followerStaleness(t, point.writes, law, set("protocol.order", "register"))
		t.Logf("w*D=%.2g: log %v, expected %.4f; register %v, expected %.4f", wd, log, inOrder, register, asRegister)
		log.requireAgrees(t, inOrder, "the log in its order")
		register.requireAgrees(t, asRegister, "registers")
		log.requireDiffers(t, asRegister, "the log in its order")
		register.requireDiffers(t, inOrder, "registers")
	}
}

// With a constant delay nothing comes before its turn: a register is as stale as the log.
func TestRegisterWithConstantDelayIsTheLog(t *testing.T) {
	const delay = 50 * time.Millisecond
	require.Equal(t, followerStaleness(t, 10, delay), followerStaleness(t, 10, delay, set("protocol.order", "register")))
}
