//go:build mutants

package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/random"
)

// TestKillNoWriteback is the new-old inversion, by hand.
func TestKillNoWriteback(t *testing.T) {
	c := clientCoordinates("sync")
	c.Mutant = "dy-no-writeback"
	h := newHand(t, c, 3, 2)
	op, reader := syncRead(h)
	h.mail = nil
	require.Equal(t, []sim.OpID{op}, ids(h.reply(reader).Values), "a read returned the write")
	require.Empty(t, secondRead(h), "a later one returned what was before")
}

// TestKillAsyncWriteback does the same while the write-back is on its way.
func TestKillAsyncWriteback(t *testing.T) {
	c := clientCoordinates("sync")
	c.Mutant = "dy-async-writeback"
	h := newHand(t, c, 3, 2)
	op, reader := syncRead(h)
	require.Equal(t, []sim.OpID{op}, ids(h.reply(reader).Values))
	require.Contains(t, h.inMail(), "repair n5>n2")
	h.mail = nil
	require.Empty(t, secondRead(h))
}

// TestKillDotReuse has a coordinator that lost its disk give an old dot to a new
// write: replicas that hold the old one take the new one for known.
func TestKillDotReuse(t *testing.T) {
	c := Defaults()
	c.Mutant = "dy-dot-reuse"
	h := newHand(t, c, 3, 2)
	kept, written := wipedCoordinator(h)
	require.Equal(t, []sim.OpID{kept}, ids(h.holds(1)))
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome, "%s was acknowledged all the same", written)
}

// TestKillHintVolatile loses with the holder what was said to be on its disk.
func TestKillHintVolatile(t *testing.T) {
	c := sloppyQuorum("client")
	c.Mutant = "dy-hint-volatile"
	h, holder, home, _ := hintOutage(t, c, 1)
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	h.crash(holder, keepAll)
	h.recover(holder)
	require.Empty(t, h.holds(home))
}

// TestCustodyFindsVolatileHints has the white-box check notice it, too.
func TestCustodyFindsVolatileHints(t *testing.T) {
	_, _, missing := custodyOf(t, func(c *Config) { c.Mutant = "dy-hint-volatile" })
	require.NotZero(t, missing)
}

// TestKillHintAfterGC brings back what was deleted, through a hint that is older
// than the tombstones that were collected.
func TestKillHintAfterGC(t *testing.T) {
	rules(t, func(t *testing.T, c Config) {
		c.Mutant = "dy-hint-after-gc"
		h, home, _, put := hintAfterCollection(t, c)
		require.Equal(t, []sim.OpID{put}, ids(h.holds(home)))
	})
}

// TestJudgesFindVolatileHints has a general judge find it in drawn universes, of
// which it says nothing without it.
func TestJudgesFindVolatileHints(t *testing.T) {
	u := sloppyUnderCrashes("disk")
	few := seeds(40)
	require.Zero(t, u.found(t, few, "lost_writes"))
	u.config.Mutant = "dy-hint-volatile"
	found := u.found(t, few, "lost_writes")
	require.NotZero(t, found)
	t.Logf("dy-hint-volatile: found in %d of %d seeds", found, few)
}

// TestJudgesFindMutants has the general judges find each change in drawn universes,
// of which they say nothing without it.
func TestJudgesFindMutants(t *testing.T) {
	u := universe{
		config: clientCoordinates("sync"), servers: 3, latency: exponential(5 * ms), sync: ms, work: pace(),
		last: 2 * time.Second, nemesis: storm(t),
	}
	few := seeds(40)
	require.Zero(t, u.found(t, few, "linearizable"))
	u.config.Mutant = "dy-no-writeback"
	found := u.found(t, few, "linearizable")
	require.NotZero(t, found)
	t.Logf("dy-no-writeback: found in %d of %d seeds", found, few)
	u.config.Mutant = "dy-async-writeback" // rarely seen: no promise for a few seeds
	t.Logf("dy-async-writeback: found in %d of %d seeds", u.found(t, few, "linearizable"), few)

	wipes := fault.NewNemesis()
	wipes.Kinds, wipes.Chance, wipes.Most, wipes.Longest, wipes.Gap = []string{"wipe"}, random.Certain, 1, 100*ms, 500*ms
	c := Defaults()
	c.W = 3 // so that one wiped disk loses nothing
	u = universe{config: c, servers: 3, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: &wipes}
	require.Zero(t, u.found(t, few, "lost_writes"))
	u.config.Mutant, u.nemesis = "dy-dot-reuse", nil
	require.Zero(t, u.found(t, few, "lost_writes"), "without a lost disk it is right")
	u.nemesis = &wipes
	found = u.found(t, few, "lost_writes")
	require.NotZero(t, found)
	t.Logf("dy-dot-reuse: found in %d of %d seeds", found, few)
}

// TestKillRepairResurrects copies an old value back over the tombstone that deleted it.
func TestKillRepairResurrects(t *testing.T) {
	for _, rule := range []string{"lww", "dvv"} {
		c := comparing("merkle", rule)
		h, _ := missedDelete(t, c, 2)
		require.Empty(t, h.of(1, 0))
		c.Mutant = "dy-repair-resurrects"
		h, _ = missedDelete(t, c, 2)
		require.Len(t, h.of(1, 0), 1, "the replica that had deleted it has it again")
	}
}
