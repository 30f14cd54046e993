package checks

import (
	"fmt"
	"math/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

var spelling = Options{Command: func(row sim.Key, packed int64) string { return fmt.Sprintf("order %d on %v", packed, row) }}

func replicaCases() []recorded {
	return []recorded{
		{
			name: "the same state as of every slot", checker: "replicas_agree", want: Pass,
			build: func(b *histories.Builder) {
				b.Reach(10, 1, 1, 0, 7).Reach(12, 2, 1, 0, 7).Reach(20, 1, 2, 0, 8)
			},
		},
		{
			name: "a command did another thing", checker: "replicas_agree", want: Fail, count: 1, options: spelling,
			text: "n1 and n2 differ as of slot 2: c1/2 (order 5 on k3) did another thing to k4",
			build: func(b *histories.Builder) {
				first, second := b.Execute(1, 9, 1, 12, 4), b.Execute(1, 3, 13, 30, 5)
				for node, stamp := range map[sim.NodeID]uint32{1: 10, 2: 14} {
					b.Apply(stamp, node, 1, first, 9, 70).Reach(stamp, node, 1, 0, 7)
					b.Apply(stamp+1, node, 2, second, 3, 30).Apply(stamp+1, node, 2, second, 4, uint64(node))
					b.Reach(stamp+1, node, 2, 0, uint64(node))
				}
			},
		},
		{
			name: "a command wrote another key", checker: "replicas_agree", want: Fail, count: 2,
			text: "n1 and n2 differ as of slot 1: c1/1 did another thing to k70",
			build: func(b *histories.Builder) {
				insert := b.Execute(1, 0, 1, 12, 4)
				b.Apply(10, 1, 1, insert, 71, 5).Reach(10, 1, 1, 0, 5).Apply(11, 2, 1, insert, 70, 6).Reach(11, 2, 1, 0, 6)
				b.Reach(12, 1, 2, 0, 5).Reach(13, 2, 2, 0, 6)
			},
		},
		{
			name: "two orders of the same entries", checker: "replicas_agree", want: Fail, count: 1,
			text: "n1 and n2 differ as of slot 2: c1/1 did another thing to k3",
			build: func(b *histories.Builder) {
				one, two := b.Execute(1, 3, 1, 12, 4), b.Execute(2, 3, 1, 12, 4)
				b.Apply(10, 1, 1, one, 3, 41).Reach(10, 1, 1, 1<<32, 41).Apply(12, 1, 1, two, 3, 42).Reach(12, 1, 2, 1<<32|1, 42)
				b.Apply(10, 2, 1, two, 3, 51).Reach(10, 2, 1, 1, 51).Apply(12, 2, 1, one, 3, 52).Reach(12, 2, 2, 1<<32|1, 52)
			},
		},
		{
			name: "images in two orders", checker: "replicas_agree", want: Fail, count: 1,
			text: "n1 and n2 differ as of slot 2: the last to write k3 was c2/1 on n1, and c1/1 on n2",
			build: func(b *histories.Builder) {
				one, two := b.Execute(1, 3, 1, 12, 4), b.Execute(2, 3, 1, 12, 4)
				b.Apply(10, 1, 1, one, 3, 41).Apply(12, 1, 1, two, 3, 42).Reach(12, 1, 2, 1<<32|1, 42)
				b.Apply(10, 2, 1, two, 3, 42).Apply(12, 2, 1, one, 3, 41).Reach(12, 2, 2, 1<<32|1, 41)
			},
		},
		{
			name: "two orders that come to the same", checker: "replicas_agree", want: Pass,
			build: func(b *histories.Builder) {
				b.Reach(10, 1, 1, 1<<32, 41).Reach(12, 1, 2, 1<<32|1, 42)
				b.Reach(10, 2, 1, 1, 51).Reach(12, 2, 2, 1<<32|1, 42)
			},
		},
		{
			name: "nobody stated what was applied", checker: "replicas_agree", want: Fail, count: 1, text: "n1 and n2 differ as of slot 3",
			build: func(b *histories.Builder) { b.Reach(10, 1, 3, 0, 1).Reach(11, 2, 3, 0, 2) },
		},
		{
			name: "another state in another life", checker: "replicas_agree", want: Fail, count: 1,
			build: func(b *histories.Builder) { b.Reach(10, 1, 3, 0, 1).Reach(11, 2, 3, 0, 1).Reach(15, 1, 3, 0, 2) },
		},
		{
			name: "one server", checker: "replicas_agree", want: Vacuous,
			build: func(b *histories.Builder) { b.Reach(10, 1, 3, 0, 1).Reach(11, 1, 3, 0, 2) },
		},
		{
			name: "back, and all applied", checker: "caught_up", want: Pass,
			build: func(b *histories.Builder) {
				b.Reach(10, 1, 1, 0, 1).Reach(12, 2, 1, 0, 1).Break(2, 20, 40).Reach(30, 1, 3, 0, 1)
				b.Reach(45, 2, 2, 0, 1).Reach(50, 1, 9, 0, 1).Reach(55, 2, 3, 0, 1)
			},
		},
		{
			name: "back, and one entry short", checker: "caught_up", want: Fail, count: 1,
			text: "n2 lacked 2 entries when it was healed at 0.040 s, and never applied them all",
			build: func(b *histories.Builder) {
				b.Reach(10, 1, 1, 0, 1).Reach(12, 2, 1, 0, 1).Break(2, 20, 40).Reach(30, 1, 3, 0, 1).Reach(45, 2, 2, 0, 1)
			},
		},
		{
			name: "back, and silent", checker: "caught_up", want: Fail, count: 1,
			build: func(b *histories.Builder) { b.Break(2, 20, 40).Reach(30, 1, 1, 0, 1) },
		},
		{
			name: "never behind", checker: "caught_up", want: Vacuous,
			build: func(b *histories.Builder) {
				b.Reach(10, 1, 1, 0, 1).Reach(12, 2, 1, 0, 1).Break(2, 20, 40).Reach(50, 1, 2, 0, 1)
			},
		},
	}
}

func TestTheWitnessNamesTheCommand(t *testing.T) {
	b := histories.New(2)
	insert := b.Execute(1, 3, 1, 12, 5)
	b.Apply(10, 1, 1, insert, 3, 5).Reach(10, 1, 1, 0, 5).Apply(11, 2, 1, insert, 3, 6).Reach(11, 2, 1, 0, 6)
	report := ReplicasAgree(b.Run(), spelling)
	require.Equal(t, "order 5 on k3", report.Verdict.Witness.Command)
	require.Equal(t, sim.Key(3), report.Verdict.Witness.Key)
	require.Equal(t, []sim.OpID{insert.ID}, report.Verdict.Witness.Ops)
	require.EqualValues(t, 1, measure(t, []Report{report}, "first_divergence").Count)
}

func TestTimeToRejoin(t *testing.T) {
	b := histories.New(3)
	b.Reach(10, 1, 5, 0, 1).Break(2, 1, 20).Break(3, 1, 30).Reach(26, 2, 5, 0, 1).Reach(40, 3, 6, 0, 1)
	m := measure(t, []Report{Outages(b.Run(), Options{})}, "rejoin_ns")
	require.Equal(t, int64(16*time.Millisecond), m.Count)
	require.EqualValues(t, 2, m.Total)
}

// TestReplicasAgreeAgainstItsDefinition counts, on random statements, the slots of which two
// servers or lives stated two things.
func TestReplicasAgreeAgainstItsDefinition(t *testing.T) {
	for seed := range seeds(300) {
		random := rand.New(rand.NewSource(seed))
		b := histories.New(3)
		for range random.Intn(40) {
			b.Reach(uint32(1+random.Intn(50)), sim.NodeID(1+random.Intn(3)), uint64(random.Intn(6)), uint64(random.Intn(2)), uint64(random.Intn(2)))
		}
		run := b.Run()
		want := disagreements(run)
		verdict := ReplicasAgree(run, Options{}).Verdict
		require.Equal(t, want, verdict.Count, "seed %d", seed)
		require.Equal(t, want > 0, verdict.Result == Fail)
	}
}

func disagreements(run *record.Run) int64 {
	type slot struct{ a, b uint64 }
	several, differ := map[slot]bool{}, map[slot]bool{}
	for _, x := range run.Observations {
		for _, y := range run.Observations {
			s := slot{x.A, x.B}
			if s == (slot{y.A, y.B}) {
				several[s] = several[s] || x.Node != y.Node
				differ[s] = differ[s] || x.C != y.C
			}
		}
	}
	count := int64(0)
	for s := range several {
		if several[s] && differ[s] {
			count++
		}
	}
	return count
}

// TestCommandsAreNoRegisters: where clients send commands, no judge of keys accuses anybody.
func TestCommandsAreNoRegisters(t *testing.T) {
	b := histories.New(2)
	b.Execute(1, 3, 10, 20, 5)
	b.Execute(1, 3, 30, 40, 5).Failed(sim.Aborted)
	b.Get(2, 3, 50, 60).Total(17)
	b.Get(2, 3, 70, 80).Final()
	for _, report := range Judge(b.Run(), Options{Commits: true}) {
		require.NotEqual(t, Fail, report.Verdict.Result, "%s: %s", report.Verdict.Checker, report.Verdict.Why)
	}
}

func TestTrafficByClass(t *testing.T) {
	b := histories.New(1)
	b.Execute(1, 3, 10, 20, 5)
	b.Execute(1, 3, 30, 40, 5).Unknown()
	run := b.Run()
	run.Traffic = make([]record.Traffic, sim.Control+1)
	run.Traffic[sim.Repair] = record.Traffic{Messages: 3, Bytes: 500}
	run.Traffic[sim.Replicate] = record.Traffic{Messages: 4, Bytes: 300}
	reports := []Report{Traffic(run, Options{})}
	require.EqualValues(t, 500, measure(t, reports, "repair_wire_bytes").Count)
	m := measure(t, reports, "replicate_bytes_per_write")
	require.Equal(t, []int64{300, 1}, []int64{m.Count, m.Total})
	run.IsClient = []bool{false, false, false, true}
	run.Sent = []record.Traffic{{}, {Messages: 2, Bytes: 70}, {Messages: 1, Bytes: 90}, {Messages: 9, Bytes: 900}}
	m = measure(t, []Report{Traffic(run, Options{})}, "busiest_bytes_per_write")
	require.Equal(t, []int64{90, 1}, []int64{m.Count, m.Total}, "clients are no servers")
}
