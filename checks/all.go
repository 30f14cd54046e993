package checks

import "simrun/sim/record"

// listed is a checker as it is written: it judges a view, so that several can
// share one.
type listed struct {
	name, meaning string
	judge         func(*view) Report
}

func list() []listed {
	return []listed{
		{"linearizable", "on every key, the ops fit one order that respects real time", (*view).linearizable},
		{"stale_reads", "reads that returned a write older than one acknowledged before they began", (*view).staleReads},
		{"lost_writes", "acknowledged writes that the end does not hold", (*view).lostWrites},
		{"masked_losses", "acknowledged writes of which every copy was discarded before a later write hid it", (*view).maskedLosses},
		{"discarded_writes", "acknowledged writes dropped by conflict resolution in favour of one that overlapped them", (*view).discardedWrites},
		{"resurrected", "elements of sets that are shown although their removal had been acknowledged", (*view).resurrected},
		{"lost_updates", "acknowledged writes built on the same version as another, of which only the other survived", (*view).lostUpdates},
		{"dirty_reads", "reads answered before any node knew the value to be committed", (*view).dirtyReads},
		{"aborted_reads", "reads of a failed write, or of one never committed and absent at the end", (*view).abortedReads},
		{"order_inversions", "acknowledged writes that the store placed before a write that had returned before they began", (*view).orderInversions},
		{"conflicts", "reads that returned several versions", (*view).conflicts},
		{"false_siblings", "reads that returned a version together with one that it replaced", (*view).falseSiblings},
		{"read_your_writes", "every read shows the writes of its own session before it", (*view).readYourWrites},
		{"monotonic_reads", "no read shows less than its session had read before", (*view).monotonicReads},
		{"monotonic_writes", "who sees a later write of a session sees its earlier ones", (*view).monotonicWrites},
		{"writes_follow_reads", "who sees a write sees what its writer had read", (*view).writesFollowReads},
		{"converged", "live replicas of a key hold the same versions at the end", (*view).converged},
		{"unavailable", "ops that the store did not answer", (*view).unavailable},
		{"one_leader", "no two nodes lead the same scope in the same epoch", (*view).oneLeader},
		{"split_brain", "two nodes that lead at the same time both accepted writes", (*view).splitBrain},
		{"one_membership", "nodes that go by one version of the members go by the same members", (*view).oneMembership},
		{"quorum_overlap", "reads ask a replica that was counted for the newest acknowledged write", (*view).quorumOverlap},
		{"atomic_commit", "a write made at several nodes as one is made at all of them or at none", (*view).atomicCommit},
		{"partial_writes", "writes that did not end ok, held in the end though fewer replicas took them than they needed", (*view).partialWrites},
		{"replicas_agree", "servers that have applied the same entries hold the same state", (*view).replicasAgree},
		{"caught_up", "servers that were behind when a fault on them healed come to have what others had", (*view).outagesEnd},
		{"recovered", "after heal there is a leader, and final reads are answered", (*view).recovered},
		{"one_vote", "no node votes for two candidates in one epoch", (*view).oneVote},
		{"one_value", "one value is decided and applied for each slot", (*view).oneValue},
		{"applied_in_order", "every node applies all slots, in order", (*view).appliedInOrder},
		{"exactly_once", "no op takes effect twice, nor one that was said not to have happened", (*view).exactlyOnce},
		{"leader_completeness", "who is elected holds all that was decided in earlier epochs", (*view).leaderCompleteness},
		{"log_matching", "entries of one slot and epoch are equal in all logs, and so are those before them", (*view).logMatching},
		{"durable_majority", "what is decided is at every instant on the disks of a quorum", (*view).durableMajority},
		{"promises_kept", "no node votes, promises or accepts below what it promised, or accepts above", (*view).promisesKept},
		{"configurations_intersect", "no two electorates can decide at once", (*view).configurationsIntersect},
		{"leases_exclusive", "nobody commits in a higher epoch while a lease is held", (*view).leasesExclusive},
		{"concurrent_writes", "writes that several leaders made on one key without knowledge of each other", (*view).concurrentWrites},
		{"unique_grants", "compare-and-sets that expected nothing there, acknowledged beside another one's", (*view).uniqueGrants},
		{"on_call", "of each pair of keys, one stays on", (*view).onCall},
		{"fenced", "nothing that a lock guards is written under an older token after a newer one", (*view).fenced},
		{"traffic", "messages and bytes; nothing is judged", (*view).traffic},
	}
}

// linearizable judges nothing where clients sent commands: keys are no objects of their own.
func (v *view) linearizable() Report {
	if commanded(v.ops) {
		return Linearizable(new(record.Run), v.options)
	}
	return Linearizable(v.run, v.options)
}

// All lists every checker, in the order in which reports show them.
func All() []Checker {
	var all []Checker
	for _, l := range list() {
		all = append(all, Checker{
			Name: l.name, Meaning: l.meaning,
			Judge: func(run *record.Run, o Options) Report { return l.judge(newView(run, o)) },
		})
	}
	return all
}

// Judge applies every checker to one run, in the order of All. It says what they
// would say one by one, and costs less: what several need is worked out once.
func Judge(run *record.Run, o Options) []Report {
	v := newView(run, o)
	var reports []Report
	for _, l := range list() {
		reports = append(reports, l.judge(v))
	}
	return reports
}
