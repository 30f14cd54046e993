package truth

import "testing"

// In-sync replicas keep every promise of a replicated log, and reads that ask them all are linearizable (KIP-101, KIP-279,
// KIP-320, KIP-497).
func TestInSyncReplicasHoldWhateverGoesWrong(t *testing.T) { holds(t, "in-sync-replicas", 40, 100_000) }

// Nor does it take a disk before each acknowledgement, as long as one server at a time stops (KIP-966).
func TestInSyncReplicasHoldWithoutSyncs(t *testing.T) { holds(t, "in-sync-unflushed", 40, 100_000) }
