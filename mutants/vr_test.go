//go:build mutants

package mutants

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// vrMutants are all mutants of Viewstamped Replication. Every one has a scripted schedule beside the
// protocol, which says what arrives when as no scenario file can.
var vrMutants = []mutant{
	"vr-accepts-old-view", "vr-ack-before-fsync", "vr-commit-from-old-view", "vr-commits-early", "vr-longest-log-wins",
	"vr-old-prepareok-counted", "vr-read-joins-round", "vr-recovery-below-promise", "vr-recovery-quorum-short",
	"vr-recovery-without-nonce", "vr-restarted-backup-resumes", "vr-restarted-primary-resumes", "vr-startview-quorum-short",
	"vr-statetransfer-truncates", "vr-view-volatile",
}

// easyVR are those that the family's default scenario finds at random at once.
var easyVR = []mutant{
	"vr-accepts-old-view", "vr-ack-before-fsync", "vr-commits-early", "vr-startview-quorum-short",
}

func TestTheViewstampedFamilyFindsTheEasyMutants(t *testing.T) {
	for _, m := range easyVR {
		t.Run(string(m), func(t *testing.T) {
			found := hunt(runner(t, m.family(), m.change()), 1, raftSeeds)
			require.NotNil(t, found, "nothing was noticed")
			t.Logf("seed %d: %s: %s", found.Seed, found.Claim, found.Why)
		})
	}
}
