package checks

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// recorded is one case that a checker must accept or reject.
type recorded struct {
	name    string
	checker string
	want    Result
	count   int64
	text    string // of the witness, in full, where the case fixes it
	options Options
	build   func(b *histories.Builder)
}

var (
	branching  = Options{Siblings: true}
	committing = Options{Commits: true}
)

func cases() []recorded {
	all := []recorded{
		{name: "a read of the newest", checker: "stale_reads", want: Pass, build: func(b *histories.Builder) {
			w := b.Put(1, 2, 10, 20)
			b.Get(2, 2, 30, 40, w)
		}},
		{
			name: "a read of an older write", checker: "stale_reads", want: Fail, count: 1,
			text: "c3 read k2 from n1 at 0.105 s and got c1/1; c2/1 had been acknowledged 85 ms before",
			build: func(b *histories.Builder) {
				old := b.Put(1, 2, 5, 8)
				b.Put(2, 2, 10, 20)
				b.Get(3, 2, 105, 120, old).From(1)
			},
		},
		{
			name: "overlapping writes without a declared order", checker: "stale_reads", want: Pass,
			build: func(b *histories.Builder) {
				x := b.Put(1, 0, 10, 30)
				b.Put(2, 0, 20, 40)
				b.Get(3, 0, 50, 60, x)
			},
		},
		{
			name: "overlapping writes, the store says which is newer", checker: "stale_reads", want: Fail, count: 1,
			build: func(b *histories.Builder) {
				x, y := b.Put(1, 0, 10, 30), b.Put(2, 0, 20, 40)
				b.Place(25, 1, x, 1, 0).Place(26, 1, y, 1, 1)
				b.Get(3, 0, 50, 60, x)
			},
		},
		{name: "an uncommitted newer value", checker: "stale_reads", want: Pass, build: func(b *histories.Builder) {
			b.Put(1, 0, 10, 20)
			b.Get(2, 0, 30, 40, b.Put(3, 0, 25, 90).Unknown())
		}},
		{name: "an unknown write is never missed", checker: "stale_reads", want: Pass, build: func(b *histories.Builder) {
			w := b.Put(1, 0, 10, 20)
			b.Put(2, 0, 30, 40).Unknown()
			b.Get(3, 0, 50, 60, w)
		}},
		{name: "nothing, explained by an unknown delete", checker: "stale_reads", want: Pass, build: func(b *histories.Builder) {
			b.Put(1, 0, 10, 20)
			b.Delete(2, 0, 30, 40).Unknown()
			b.Get(3, 0, 50, 60)
		}},
		{name: "nothing, and no delete", checker: "stale_reads", want: Fail, count: 1, build: func(b *histories.Builder) {
			b.Put(1, 0, 10, 20)
			b.Get(3, 0, 50, 60)
		}},
		{name: "no read", checker: "stale_reads", want: Vacuous, build: func(b *histories.Builder) { b.Put(1, 0, 10, 20) }},
		{name: "a sibling in the ancestry", checker: "stale_reads", want: Pass, options: branching, build: func(b *histories.Builder) {
			x := b.Put(1, 0, 10, 20)
			y := b.Put(2, 0, 30, 40, x)
			b.Get(3, 0, 50, 60, y)
		}},
		{name: "a sibling left out", checker: "stale_reads", want: Fail, count: 1, options: branching, build: func(b *histories.Builder) {
			b.Put(1, 0, 10, 20)
			y := b.Put(2, 0, 30, 40)
			b.Get(3, 0, 50, 60, y)
		}},
		{
			name: "a removed version comes back", checker: "stale_reads", want: Fail, count: 1, options: branching,
			build: func(b *histories.Builder) {
				x := b.Put(1, 0, 10, 20)
				b.Delete(1, 0, 30, 40, x)
				b.Get(3, 0, 50, 60, x)
			},
		},
		{name: "an element removed", checker: "stale_reads", want: Pass, build: func(b *histories.Builder) {
			x := b.Add(1, 0, 10, 20, 7)
			b.Get(2, 0, 22, 24, x)
			b.Remove(1, 0, 30, 40, 7)
			b.Get(3, 0, 50, 60)
		}},
		{name: "an element missing", checker: "stale_reads", want: Fail, count: 1, build: func(b *histories.Builder) {
			x := b.Add(1, 0, 10, 20, 7)
			b.Add(1, 0, 25, 26, 8)
			b.Get(3, 0, 50, 60, x)
		}},
		{name: "a counter at its least", checker: "stale_reads", want: Pass, build: func(b *histories.Builder) {
			b.Add(1, 0, 10, 20, 7)
			b.Remove(2, 0, 30, 40, 3).Unknown()
			b.Get(3, 0, 50, 60).Total(4)
		}},
		{name: "a counter below its least", checker: "stale_reads", want: Fail, count: 1, build: func(b *histories.Builder) {
			b.Add(1, 0, 10, 20, 7)
			b.Get(3, 0, 50, 60).Total(6)
		}},

		{name: "kept", checker: "lost_writes", want: Pass, build: func(b *histories.Builder) {
			b.Get(3, 0, 50, 60, b.Put(1, 0, 10, 20)).Final()
		}},
		{
			name: "lost", checker: "lost_writes", want: Fail, count: 1,
			text: "c2 wrote k0, c2/1, acknowledged at 0.040 s; in the end c3 read k0 at 0.050 s and got c1/1",
			build: func(b *histories.Builder) {
				x := b.Put(1, 0, 10, 20)
				b.Put(2, 0, 30, 40)
				b.Get(3, 0, 50, 60, x).Final()
			},
		},
		{name: "an unknown write is not lost", checker: "lost_writes", want: Pass, build: func(b *histories.Builder) {
			x := b.Put(1, 0, 10, 20)
			b.Put(2, 0, 30, 40).Unknown()
			b.Get(3, 0, 50, 60, x).Final()
		}},
		{name: "no end", checker: "lost_writes", want: Vacuous, build: func(b *histories.Builder) { b.Put(1, 0, 10, 20) }},

		{
			name: "every copy truncated, then overwritten", checker: "masked_losses", want: Fail, count: 1,
			text:  "c1 wrote k0, c1/1, acknowledged at 0.020 s; its last copy was discarded (truncated)",
			build: func(b *histories.Builder) { masked(b, 30) },
		},
		{
			name: "an entry that was no write truncated, then overwritten", checker: "masked_losses", want: Pass,
			build: func(b *histories.Builder) {
				w := b.Put(1, 0, 10, 20)
				b.Tell(15, 1, sim.Stored, sim.Durable, w)
				b.State(25, 1, sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, A: 2})
				next := b.Put(2, 0, 40, 50)
				b.Put(2, 0, 55, 56)
				b.Get(3, 0, 60, 70, next)
			},
		},
		{
			name: "truncated after the next write began", checker: "masked_losses", want: Pass,
			build: func(b *histories.Builder) { masked(b, 45) },
		},
		{
			name: "a tombstone collected, and a hint for it given up later", checker: "masked_losses", want: Pass,
			build: func(b *histories.Builder) { outlived(b, sim.Collected) },
		},
		{
			name: "a copy wiped, and a hint for it given up later", checker: "masked_losses", want: Fail, count: 1,
			build: func(b *histories.Builder) { outlived(b, sim.Wiped) },
		},
		{
			name: "nothing stated", checker: "masked_losses", want: Vacuous,
			build: func(b *histories.Builder) { b.Get(1, 0, 50, 60, b.Put(1, 0, 10, 20)).Final() },
		},

		{
			name: "resolved against an overlapping write", checker: "discarded_writes", want: Fail, count: 1,
			build: func(b *histories.Builder) { resolvedAway(b, 15) },
		},
		{
			name: "resolved against the next write", checker: "discarded_writes", want: Pass,
			build: func(b *histories.Builder) { resolvedAway(b, 30) },
		},

		{
			name: "an element missing, from a set written back whole", checker: "lost_writes", want: Fail, count: 1,
			build: func(b *histories.Builder) {
				x := b.Add(1, 0, 10, 20, 7)
				b.Get(4, 0, 50, 60, b.Add(2, 0, 30, 40, 8).On(x)).Final()
			},
		},
		{
			name: "a set written back whole, seen on replicas alone", checker: "lost_writes", want: Vacuous,
			build: func(b *histories.Builder) {
				x := b.Add(1, 0, 10, 20, 7)
				b.Get(2, 0, 22, 24, x)
				b.Hold(1, 0, b.Add(2, 0, 30, 40, 8).On(x))
			},
		},

		{
			name: "an element comes back", checker: "resurrected", want: Fail, count: 1,
			text: "c2 removed element 7 of k0, acknowledged at 0.040 s; then c3 read k0 at 0.050 s and got c1/1=7",
			build: func(b *histories.Builder) {
				x := b.Add(1, 0, 10, 20, 7)
				b.Remove(2, 0, 30, 40, 7)
				b.Get(3, 0, 50, 60, x).Final()
			},
		},
		{
			name: "two elements come back in a read, one to stay", checker: "resurrected", want: Fail, count: 2,
			text: "c2 removed element 8 of k0, acknowledged at 0.034 s; then c3 read k0 at 0.060 s and got c1/2=8",
			build: func(b *histories.Builder) {
				x, y := b.Add(1, 0, 10, 20, 7), b.Add(1, 0, 22, 24, 8)
				b.Remove(2, 0, 30, 32, 7)
				b.Remove(2, 0, 33, 34, 8)
				b.Get(3, 0, 40, 50, x, y)
				b.Get(3, 0, 60, 70, y).Final()
			},
		},
		{
			name: "live replicas hold a removed element", checker: "resurrected", want: Fail, count: 1,
			text: "c2 removed element 7 of k0, acknowledged at 0.040 s; live replicas hold it in the end",
			build: func(b *histories.Builder) {
				x := b.Add(1, 0, 10, 20, 7)
				b.Get(2, 0, 22, 24, x)
				b.Remove(2, 0, 30, 40, 7)
				b.Hold(1, 0, x)
			},
		},
		{
			name: "an element comes back after a delete of all", checker: "resurrected", want: Fail, count: 1,
			build: func(b *histories.Builder) {
				x := b.Add(1, 0, 10, 20, 7)
				b.Delete(2, 0, 30, 40)
				b.Get(3, 0, 50, 60, x)
			},
		},
		{
			name: "added again, and removed once more", checker: "resurrected", want: Fail, count: 1,
			build: func(b *histories.Builder) {
				b.Add(1, 0, 10, 20, 7)
				b.Remove(2, 0, 30, 40, 7)
				x := b.Add(1, 0, 50, 60, 7)
				b.Remove(2, 0, 70, 80, 7)
				b.Get(3, 0, 90, 99, x)
			},
		},
		{name: "added again", checker: "resurrected", want: Pass, build: func(b *histories.Builder) {
			b.Add(1, 0, 10, 20, 7)
			b.Remove(2, 0, 30, 40, 7)
			b.Get(3, 0, 70, 80, b.Add(1, 0, 50, 60, 7))
		}},
		{name: "added while it was removed", checker: "resurrected", want: Pass, build: func(b *histories.Builder) {
			x := b.Add(1, 0, 10, 35, 7)
			b.Remove(2, 0, 30, 40, 7)
			b.Get(3, 0, 50, 60, x)
		}},
		{name: "an addition whose end nobody knows", checker: "resurrected", want: Pass, build: func(b *histories.Builder) {
			x := b.Add(1, 0, 10, 20, 7).Unknown()
			b.Remove(2, 0, 30, 40, 7)
			b.Get(3, 0, 50, 60, x)
		}},
		{name: "read while it was removed", checker: "resurrected", want: Pass, build: func(b *histories.Builder) {
			x := b.Add(1, 0, 10, 20, 7)
			b.Remove(2, 0, 30, 40, 7)
			b.Get(3, 0, 35, 60, x)
		}},
		{name: "a removal that nobody confirmed", checker: "resurrected", want: Vacuous, build: func(b *histories.Builder) {
			x := b.Add(1, 0, 10, 20, 7)
			b.Remove(2, 0, 30, 40, 7).Unknown()
			b.Get(3, 0, 50, 60, x)
		}},

		{
			name: "two built on one", checker: "lost_updates", want: Fail, count: 1,
			text: "c2/1 and c3/1 of k0 were both acknowledged and built on the same version; only c3/1 survived",
			build: func(b *histories.Builder) {
				x := b.Put(1, 0, 10, 20)
				b.Put(2, 0, 30, 40, x)
				b.Get(4, 0, 50, 60, b.Put(3, 0, 31, 41, x)).Final()
			},
		},
		{name: "one after another", checker: "lost_updates", want: Pass, build: func(b *histories.Builder) {
			x := b.Put(1, 0, 10, 20)
			y := b.Put(2, 0, 30, 40, x)
			b.Get(4, 0, 50, 60, b.Put(3, 0, 41, 45, y)).Final()
		}},

		{
			name: "read before it was committed", checker: "dirty_reads", want: Fail, count: 1, options: committing,
			build: func(b *histories.Builder) { committed(b, 50) },
		},
		{
			name: "committed before the reply", checker: "dirty_reads", want: Pass, options: committing,
			build: func(b *histories.Builder) { committed(b, 35) },
		},
		{name: "no commit declared", checker: "dirty_reads", want: Vacuous, build: func(b *histories.Builder) { committed(b, 50) }},

		{
			name: "a failed write read", checker: "aborted_reads", want: Fail, count: 1, options: committing,
			build: func(b *histories.Builder) { b.Get(2, 0, 30, 40, b.Put(1, 0, 10, 20).Failed(sim.Aborted)) },
		},
		{
			name: "never committed, gone at the end", checker: "aborted_reads", want: Fail, count: 1, options: committing,
			build: func(b *histories.Builder) {
				b.Get(2, 0, 30, 40, b.Put(1, 0, 10, 20).Unknown())
				b.Get(2, 0, 50, 60).Final()
			},
		},
		{
			name: "never committed, but there at the end", checker: "aborted_reads", want: Pass, options: committing,
			build: func(b *histories.Builder) {
				w := b.Put(1, 0, 10, 20).Unknown()
				b.Get(2, 0, 30, 40, w)
				b.Get(2, 0, 50, 60, w).Final()
			},
		},

		{name: "a clock lied", checker: "order_inversions", want: Fail, count: 1, build: func(b *histories.Builder) {
			b.Place(15, 1, b.Put(1, 0, 10, 20), 9, 0).Place(35, 1, b.Put(2, 0, 30, 40), 8, 0)
		}},
		{name: "overlapping in any order", checker: "order_inversions", want: Pass, build: func(b *histories.Builder) {
			b.Place(15, 1, b.Put(1, 0, 10, 20), 9, 0).Place(15, 1, b.Put(2, 0, 15, 40), 8, 0)
		}},
		{name: "no place", checker: "order_inversions", want: Vacuous, build: func(b *histories.Builder) { b.Put(1, 0, 10, 20) }},

		{name: "two versions", checker: "conflicts", want: Fail, count: 1, options: branching, build: func(b *histories.Builder) {
			b.Get(3, 0, 50, 60, b.Put(1, 0, 10, 20), b.Put(2, 0, 10, 20))
		}},
		{
			name: "one version", checker: "conflicts", want: Pass, options: branching,
			build: func(b *histories.Builder) { b.Get(3, 0, 50, 60, b.Put(1, 0, 10, 20)) },
		},

		{
			name: "a version and what it replaced", checker: "false_siblings", want: Fail, count: 1, options: branching,
			text: "c3 read k0 at 0.070 s and got c1/1 and c2/1 and c1/2; c1/2 was written over c1/1",
			build: func(b *histories.Builder) {
				x, other := b.Put(1, 0, 10, 20), b.Put(2, 0, 10, 20)
				y := b.Put(1, 0, 30, 40, b.Put(3, 0, 22, 24, x))
				b.Get(3, 0, 70, 80, x, other, y)
			},
		},
		{
			name: "siblings that are concurrent", checker: "false_siblings", want: Pass, options: branching,
			build: func(b *histories.Builder) {
				x := b.Put(1, 0, 10, 20)
				b.Get(3, 0, 50, 60, b.Put(1, 0, 30, 40, x), b.Put(2, 0, 30, 40, x))
			},
		},

		{
			name: "its own write missed", checker: "read_your_writes", want: Fail, count: 1,
			text: "c2 read k0 at 0.050 s and got c1/1; it had written c2/1 itself",
			build: func(b *histories.Builder) {
				x := b.Put(1, 0, 10, 20)
				b.Put(2, 0, 30, 40)
				b.Get(2, 0, 50, 60, x)
			},
		},
		{name: "another session's write missed", checker: "read_your_writes", want: Pass, build: func(b *histories.Builder) {
			x := b.Put(1, 0, 10, 20)
			b.Put(2, 0, 30, 40)
			b.Get(1, 0, 50, 60, x)
			b.Get(1, 0, 70, 80, x)
		}},
		{name: "back to an older value", checker: "monotonic_reads", want: Fail, count: 1, build: func(b *histories.Builder) {
			x, y := b.Put(1, 0, 10, 20), b.Put(2, 0, 30, 40)
			b.Get(3, 0, 50, 60, y)
			b.Get(3, 0, 70, 80, x)
		}},
		{name: "forward only", checker: "monotonic_reads", want: Pass, build: func(b *histories.Builder) {
			x, y := b.Put(1, 0, 10, 20), b.Put(2, 0, 30, 40)
			b.Get(3, 0, 50, 60, x)
			b.Get(3, 0, 70, 80, y)
		}},
		{
			name: "the later write seen, the earlier missed", checker: "monotonic_writes", want: Fail, count: 1,
			text: "c3 read k0 at 0.070 s and got nothing; its session had seen c1/2, which came after c1/1 in the session of its writer",
			build: func(b *histories.Builder) {
				b.Put(1, 0, 10, 20)
				y := b.Put(1, 1, 30, 40)
				b.Get(3, 1, 50, 60, y)
				b.Get(3, 0, 70, 80)
			},
		},
		{name: "the later write not seen", checker: "monotonic_writes", want: Pass, build: func(b *histories.Builder) {
			x := b.Put(1, 0, 10, 20)
			b.Put(1, 1, 30, 40)
			b.Get(3, 1, 50, 60)
			b.Get(3, 0, 70, 80, x)
			b.Get(3, 0, 90, 95, x)
		}},
		{name: "an answer without the question", checker: "writes_follow_reads", want: Fail, count: 1, build: func(b *histories.Builder) {
			question := b.Put(1, 0, 10, 20)
			b.Get(2, 0, 22, 24, question)
			answer := b.Put(2, 1, 30, 40)
			b.Get(3, 1, 50, 60, answer)
			b.Get(3, 0, 70, 80)
		}},
		{name: "an answer to something else", checker: "writes_follow_reads", want: Pass, build: func(b *histories.Builder) {
			b.Put(1, 0, 10, 20)
			answer := b.Put(2, 1, 30, 40)
			b.Get(3, 1, 50, 60, answer)
			b.Get(3, 0, 70, 80)
		}},

		{name: "replicas agree", checker: "converged", want: Pass, build: func(b *histories.Builder) {
			x := b.Put(1, 0, 10, 20)
			b.Hold(1, 0, x).Hold(2, 0, x)
		}},
		{
			name: "replicas differ", checker: "converged", want: Fail, count: 1,
			text: "in the end, of k0 n1 holds c1/1, n2 holds c2/1", build: func(b *histories.Builder) {
				b.Hold(1, 0, b.Put(1, 0, 10, 20)).Hold(2, 0, b.Put(2, 0, 10, 20))
			},
		},
		{name: "one that stored it has it no more", checker: "converged", want: Fail, count: 1, build: func(b *histories.Builder) {
			x := b.Put(1, 0, 10, 20)
			b.Tell(15, 2, sim.Stored, sim.Durable, x).Hold(1, 0, x)
		}},
		{name: "one that stored it merely accepts", checker: "converged", want: Pass, build: func(b *histories.Builder) {
			x := b.Put(1, 0, 10, 20)
			b.State(1, 3, sim.Observation{Fact: sim.Role, Why: sim.Held, B: sim.Acceptor})
			b.Tell(15, 3, sim.Stored, sim.Durable, x).Hold(1, 0, x).Hold(2, 0, x)
		}},
		{name: "a tombstone and nothing", checker: "converged", want: Pass, build: func(b *histories.Builder) {
			d := b.Delete(1, 0, 10, 20)
			b.Hold(1, 0, d).Hold(2, 0)
		}},
		{name: "one that should hold it never had it", checker: "converged", want: Fail, count: 1, build: func(b *histories.Builder) {
			b.Hold(1, 0, b.Put(1, 0, 10, 20)).Lack(2, 0)
		}},
		{name: "one that should hold it lacks a tombstone", checker: "converged", want: Pass, build: func(b *histories.Builder) {
			b.Hold(1, 0, b.Delete(1, 0, 10, 20)).Lack(2, 0)
		}},
		{name: "one replica", checker: "converged", want: Vacuous, build: func(b *histories.Builder) { b.Hold(1, 0, b.Put(1, 0, 10, 20)) }},

		{name: "a timeout", checker: "unavailable", want: Fail, count: 1, build: func(b *histories.Builder) { b.Put(1, 0, 10, 20).Unknown() }},
		{
			name: "a conflict is an answer", checker: "unavailable", want: Pass,
			build: func(b *histories.Builder) { b.CAS(1, 0, 10, 20).Failed(sim.Conflict) },
		},
		{name: "no op", checker: "unavailable", want: Vacuous, build: func(b *histories.Builder) {}},

		{
			name: "two leaders of an epoch", checker: "one_leader", want: Fail, count: 1,
			text:  "n2 led epoch 3 from 0.020 s; n1 had led the same epoch from 0.010 s",
			build: func(b *histories.Builder) { lead(b, 10, 1, 3); lead(b, 20, 2, 3) },
		},
		{
			name: "one leader an epoch", checker: "one_leader", want: Pass,
			build: func(b *histories.Builder) { lead(b, 10, 1, 3); lead(b, 20, 2, 4) },
		},
		{
			name: "two memberships of a version", checker: "one_membership", want: Fail, count: 1,
			text: "of version 2, n1 has 3 members (7) since 0.010 s, and n2 has 3 (8) since 0.020 s",
			build: func(b *histories.Builder) {
				b.State(10, 1, sim.Observation{Fact: sim.Configured, A: 2, B: 3, C: 7})
				b.State(20, 2, sim.Observation{Fact: sim.Configured, A: 2, B: 3, C: 8})
			},
		},
		{
			name: "one membership a version", checker: "one_membership", want: Pass,
			build: func(b *histories.Builder) {
				b.State(10, 1, sim.Observation{Fact: sim.Configured, A: 2, B: 3, C: 7})
				b.State(20, 2, sim.Observation{Fact: sim.Configured, A: 2, B: 3, C: 7})
				b.State(30, 1, sim.Observation{Fact: sim.Configured, A: 3, B: 4, C: 8})
			},
		},
		{name: "members never change", checker: "one_membership", want: Vacuous, build: func(b *histories.Builder) {}},
		{name: "nobody leads", checker: "one_leader", want: Vacuous, build: func(b *histories.Builder) {}},
		{
			name: "both accept", checker: "split_brain", want: Fail, count: 1,
			text:  "while n1 (epoch 3) and n2 (epoch 4) both led, n2 accepted c2/1 and n1 accepted c1/1",
			build: func(b *histories.Builder) { brains(b, 25) },
		},
		{
			name: "the first had accepted before", checker: "split_brain", want: Pass,
			build: func(b *histories.Builder) { brains(b, 15) },
		},

		{name: "disjoint quorums", checker: "quorum_overlap", want: Fail, count: 1, build: func(b *histories.Builder) { quorums(b, 3) }},
		{name: "a shared replica", checker: "quorum_overlap", want: Pass, build: func(b *histories.Builder) { quorums(b, 2) }},
		{
			name: "no ledger", checker: "quorum_overlap", want: Vacuous,
			build: func(b *histories.Builder) { b.Get(3, 0, 50, 60, b.Put(1, 0, 10, 20)) },
		},
	}
	return append(all, transactionCases()...)
}

