package checks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
)

// Each read is foretold by its own distance from the newest write that was
// acknowledged before it; one before any has nothing to miss.
func TestPredictedGoesByTheAgesOfReads(t *testing.T) {
	b := histories.New(1)
	b.Get(2, 0, 1, 5)
	b.Put(1, 0, 10, 20)
	b.Get(2, 0, 15, 25)
	b.Get(2, 0, 30, 40)
	b.Put(1, 0, 45, 60)
	b.Get(2, 0, 100, 110)
	run := b.Run()
	var ages []time.Duration
	o := Options{Predict: func(age time.Duration) int64 {
		ages = append(ages, age)
		return Million / 4
	}}
	m := measure(t, []Report{StaleReads(run, o)}, "predicted_stale_share")
	at := func(stamp uint32) time.Duration {
		for _, op := range run.History.Ops {
			switch stamp {
			case op.Invoked:
				return op.InvokedAt
			case op.Returned:
				return op.ReturnedAt
			}
		}
		panic("no such stamp")
	}
	require.Equal(t, []time.Duration{at(30) - at(20), at(100) - at(60)}, ages)
	require.EqualValues(t, []int64{Million / 2, 4 * Million}, []int64{m.Count, m.Total})
	require.True(t, measure(t, []Report{StaleReads(run, Options{})}, "predicted_stale_share").Undefined)
}
