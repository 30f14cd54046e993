//go:build mutants

package raft

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|r-ack-before-fsync|r-ack-client-after-deposed|r-commit-past-match|r-config-not-rolled-back|r-entry-cache-stale|r-fig8-commit-old-term|r-follower-local-read|r-fsync-done-by-index|r-grant-any-candidate|r-joint-lost-in-snapshot|r-joint-union-quorum|r-learner-counted|r-learns-from-other-term|r-lease-clock|r-lease-from-ack-time|r-lease-no-margin|r-lease-vs-transfer|r-no-dedup|r-no-prevterm-check|r-no-uptodate-check|r-nondeterministic-apply|r-old-ack-counted|r-prev0-after-compaction|r-read-before-apply|r-readindex-no-own-commit|r-readindex-no-round|r-restarted-voter|r-round-joined-late|r-session-expiry-local|r-single-change-before-noop|r-snapshot-drops-suffix|r-snapshot-of-unapplied|r-snapshot-regress|r-stale-vote-counted|r-term-regress-from-snapshot|r-truncate-on-any-append|r-two-servers-at-once|r-vote-reply-before-persist|r-vote-volatile|r-wiped-node-same-id|safe-match-without-max|safe-vote-in-two-steps|safe-polls-granted|safe-steps-down" doc:"the wrong change"`
}

// commitOldTerm: entries of former terms are committed by counting copies.
func (v variant) commitOldTerm() bool { return v.Mutant == "r-fig8-commit-old-term" }

// voteVolatile: the vote does not reach the disk.
func (v variant) voteVolatile() bool { return v.Mutant == "r-vote-volatile" }

// voteReplyBeforePersist: votes leave before they are on disk.
func (v variant) voteReplyBeforePersist() bool { return v.Mutant == "r-vote-reply-before-persist" }

// grantAny: a voter ignores that it has voted in the term.
func (v variant) grantAny() bool { return v.Mutant == "r-grant-any-candidate" }

// ackBeforeFsync: entries are acknowledged before they are on disk.
func (v variant) ackBeforeFsync() bool { return v.Mutant == "r-ack-before-fsync" }

// fsyncByIndex: a completed sync counts for whatever has the index now.
func (v variant) fsyncByIndex() bool { return v.Mutant == "r-fsync-done-by-index" }

// noUpToDate: a vote is given whatever the candidate's log.
func (v variant) noUpToDate() bool { return v.Mutant == "r-no-uptodate-check" }

// truncateAlways: the log is cut behind every append's prev.
func (v variant) truncateAlways() bool { return v.Mutant == "r-truncate-on-any-append" }

// noPrevTerm: only that prev exists is checked, not its term.
func (v variant) noPrevTerm() bool { return v.Mutant == "r-no-prevterm-check" }

// prevZeroAfterCompaction: an append from the beginning is taken though the beginning is compacted.
func (v variant) prevZeroAfterCompaction() bool { return v.Mutant == "r-prev0-after-compaction" }

// commitPastMatch: a follower commits up to its own last entry.
func (v variant) commitPastMatch() bool { return v.Mutant == "r-commit-past-match" }

// staleVote: votes of former terms are counted.
func (v variant) staleVote() bool { return v.Mutant == "r-stale-vote-counted" }

// ackAfterDeposed: a leader that steps down answers the writes in its log as done.
func (v variant) ackAfterDeposed() bool { return v.Mutant == "r-ack-client-after-deposed" }

// learnerCounted: learners count for commits and leases.
func (v variant) learnerCounted() bool { return v.Mutant == "r-learner-counted" }

// termFromSnapshot: installing a snapshot sets the term to the snapshot's.
func (v variant) termFromSnapshot() bool { return v.Mutant == "r-term-regress-from-snapshot" }

// snapshotRegress: a snapshot older than what is applied is installed.
func (v variant) snapshotRegress() bool { return v.Mutant == "r-snapshot-regress" }

// snapshotDropsSuffix: installing a snapshot drops the log behind it.
func (v variant) snapshotDropsSuffix() bool { return v.Mutant == "r-snapshot-drops-suffix" }

// snapshotOfUnapplied: a snapshot is labelled with the end of the log.
func (v variant) snapshotOfUnapplied() bool { return v.Mutant == "r-snapshot-of-unapplied" }

