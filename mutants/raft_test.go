//go:build mutants

package mutants

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// raftSeeds is how many universes of each cell the mutants of Raft are looked for in.
const raftSeeds = 20

// raftMutants are all mutants of Raft. Every one has a scripted schedule beside the protocol, which says
// what arrives when as no scenario file can.
var raftMutants = []mutant{
	"r-ack-before-fsync", "r-ack-client-after-deposed", "r-commit-past-match", "r-config-not-rolled-back", "r-entry-cache-stale",
	"r-fig8-commit-old-term", "r-follower-local-read", "r-fsync-done-by-index", "r-grant-any-candidate", "r-joint-lost-in-snapshot",
	"r-joint-union-quorum", "r-learner-counted", "r-learns-from-other-term", "r-lease-clock", "r-lease-from-ack-time", "r-lease-no-margin", "r-lease-vs-transfer",
	"r-no-dedup", "r-no-prevterm-check", "r-no-uptodate-check", "r-nondeterministic-apply", "r-old-ack-counted", "r-prev0-after-compaction",
	"r-read-before-apply", "r-readindex-no-own-commit", "r-readindex-no-round", "r-restarted-voter", "r-round-joined-late", "r-session-expiry-local",
	"r-single-change-before-noop", "r-snapshot-drops-suffix", "r-snapshot-of-unapplied", "r-snapshot-regress", "r-stale-vote-counted",
	"r-term-regress-from-snapshot", "r-truncate-on-any-append", "r-two-servers-at-once", "r-vote-reply-before-persist", "r-vote-volatile",
	"r-wiped-node-same-id",
}

// easyRaft are the mutants of Raft that the family's default scenario finds at random at once.
var easyRaft = []mutant{
	"r-grant-any-candidate", "r-ack-before-fsync", "r-no-uptodate-check", "r-truncate-on-any-append", "r-no-prevterm-check",
	"r-commit-past-match", "r-read-before-apply", "r-follower-local-read", "r-no-dedup", "r-snapshot-regress", "r-learner-counted",
}

func TestTheRaftFamilyFindsTheEasyMutants(t *testing.T) {
	for _, m := range easyRaft {
		t.Run(string(m), func(t *testing.T) {
			found := hunt(runner(t, "raft", m.change()), 1, raftSeeds)
			require.NotNil(t, found, "nothing was noticed")
			t.Logf("seed %d: %s: %s", found.Seed, found.Claim, found.Why)
		})
	}
}