// outlived is a delete whose copies went for some reason before its hint was given up.
func outlived(b *histories.Builder, why sim.Why) {
	gone := b.Delete(1, 0, 10, 20)
	b.Tell(15, 1, sim.Stored, sim.Durable, gone).Tell(16, 2, sim.Hint, sim.Kept, gone)
	b.Tell(30, 1, sim.Discarded, why, gone).Tell(35, 2, sim.Hint, sim.Expired, gone)
	later := b.Put(1, 0, 50, 60)
	b.Tell(55, 1, sim.Stored, sim.Durable, later)
	b.Get(2, 0, 100, 110, later).Final()
}

func masked(b *histories.Builder, discarded uint32) {
	w := b.Put(1, 0, 10, 20)
	b.Tell(15, 1, sim.Stored, sim.Durable, w).Tell(discarded, 1, sim.Discarded, sim.Truncated, w)
	next := b.Put(2, 0, 40, 50)
	b.Put(2, 0, 55, 56)
	b.Get(3, 0, 60, 70, next)
}

func resolvedAway(b *histories.Builder, second uint32) {
	w := b.Put(1, 0, 10, 20)
	v := b.Put(2, 0, second, 40)
	b.Tell(12, 1, sim.Stored, sim.Durable, w).Tell(38, 1, sim.Discarded, sim.Resolved, w)
	b.Get(3, 0, 60, 70, v).Final()
}

