package checks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
)

// transactionCases are of writes that nodes make as one.
func transactionCases() []recorded {
	return []recorded{
		{name: "committed everywhere", checker: "atomic_commit", want: Pass, build: func(b *histories.Builder) {
			w := b.Put(1, 0, 10, 40)
			promise(b, 12, w, 1, 2)
			outcome(b, 20, w, sim.Agreed, 3, 1, 2)
			b.Tell(30, 1, sim.Stored, sim.Durable, w)
		}},
		{name: "aborted everywhere", checker: "atomic_commit", want: Pass, build: func(b *histories.Builder) {
			w := b.Put(1, 0, 10, 40).Failed(sim.Aborted)
			promise(b, 12, w, 1, 2)
			outcome(b, 20, w, sim.Undone, 3, 1, 2)
		}},
		{
			name: "aborted once, committed at the second try", checker: "atomic_commit", want: Pass,
			build: func(b *histories.Builder) {
				w := b.Put(1, 0, 10, 40)
				outcome(b, 20, w, sim.Undone, 3, 1, 2)
				b.State(25, 1, sim.Observation{Fact: sim.Ended, Why: sim.Agreed, Op: w.ID, A: 3, B: 8})
				b.Tell(30, 1, sim.Stored, sim.Durable, w).Hold(1, 0, w)
			},
		},
		{
			name: "committed here, aborted there", checker: "atomic_commit", want: Fail, count: 1,
			text: "c1/1 was committed by n1 and aborted by n2",
			build: func(b *histories.Builder) {
				w := b.Put(1, 0, 10, 40).Unknown()
				outcome(b, 20, w, sim.Agreed, 1)
				outcome(b, 30, w, sim.Undone, 2)
			},
		},
		{
			name: "aborted, and stored by somebody", checker: "atomic_commit", want: Fail, count: 1,
			text: "c1/1 was aborted by n3, and n2 has it",
			build: func(b *histories.Builder) {
				w := b.Put(1, 0, 10, 40).Unknown()
				outcome(b, 20, w, sim.Undone, 3)
				b.Tell(30, 2, sim.Stored, sim.Durable, w)
			},
		},
		{name: "aborted, and held in the end", checker: "atomic_commit", want: Fail, count: 1, build: func(b *histories.Builder) {
			w := b.Put(1, 0, 10, 40).Unknown()
			outcome(b, 20, w, sim.Undone, 3)
			b.Hold(2, 0, w)
		}},
		{name: "aborted, its tombstone held", checker: "atomic_commit", want: Fail, count: 1, build: func(b *histories.Builder) {
			w := b.Delete(1, 0, 10, 40).Unknown()
			outcome(b, 20, w, sim.Undone, 3)
			b.Hold(2, 0, w)
		}},
		{
			name: "acknowledged and aborted", checker: "atomic_commit", want: Fail, count: 1,
			text:  "c1/1 was acknowledged, and nobody has committed it",
			build: func(b *histories.Builder) { outcome(b, 20, b.Put(1, 0, 10, 40), sim.Undone, 3) },
		},
		{name: "failed and committed", checker: "atomic_commit", want: Fail, count: 1, build: func(b *histories.Builder) {
			outcome(b, 20, b.Put(1, 0, 10, 40).Failed(sim.Aborted), sim.Agreed, 3)
		}},
		{
			name: "acknowledged, and forgotten by one that had promised it", checker: "atomic_commit", want: Fail, count: 1,
			text:  "c1/1 was acknowledged; n2 had promised it, and never learnt that it was committed",
			build: func(b *histories.Builder) { forgotten(b) },
		},
		{
			name: "acknowledged, and its coordinator never came back", checker: "atomic_commit", want: Pass,
			build: func(b *histories.Builder) { forgotten(b); b.Die(3) },
		},
		{name: "no transaction", checker: "atomic_commit", want: Vacuous, build: func(b *histories.Builder) { b.Put(1, 0, 10, 20) }},

		{
			name: "one of two replicas has it", checker: "partial_writes", want: Fail, count: 1,
			text:  "c1/1 of k0 ended unknown (timeout), yet n1 took it, of 2 that it needed",
			build: func(b *histories.Builder) { halfway(b) },
		},
		{name: "the other one stored it too", checker: "partial_writes", want: Pass, build: func(b *histories.Builder) {
			b.Tell(30, 2, sim.Stored, sim.Durable, halfway(b))
		}},
		{name: "it lost against another version there", checker: "partial_writes", want: Pass, build: func(b *histories.Builder) {
			b.Tell(30, 2, sim.Discarded, sim.Resolved, halfway(b))
		}},
		{name: "the other one has what follows it", checker: "partial_writes", want: Pass, build: func(b *histories.Builder) {
			b.Hold(2, 0, b.Put(2, 0, 50, 60, halfway(b)))
		}},
		{name: "the other one has what is newer", checker: "partial_writes", want: Pass, build: func(b *histories.Builder) {
			w := halfway(b)
			newer := b.Put(2, 0, 30, 60)
			b.Place(11, 3, w, 1, 0).Place(31, 3, newer, 2, 0).Hold(2, 0, newer)
		}},
		{name: "the other one has what is older", checker: "partial_writes", want: Fail, count: 1, build: func(b *histories.Builder) {
			b.Hold(2, 0, b.Put(2, 0, 1, 5))
			halfway(b)
		}},
		{name: "nobody has it", checker: "partial_writes", want: Pass, build: func(b *histories.Builder) {
			w := b.Put(1, 0, 10, 20).Unknown()
			b.State(15, 3, sim.Observation{Fact: sim.Closed, Op: w.ID, A: 2}).Hold(1, 0, b.Put(2, 0, 30, 40))
		}},
		{name: "the need of another write", checker: "partial_writes", want: Fail, count: 1, build: func(b *histories.Builder) {
			other := b.Put(2, 1, 10, 20)
			b.State(15, 3, sim.Observation{Fact: sim.Closed, Op: other.ID, Key: 1, A: 2, B: 2})
			b.Hold(1, 0, b.Put(1, 0, 10, 40).Pending())
		}},
		{name: "acknowledged", checker: "partial_writes", want: Pass, build: func(b *histories.Builder) {
			w := b.Put(1, 0, 10, 20)
			b.State(15, 3, sim.Observation{Fact: sim.Closed, Op: w.ID, A: 2, B: 2}).Hold(1, 0, w)
		}},
		{name: "no need is stated", checker: "partial_writes", want: Vacuous, build: func(b *histories.Builder) {
			b.Hold(1, 0, b.Put(1, 0, 10, 20).Unknown())
		}},
	}
}

