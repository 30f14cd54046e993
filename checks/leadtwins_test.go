package checks

import (
	"math/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// carelessLeads is a run of three nodes that lead, hold leases, commit, crash and live again, healed
// at 100 ms and settled at 150 ms. A node does not come back to an epoch that it has left.
func carelessLeads(seed int64) *record.Run {
	random := rand.New(rand.NewSource(seed))
	b := histories.New(3)
	b.Phases(record.Phases{Work: 100 * time.Millisecond, Settled: 150 * time.Millisecond})
	life, epochs := [4]uint32{1, 1, 1, 1}, [4]uint64{}
	scopes := 1 + random.Intn(2)
	for stamp := uint32(10); stamp < 180; stamp += 1 + uint32(random.Intn(12)) {
		node := 1 + random.Intn(3)
		o := sim.Observation{Key: sim.Key(random.Intn(scopes)), A: epochs[node], B: sim.Leader}
		switch random.Intn(8) {
		case 0, 1:
			epochs[node] += 1 + uint64(random.Intn(3))
			o.Fact, o.Why, o.A = sim.Role, sim.Held, epochs[node]
			if random.Intn(2) == 0 {
				o.Fact, o.Why, o.B = sim.Elected, sim.NoReason, 0
			}
		case 2:
			o.Fact, o.Why = sim.Role, sim.Left
			epochs[node]++
		case 3, 4:
			until := time.Duration(int(stamp)-10+random.Intn(60)) * time.Millisecond
			o = sim.Observation{Fact: sim.Lease, B: uint64(until), C: max(epochs[node], 1)}
		case 5, 6:
			o = sim.Observation{Fact: []sim.Fact{sim.Committed, sim.Decided}[random.Intn(2)], A: 1}
		case 7:
			life[node]++
			epochs[node]++
			if random.Intn(2) == 0 {
				b.Break(sim.NodeID(node), stamp, stamp+5)
			}
			continue
		}
		b.StateIn(life[node], stamp, sim.NodeID(node), o)
	}
	if random.Intn(3) == 0 {
		b.Get(1, 0, 160, 170).Final().Unknown()
	}
	return b.Run()
}

// leadTwin judges who leads by going through all that was stated up to a time, millisecond by
// millisecond.
type leadTwin struct{ run *record.Run }

// crashed tells whether a fault crashed a node between two times.
func (t leadTwin) crashed(node sim.NodeID, after, upto time.Duration) bool {
	for _, f := range t.run.Faults {
		for _, target := range f.Targets {
			if target == node && f.Injected > after && f.Injected <= upto {
				return true
			}
		}
	}
	return false
}

// epoch is that with which a node leads a scope at a time, 0 if it does not.
func (t leadTwin) epoch(node sim.NodeID, scope sim.Key, at time.Duration) uint64 {
	epoch, life, since := uint64(0), uint32(0), time.Duration(0)
	for _, s := range t.run.Observations {
		if s.Node != node || s.At > at {
			continue
		}
		if s.Life > life {
			epoch, life = 0, s.Life
		}
		switch {
		case s.Key != scope || s.Fact != sim.Elected && s.Fact != sim.Role:
		case s.Why == sim.Left:
			epoch = 0
		default:
			epoch, since = s.A, s.At
		}
	}
	if t.crashed(node, since, at) {
		return 0
	}
	return epoch
}

// left tells whether a node led with an epoch and, at a time, does so no more.
func (t leadTwin) left(node sim.NodeID, epoch uint64, at time.Duration) bool {
	led := false
	for now := time.Duration(0); now <= at; now += time.Millisecond {
		leads := t.epoch(node, 0, now) == epoch || t.epoch(node, 1, now) == epoch
		if led && !leads {
			return true
		}
		led = led || leads
	}
	return false
}

// holds tells whether a node holds a lease of an epoch at a time.
func (t leadTwin) holds(node sim.NodeID, epoch uint64, at time.Duration) bool {
	until := time.Duration(0)
	for _, s := range t.run.Observations {
		if s.Fact == sim.Lease && s.Node == node && s.C == epoch && s.At <= at {
			until = time.Duration(s.B)
		}
	}
	return at < until && !t.left(node, epoch, at)
}

// rivals tells whether another node that leads with a higher epoch has committed something by a time.
func (t leadTwin) rivals(node sim.NodeID, epoch uint64, at time.Duration) bool {
	for i, s := range t.run.Observations {
		if s.Node == node || s.At > at || s.Fact != sim.Committed && s.Fact != sim.Decided {
			continue
		}
		led, life := uint64(0), uint32(0)
		for _, before := range t.run.Observations[:i+1] {
			switch {
			case before.Node != s.Node:
				continue
			case before.Life > life:
				led, life = 0, before.Life
			}
			switch {
			case before.Fact == sim.Elected || before.Fact == sim.Role && before.Why == sim.Held:
				led = before.A
			case before.Fact == sim.Role:
				led = 0
			}
		}
		if led > epoch {
			return true
		}
	}
	return false
}

// shared is how many leases were held at a time by which a rival had committed.
func (t leadTwin) shared() (n int64) {
	for node := sim.NodeID(1); node <= 3; node++ {
		for epoch := uint64(1); epoch < 200; epoch++ {
			if !t.leases(node, epoch) {
				continue
			}
			for at := time.Duration(0); at < 300*time.Millisecond; at += time.Millisecond {
				if t.holds(node, epoch, at) && t.rivals(node, epoch, at) {
					n++
					break
				}
			}
		}
	}
	return n
}

func (t leadTwin) leases(node sim.NodeID, epoch uint64) bool {
	for _, s := range t.run.Observations {
		if s.Fact == sim.Lease && s.Node == node && s.C == epoch {
			return true
		}
	}
	return false
}

// missing is how many scopes nobody leads with the highest epoch at the end of settling, and how many final
// reads have no answer.
func (t leadTwin) missing() (n int64) {
	settled := t.run.Phases.Settled
	for scope := sim.Key(0); scope < 2; scope++ {
		highest, led := uint64(0), false
		for _, s := range t.run.Observations {
			if s.Key == scope && s.At < settled && (s.Fact == sim.Elected || s.Fact == sim.Role && s.Why == sim.Held) {
				highest = max(highest, s.A)
			}
		}
		for node := sim.NodeID(1); node <= 3; node++ {
			led = led || t.epoch(node, scope, settled-1) == highest
		}
		if highest > 0 && !led {
			n++
		}
	}
	for i := range t.run.History.Ops {
		if op := &t.run.History.Ops[i]; op.Is(record.Final) && op.Outcome != sim.OK {
			n++
		}
	}
	return n
}

func TestLeadTwins(t *testing.T) {
	wrong, right := map[string]int{}, map[string]int{}
	for seed := range seeds(300) {
		run := carelessLeads(seed)
		twin := leadTwin{run}
		for _, rule := range []struct {
			name  string
			judge func(*record.Run, Options) Report
			count func() int64
		}{{"leases_exclusive", LeasesExclusive, twin.shared}, {"recovered", Recovered, twin.missing}} {
			v := rule.judge(run, Options{}).Verdict
			if v.Result == Vacuous {
				continue
			}
			require.Equal(t, rule.count(), v.Count, "seed %d: %s: %s", seed, rule.name, v.Why)
			if v.Result == Fail {
				wrong[rule.name]++
			} else {
				right[rule.name]++
			}
		}
	}
	for _, name := range []string{"leases_exclusive", "recovered"} {
		require.Greater(t, wrong[name], 15, name)
		require.Greater(t, right[name], 15, name)
	}
}
