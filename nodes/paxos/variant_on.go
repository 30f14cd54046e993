//go:build mutants

package paxos

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|px-promise-before-sync|px-promise-volatile|px-own-value|px-ballot-not-unique|px-promises-per-message|px-accept-no-bump|px-single-ballot-field|px-learner-minority|px-flexq-disjoint|mp-gap-noop|mp-config-immediately|pqr-no-barrier|pqr-minority|pqr-first-acceptors|safe-campaigns" doc:"the wrong change"`
}

// promiseVolatile: an acceptor forgets what it promised when it restarts; what it
// accepted it keeps.
func (v variant) promiseVolatile() bool { return v.Mutant == "px-promise-volatile" }

// ownValue: a proposer proposes its own value, whatever phase 1 found.
func (v variant) ownValue() bool { return v.Mutant == "px-own-value" }

// ballotNotUnique: a ballot is a round, without the proposer.
func (v variant) ballotNotUnique() bool { return v.Mutant == "px-ballot-not-unique" }

// promisesPerMessage: each message counts as a promise, also one acceptor's second.
func (v variant) promisesPerMessage() bool { return v.Mutant == "px-promises-per-message" }

// acceptNoBump: accepting in a higher ballot does not raise what is promised.
func (v variant) acceptNoBump() bool { return v.Mutant == "px-accept-no-bump" }

// singleBallotField: the ballot promised overwrites the ballots accepted in.
func (v variant) singleBallotField() bool { return v.Mutant == "px-single-ballot-field" }

// learnerMinority: one acceptance is enough to learn.
func (v variant) learnerMinority() bool { return v.Mutant == "px-learner-minority" }

// disjointQuorums: quorums of the two phases need not share an acceptor.
func (v variant) disjointQuorums() bool { return v.Mutant == "px-flexq-disjoint" }

// gapNoop: a new leader asks only about slots behind all that it has heard of, and fills
// those before with nothing.
func (v variant) gapNoop() bool { return v.Mutant == "mp-gap-noop" }

// configImmediately: a configuration rules from the slot behind its own.
func (v variant) configImmediately() bool { return v.Mutant == "mp-config-immediately" }

// promiseUnsynced: a promise is told before it is on disk.
func (v variant) promiseUnsynced() bool { return v.Mutant == "px-promise-before-sync" }

// campaignsAtWhim: a leader opens another ballot for no reason. It looks wrong, and is safe: nobody
// may accuse it.
func (v variant) campaignsAtWhim() bool { return v.Mutant == "safe-campaigns" }

// noBarrier: a client that asks a quorum shows the newest state that it is told, without rinsing.
func (v variant) noBarrier() bool { return v.Mutant == "pqr-no-barrier" }

// inquiresMinority: a client that asks a quorum is content with one acceptor.
func (v variant) inquiresMinority() bool { return v.Mutant == "pqr-minority" }

// inquiresFirst: a client that asks a quorum asks the acceptors of the beginning for ever.
func (v variant) inquiresFirst() bool { return v.Mutant == "pqr-first-acceptors" }
