package multileader

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/resolve"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// A write that comes back in another datacentre's state, beside other keys, is still known by
// where it was made: a retry is answered with the context of its own key.
func TestARetryIsAnsweredWithItsOwnContext(t *testing.T) {
	config := Defaults()
	config.Resolve = "siblings"
	l := kv.Layout{Members: []sim.NodeID{1}}
	n := New(config, l)(1).(*Node)
	op, other := sim.NewOpID(1, 7), sim.NewOpID(2, 1)
	version := func(op sim.OpID, d kv.Dot) resolve.Object {
		return resolve.Object{Heads: versions.Set{{Value: sim.Value{ID: op}, Dot: d}}}
	}
	mine, theirs := kv.Dot{Actor: 5, Counter: 1}, kv.Dot{Actor: 9, Counter: 4}
	n.admit(update{Dot: kv.Dot{Actor: 5, Counter: 1}, Cells: []cell{{Key: 3, Op: op, Object: version(op, mine)}}})
	n.admit(update{Seen: kv.Context{theirs}, Cells: []cell{{Key: 2, Object: version(other, theirs)}, {Key: 3, Object: version(op, mine)}}})
	require.Equal(t, 0, n.known[op])
	require.Equal(t, kv.Context{mine}, n.after(&n.log[n.known[op]], op))
	require.Equal(t, sim.Key(3), n.log[1].brings(op).Key)
	require.Empty(t, n.after(&n.log[1], op), "what it built on is not known")
}
