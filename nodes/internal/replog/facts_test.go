package replog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// Two entries of one slot that differ in anything that is applied are told apart.
func TestFingerprint(t *testing.T) {
	base := replog.Entry{Epoch: 1, Op: 2, Code: sim.Put, Key: 3, Value: sim.Value{ID: 2, N: 4}}
	others := map[string]func(*replog.Entry){
		"epoch":  func(e *replog.Entry) { e.Epoch++ },
		"op":     func(e *replog.Entry) { e.Op++ },
		"code":   func(e *replog.Entry) { e.Code = sim.CAS },
		"key":    func(e *replog.Entry) { e.Key++ },
		"value":  func(e *replog.Entry) { e.Value.N++ },
		"expect": func(e *replog.Entry) { e.Expect++ },
		"body":   func(e *replog.Entry) { e.Body = []uint64{1} },
	}
	for name, change := range others {
		other := base
		change(&other)
		require.NotEqual(t, base.Fingerprint(), other.Fingerprint(), name)
	}
}

// A fact about an entry names its write; an entry that writes nothing has none to name.
func TestFact(t *testing.T) {
	put := replog.Entry{Epoch: 1, Op: 2, Code: sim.Put, Key: 3}
	require.Equal(t, sim.Observation{
		Fact: sim.Stored, Why: sim.Durable, Op: 2, Key: 3, A: 9, B: 1, C: put.Fingerprint(),
	}, put.Fact(sim.Stored, sim.Durable, 9))
	get := replog.Entry{Epoch: 1, Op: 2, Code: sim.Get, Key: 3}
	require.Zero(t, get.Fact(sim.Stored, sim.Durable, 9).Op)
}