// readIndexNoOwnCommit: a new leader serves reads before an entry of its term is committed.
func (v variant) readIndexNoOwnCommit() bool { return v.Mutant == "r-readindex-no-own-commit" }

// readIndexNoRound: a read index is given without asking anybody.
func (v variant) readIndexNoRound() bool { return v.Mutant == "r-readindex-no-round" }

// readBeforeApply: a replica serves at a read index that it has not reached.
func (v variant) readBeforeApply() bool { return v.Mutant == "r-read-before-apply" }

// followerLocalRead: any server serves any read from its own state.
func (v variant) followerLocalRead() bool { return v.Mutant == "r-follower-local-read" }

// leaseFromAck: a lease is counted from when the answers came.
func (v variant) leaseFromAck() bool { return v.Mutant == "r-lease-from-ack-time" }

// leaseOnWallClock: a lease is measured by the wall clock.
func (v variant) leaseOnWallClock() bool { return v.Mutant == "r-lease-clock" }

// leaseWithoutDrift: a lease lasts for the whole shortest timeout.
func (v variant) leaseWithoutDrift() bool { return v.Mutant == "r-lease-no-margin" }

// leaseSurvivesTransfer: a leader that told another to campaign goes on counting on its lease.
func (v variant) leaseSurvivesTransfer() bool { return v.Mutant == "r-lease-vs-transfer" }

// restartedVoterForgets: a restarted voter votes at once.
func (v variant) restartedVoterForgets() bool { return v.Mutant == "r-restarted-voter" }

// noDedup: an op that comes again is applied again.
func (v variant) noDedup() bool { return v.Mutant == "r-no-dedup" }

// changeBeforeNoop: members change before an entry of the own term is committed.
func (v variant) changeBeforeNoop() bool { return v.Mutant == "r-single-change-before-noop" }

// twoAtOnce: one step may move several voters.
func (v variant) twoAtOnce() bool { return v.Mutant == "r-two-servers-at-once" }

// configStays: a configuration that is cut goes on ruling.
func (v variant) configStays() bool { return v.Mutant == "r-config-not-rolled-back" }

// jointUnion: a majority of all voters of two joint configurations is enough.
func (v variant) jointUnion() bool { return v.Mutant == "r-joint-union-quorum" }

// jointLostInSnapshot: a snapshot forgets the outgoing voters.
func (v variant) jointLostInSnapshot() bool { return v.Mutant == "r-joint-lost-in-snapshot" }

// wipedSameIdentity: a server whose disk was lost goes on under its old identity.
func (v variant) wipedSameIdentity() bool { return v.Mutant == "r-wiped-node-same-id" }

// staleCache: what is cut from the log may still be shipped from memory.
func (v variant) staleCache() bool { return v.Mutant == "r-entry-cache-stale" }

// sessionsByOwnClock: each server lets sessions expire by its own clock.
func (v variant) sessionsByOwnClock() bool { return v.Mutant == "r-session-expiry-local" }

// localApply: the time at which a server applies a compare-and-set decides whether it looks at
// what it compares.
func (v variant) localApply() bool { return v.Mutant == "r-nondeterministic-apply" }

// oldAcks: an acknowledgement counts in whatever term it was given.
func (v variant) oldAcks() bool { return v.Mutant == "r-old-ack-counted" }

// sharesRound: a read is confirmed by a round that began before it came.
func (v variant) sharesRound() bool { return v.Mutant == "r-round-joined-late" }

// learnsFromOthers: a commit index of another term's leader is believed of a log that is only known to
// be that of this term's.
func (v variant) learnsFromOthers() bool { return v.Mutant == "r-learns-from-other-term" }

// The others look wrong, and are safe: nobody may accuse them.

// matchWithoutMax: what is known of a follower's log is what it said last, be it less.
func (v variant) matchWithoutMax() bool { return v.Mutant == "safe-match-without-max" }

// voteInTwoSteps: the term is written before the vote; what is said waits for both.
func (v variant) voteInTwoSteps() bool { return v.Mutant == "safe-vote-in-two-steps" }

// pollsGranted: a server says that it would vote, whatever it knows.
func (v variant) pollsGranted() bool { return v.Mutant == "safe-polls-granted" }

// stepsDownAtWhim: a leader gives up for no reason.
func (v variant) stepsDownAtWhim() bool { return v.Mutant == "safe-steps-down" }
