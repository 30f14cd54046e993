package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
)

// TestVectorLimitDropsTheOldest writes one value over the other, by a client each: the
// vector keeps the last entries, and what it dropped comes back as a sibling.
func TestVectorLimitDropsTheOldest(t *testing.T) {
	c := clientCoordinates("none")
	c.Versions, c.VectorLimit = "dvv", 3
	h := newHand(t, c, 3, 6)
	var context kv.Context
	first := h.put(h.client(1), nil)
	late := h.take("write", 3)
	for i := range 5 {
		h.flush()
		context = h.reply(h.client(1 + i)).Context
		require.Len(t, context, min(i+1, c.VectorLimit))
		h.put(h.client(2+i), context)
	}
	h.flush()
	require.Len(t, h.holds(3), 1, "a put that covers what is there replaces it")
	h.deliver(late)
	require.Len(t, h.holds(3), 2)
	require.Contains(t, ids(h.holds(3)), first, "what the vector dropped is a sibling again")
}

// violations counts the violations of one checker over some seeds.
func (u *universe) violations(t *testing.T, few uint64, checker string) (n int64) {
	w := u.world(t)
	for seed := uint64(1); seed <= few; seed++ {
		n += judged(w.Run(seed), u.config.Siblings())[checker].Verdict.Count
	}
	return n
}

// TestVectorLimitMakesFalseSiblings: without a limit no read returns a version with
// what it replaced; with a tight one some do.
func TestVectorLimitMakesFalseSiblings(t *testing.T) {
	work := pace()
	work.Clients, work.Keys, work.Deletes = 6, 2, 0
	c := clientCoordinates("async")
	c.Versions = "dvv"
	u := universe{config: c, servers: 3, latency: exponential(5 * ms), sync: ms, work: work, last: 2 * time.Second, nemesis: storm(t)}
	require.Zero(t, u.violations(t, 4, "false_siblings"))
	u.config.VectorLimit = 2
	require.NotZero(t, u.violations(t, 4, "false_siblings"))
	u.config.VectorLimit = 1000
	require.Zero(t, u.violations(t, 4, "false_siblings"), "counting by the clock alone changes nothing")
}
