//go:build mutants

package mutants

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// raftSeeds is how many universes of each cell the mutants of Raft are looked for in.
const raftSeeds = 20

// easyRaft are the mutants of Raft that the family's default scenario finds at random at once. Every
// mutant has a scripted schedule beside the protocol.
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
