//go:build mutants

package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// wrong is the world of transacting, with a wrong change.
func wrong(t *testing.T, mutant string) *hand {
	h := transacting(t)
	h.config.Mutant = mutant
	for _, id := range h.members {
		h.start(id)
	}
	return h
}

// TestKillPrepareVolatile has a home crash between its yes and the sync: the write is
// acknowledged, and the home knows nothing of it.
func TestKillPrepareVolatile(t *testing.T) {
	h := wrong(t, "2pc-prepare-volatile")
	op := h.put(h.client(1), nil)
	h.pass("request", 2)
	h.pass("prepare", 1, 3)
	require.Equal(t, []string{"vote n1>n2", "vote n3>n2"}, h.inMail())
	h.crash(1, loseAll)
	h.lag = false
	h.syncAll()
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, []sim.OpID{op}, ids(h.holds(3)))
	require.Empty(t, h.holds(1))
}

// TestKillDecisionNotLogged has a coordinator crash when one home has been told to
// commit: in its next life it tells the others that the write is aborted.
func TestKillDecisionNotLogged(t *testing.T) {
	h := wrong(t, "2pc-decision-not-logged")
	op := h.prepareAll()
	h.pass("vote", 2, 2)
	h.pass("commit", 1)
	h.sync(1, false)
	h.mail = nil
	h.crash(2, loseAll)
	h.fire(3)
	h.lag = false
	h.flush()
	require.Equal(t, []sim.OpID{op}, ids(h.holds(1)))
	require.Empty(t, h.holds(3))
	require.Positive(t, h.count(sim.Ended, sim.Agreed, op))
	require.Positive(t, h.count(sim.Ended, sim.Undone, op))
}
