//go:build mutants

package leaderfollower

import "simrun/nodes/internal/caller"

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|cl-retry-new-id|cl-timeout-means-failed|lf-ack-local-only|lf-match-undurable|lf-no-fencing|lf-skip-gap|lf-token-ignores-epoch|lf-visible-before-ack" doc:"the wrong change"`
}

// ackLocalOnly: writes are answered once the leader has them, whatever the mode promises.
func (v variant) ackLocalOnly() bool { return v.Mutant == "lf-ack-local-only" }

// matchUndurable: a confirmation says how far the log is, not how far it is on disk.
func (v variant) matchUndurable() bool { return v.Mutant == "lf-match-undurable" }

// noFencing: an old leader goes on after a failover, and followers obey it.
func (v variant) noFencing() bool { return v.Mutant == "lf-no-fencing" }

// skipGap: a follower takes write n+2 after n.
func (v variant) skipGap() bool { return v.Mutant == "lf-skip-gap" }

// tokenIgnoresEpoch: tokens are compared by index only.
func (v variant) tokenIgnoresEpoch() bool { return v.Mutant == "lf-token-ignores-epoch" }

// visibleBeforeAck: the leader's reads show writes that no follower has acknowledged.
func (v variant) visibleBeforeAck() bool { return v.Mutant == "lf-visible-before-ack" }

// client is what the clients do wrong.
func (v variant) client() caller.Variant { return caller.Variant{Mutant: v.Mutant} }