// promise has nodes promise a write to n3, as its transaction 7.
func promise(b *histories.Builder, stamp uint32, w *histories.Op, nodes ...sim.NodeID) {
	for _, node := range nodes {
		b.State(stamp, node, sim.Observation{Fact: sim.Prepared, Op: w.ID, A: 3, B: 7})
	}
}

// outcome has nodes learn the outcome of that transaction.
func outcome(b *histories.Builder, stamp uint32, w *histories.Op, how sim.Why, nodes ...sim.NodeID) {
	for _, node := range nodes {
		b.State(stamp, node, sim.Observation{Fact: sim.Ended, Why: how, Op: w.ID, A: 3, B: 7})
	}
}

func forgotten(b *histories.Builder) {
	w := b.Put(1, 0, 10, 40)
	promise(b, 12, w, 1, 2)
	outcome(b, 20, w, sim.Agreed, 3, 1)
}

// halfway is a write of unknown outcome that needed two replicas, and that n1 has.
func halfway(b *histories.Builder) *histories.Op {
	w := b.Put(1, 0, 10, 40).Unknown()
	b.State(35, 3, sim.Observation{Fact: sim.Closed, Op: w.ID, A: 2, B: 1})
	b.Tell(20, 1, sim.Stored, sim.Durable, w).Hold(1, 0, w)
	return w
}

// TestBlockedTimes measures from the first promise to the first word of the outcome,
// and to the end of the run where there is none.
func TestBlockedTimes(t *testing.T) {
	b := histories.New(4)
	first, second := b.Put(1, 0, 10, 100), b.Put(1, 1, 110, 200).Unknown()
	promise(b, 12, first, 1, 2)
	promise(b, 32, first, 2) // in another life
	b.State(40, 2, sim.Observation{Fact: sim.Prepared, Why: sim.Late, Op: first.ID, A: 3, B: 7})
	outcome(b, 20, first, sim.Agreed, 3, 1)
	outcome(b, 92, first, sim.Agreed, 2)
	outcome(b, 99, first, sim.Agreed, 2)
	promise(b, 120, second, 1, 4)
	b.Die(4)
	run := b.Run()
	run.Phases.End = 420 * time.Millisecond
	measures := map[string]Measure{}
	for _, m := range AtomicCommit(run, Options{}).Measures {
		measures[m.Name] = m
	}
	require.Equal(t, int64(300*time.Millisecond), measures["blocked_max_ns"].Count)
	require.Equal(t, int64(3), measures["blocked_p50_ns"].Histogram.TotalCount(), "who never came back is not measured")
	require.InDelta(t, float64(80*time.Millisecond), float64(measures["blocked_p50_ns"].Histogram.ValueAtQuantile(50)), 1e6)
	require.InDelta(t, float64(8*time.Millisecond), float64(measures["blocked_p50_ns"].Histogram.Min()), 1e5)
	share := measures["blocked_share"]
	require.Equal(t, [2]int64{1, 3}, [2]int64{share.Count, share.Total})
	require.Equal(t, int64(1), measures["blocked_at_end"].Count)
	require.Equal(t, int64(1), measures["transactions_agreed"].Count)
	require.Zero(t, measures["transactions_undone"].Count)
}
