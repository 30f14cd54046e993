//go:build mutants

package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// TestKillActorReuse has a node that lost its disk give an old dot to a new addition:
// replicas that have seen the old one take the new one for seen.
func TestKillActorReuse(t *testing.T) {
	for mutant, want := range map[string]int{"": 2, "crdt-actor-reuse": 1} {
		c := Defaults()
		c.Versions, c.Mutant, c.ReadRepair = "crdt", mutant, "none"
		h := newHand(t, c, 3, 1)
		client := h.client(1)
		h.stores[client] = NewClient(c, h.members, 1)
		h.change(client, sim.Add, 1)
		h.disks[1].Wipe()
		h.crash(1, keepAll)
		h.change(client, sim.Add, 2)
		require.Equal(t, sim.OK, h.reply(client).Outcome)
		require.Len(t, h.replica(2).store.held(0).set.Writes(), want)
	}
}

// TestKillDeltaHoles delivers the second of two additions first to one replica, which
// then tells another one, through a repair, that the first is gone.
func TestKillDeltaHoles(t *testing.T) {
	for mutant, want := range map[string]int{"": 2, "crdt-delta-holes": 1} {
		c := clientCoordinates("async")
		c.Versions, c.Mutant = "crdt", mutant
		h := newHand(t, c, 3, 2)
		writer := h.client(1)
		h.call(writer, kv.Request{Code: sim.Add, Value: sim.Value{N: 1}})
		late := h.take("write", 1)
		h.flush()
		h.change(writer, sim.Add, 2)
		h.get(h.client(2))
		h.flush()
		h.deliver(late)
		h.get(h.client(2))
		h.flush()
		for _, id := range h.members {
			require.Len(t, h.replica(id).store.held(0).set.Writes(), want)
		}
	}
}