func committed(b *histories.Builder, stamp uint32) {
	w := b.Put(1, 0, 10, 60)
	b.Tell(stamp, 1, sim.Committed, sim.NoReason, w)
	b.Get(2, 0, 30, 40, w)
}

func lead(b *histories.Builder, stamp uint32, node sim.NodeID, epoch uint64) {
	b.State(stamp, node, sim.Observation{Fact: sim.Role, Why: sim.Held, A: epoch, B: sim.Leader})
}

func brains(b *histories.Builder, first uint32) {
	lead(b, 10, 1, 3)
	lead(b, 20, 2, 4)
	b.Place(first, 1, b.Put(1, 0, 12, 40), 3, 1)
	b.Place(30, 2, b.Put(2, 0, 28, 40), 4, 1)
}

func quorums(b *histories.Builder, asked uint64) {
	w := b.Put(1, 0, 10, 20)
	r := b.Get(2, 0, 30, 40, w)
	for _, replica := range []uint64{1, 2} {
		b.State(15, 1, sim.Observation{Fact: sim.Answered, Op: w.ID, A: replica, B: replica})
	}
	b.State(35, 1, sim.Observation{Fact: sim.Answered, Op: r.ID, A: asked, B: asked})
	b.State(36, 1, sim.Observation{Fact: sim.Closed, Op: r.ID, A: 1, B: 1})
}

