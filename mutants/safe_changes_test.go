//go:build mutants

package mutants

import (
	"testing"

	"simrun/scenarios"
)

// What looks wrong in a protocol and is safe is never accused: neither by the judges of the default scenario, nor as
// something that came to a halt. (A learner that grants votes, entries of old terms that are committed under one of the new
// term, and a leader that appends while nobody hears it are what the right one does.)
func TestSafeChangesAreNeverAccused(t *testing.T) {
	for _, c := range []struct {
		change mutant
		family string
		also   []scenarios.Edit
	}{
		{"safe-match-without-max", "raft", nil},
		{"safe-vote-in-two-steps", "raft", nil},
		{"safe-polls-granted", "raft", []scenarios.Edit{set("protocol.pre_vote", "true")}},
		{"safe-steps-down", "raft", nil},
		{"safe-campaigns", "paxos", nil},
	} {
		t.Run(string(c.change), func(t *testing.T) {
			seeds := 30
			if long {
				seeds = 1000
			}
			edits := append([]scenarios.Edit{c.change.change()}, c.also...)
			holds(t, c.family, seeds, seeds, edits...)
		})
	}
}
