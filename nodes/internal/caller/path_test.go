package caller_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/caller"
	"simrun/nodes/kv"
)

func TestPathOf(t *testing.T) {
	for reads, path := range map[string]kv.ReadPath{
		"log": kv.Strongest, "read-index": kv.Strongest, "forwarded": kv.Strongest, "lease": kv.Strongest, "quorum": kv.Strongest,
		"leader": kv.AtLeader, "replica": kv.AtReplica, "learner": kv.AtReplica,
	} {
		require.Equal(t, path, caller.PathOf(reads), reads)
	}
}