func TestRecordedCases(t *testing.T) {
	accepts, rejects := map[string]bool{}, map[string]bool{}
	for _, c := range slices.Concat(cases(), replicaCases(), wipedCases(), logCases(), leadersCases(), fencedCases()) {
		t.Run(c.checker+"/"+c.name, func(t *testing.T) {
			b := histories.New(3)
			c.build(b)
			verdict := judgeBy(t, c.checker, b.Run(), c.options).Verdict
			require.Equal(t, c.want.String(), verdict.Result.String(), verdict.Why)
			require.Equal(t, c.count, verdict.Count)
			if c.text != "" {
				require.Equal(t, c.text, verdict.Witness.Text)
			}
		})
		accepts[c.checker] = accepts[c.checker] || c.want == Pass
		rejects[c.checker] = rejects[c.checker] || c.want == Fail
	}
	for _, l := range list() {
		if l.name != "linearizable" && l.name != "traffic" {
			require.True(t, accepts[l.name] && rejects[l.name], l.name)
		}
	}
}

func judgeBy(t *testing.T, checker string, run *record.Run, o Options) Report {
	for _, c := range All() {
		if c.Name == checker {
			return c.Judge(run, o)
		}
	}
	require.Fail(t, "no such checker", checker)
	return Report{}
}
