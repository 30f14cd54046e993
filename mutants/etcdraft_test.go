//go:build mutants

package mutants

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// etcdRaftMutants are the mutants of the adapter to etcd's library.
var etcdRaftMutants = []mutant{"er-send-before-sync", "er-ask-before-sync"}

// The adapter to etcd's library that sends before the disk has what it says is found at random at
// once. It and the one that asks for votes too early have scripted schedules beside the protocol; the
// latter needs too much to come together for random runs.
func TestTheEtcdRaftFamilyFindsWhatIsSentTooEarly(t *testing.T) {
	found := hunt(runner(t, "etcd-raft", mutant("er-send-before-sync").change()), 1, raftSeeds)
	require.NotNil(t, found, "nothing was noticed")
	t.Logf("seed %d: %s: %s", found.Seed, found.Claim, found.Why)
}
