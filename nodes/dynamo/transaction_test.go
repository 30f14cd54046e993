package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// transacting is three nodes that write to all of them, with a client that asks n2.
// Syncs wait to be completed.
func transacting(t *testing.T) *hand {
	c := twoPhase("dvv", "none")
	c.W, c.R, c.WriteFanout = 3, 1, "all"
	h := newHand(t, c, 3, 2)
	h.connect(h.client(2))
	h.lag = true
	return h
}

// syncAll completes what every node waits for.
func (h *hand) syncAll() {
	for _, id := range h.members {
		for len(h.syncs[id]) > 0 {
			h.sync(id, false)
		}
	}
}

// prepareAll begins a write through n2, up to the yes of all homes.
func (h *hand) prepareAll() sim.OpID {
	op := h.put(h.client(1), nil)
	h.pass("request", 2)
	h.pass("prepare", 1, 3)
	h.sync(1, false)
	h.sync(2, false)
	h.sync(3, false)
	return op
}

func (h *hand) doubts(id sim.NodeID) int { return len(h.replica(id).transactions.doubts) }

// TestTwoPhases follows one write: no vote before its promise is on disk, no commit
// before the decision is, no acknowledgement before the write is, no reply before all
// have it.
func TestTwoPhases(t *testing.T) {
	h := transacting(t)
	op := h.put(h.client(1), nil)
	h.pass("request", 2)
	require.Equal(t, []string{"prepare n2>n1", "prepare n2>n3"}, h.inMail())
	h.pass("prepare", 1, 3)
	require.Empty(t, h.mail, "a vote waits for its promise to be synced")
	require.Zero(t, h.count(sim.Prepared, sim.NoReason, op))
	h.syncAll()
	require.Equal(t, []string{"vote n1>n2", "vote n3>n2"}, h.inMail())
	require.Equal(t, 3, h.count(sim.Prepared, sim.NoReason, op))
	h.pass("vote", 2, 2)
	require.Empty(t, h.mail, "a commit waits for the decision to be synced")
	require.Zero(t, h.count(sim.Ended, sim.Agreed, op))
	h.sync(2, false)
	require.Equal(t, []string{"commit n2>n1", "commit n2>n3"}, h.inMail())
	require.Equal(t, 1, h.count(sim.Committed, sim.NoReason, op))
	require.Empty(t, ids(h.holds(1)))
	h.pass("commit", 1, 3)
	require.Empty(t, h.mail, "an acknowledgement waits for the write to be synced")
	h.sync(1, false)
	h.sync(2, false)
	h.pass("ended", 2)
	require.Empty(t, h.mail, "a reply waits for all homes")
	h.sync(3, false)
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, 3, h.count(sim.Stored, sim.Durable, op))
	require.Equal(t, 4, h.count(sim.Ended, sim.Agreed, op), "three homes and the coordinator")
	require.Empty(t, h.nodes[2].(*Node).coordinator.transactions)
	for _, id := range h.members {
		require.Equal(t, []sim.OpID{op}, ids(h.holds(id)))
		require.Zero(t, h.doubts(id))
	}
}

// TestWhatIsPreparedIsNotRead reads at a home in doubt, and repairs from it.
func TestWhatIsPreparedIsNotRead(t *testing.T) {
	h := transacting(t)
	h.config.ReadRepair = "sync"
	h.prepareAll()
	require.Equal(t, 1, h.doubts(1))
	h.mail = nil
	h.get(h.client(2))
	h.pass("request", 3)
	h.pass("read", 1)
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(2)).Outcome)
	require.Empty(t, h.reply(h.client(2)).Values)
}

// TestConflictIsVotedNo has two coordinators want one key: the second is told no at
// once, and its client that the write did not happen.
func TestConflictIsVotedNo(t *testing.T) {
	h := transacting(t)
	first := h.prepareAll()
	second := h.put(h.client(2), nil)
	h.pass("request", 3)
	h.pass("prepare", 1, 2)
	h.lag = false
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, kv.Reply{Op: second, Attempt: 1, Outcome: sim.Fail, Error: sim.Aborted}, h.reply(h.client(2)))
	require.Equal(t, 1, h.count(sim.Ended, sim.Undone, second), "nobody but the coordinator had heard of it")
	for _, id := range h.members {
		require.Equal(t, []sim.OpID{first}, ids(h.holds(id)))
	}
}

// TestMissingVoteAborts gives up waiting, and takes the promises of the others back.
func TestMissingVoteAborts(t *testing.T) {
	h := transacting(t)
	op := h.put(h.client(1), nil)
	h.pass("request", 2)
	h.take("prepare", 3)
	h.pass("prepare", 1)
	h.syncAll()
	h.pass("vote", 2)
	h.fire(2)
	require.Equal(t, 2, h.count(sim.Ended, sim.Undone, op), "the coordinator as such, and as a home")
	h.flush()
	require.Equal(t, sim.Aborted, h.reply(h.client(1)).Error)
	require.Equal(t, 3, h.count(sim.Ended, sim.Undone, op))
	require.Zero(t, h.doubts(1))
	again := h.put(h.client(1), nil)
	h.lag = false
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, []sim.OpID{again}, ids(h.holds(3)))
}

// TestBlockedUntilTheCoordinatorIsBack crashes it between the votes and the decision.
// The homes ask in vain, and are in doubt even after a crash of their own; in its next
// life it knows nothing, which means abort.
func TestBlockedUntilTheCoordinatorIsBack(t *testing.T) {
	h := transacting(t)
	op := h.prepareAll()
	h.mail = nil
	h.fire(1)
	h.fire(1)
	require.Equal(t, []string{"inquire n1>n2", "inquire n1>n2"}, h.inMail())
	require.Equal(t, 1, h.count(sim.Prepared, sim.Late, op))
	h.mail = nil
	h.crash(1, loseAll)
	require.Equal(t, 1, h.doubts(1), "the promise is on disk")
	require.Equal(t, []string{"inquire n1>n2"}, h.inMail())
	h.crash(2, loseAll)
	require.Zero(t, h.doubts(2), "it presumes its own abort")
	h.lag = false
	h.flush()
	h.fire(3)
	h.flush()
	for _, id := range h.members {
		require.Zero(t, h.doubts(id))
		require.Empty(t, h.holds(id))
	}
	require.Equal(t, 3, h.count(sim.Ended, sim.Undone, op))
	require.Zero(t, h.count(sim.Ended, sim.Agreed, op))
}

// TestDecisionSurvives crashes the coordinator after the first commit message: it
// tells the others in its next life, until they have acknowledged.
func TestDecisionSurvives(t *testing.T) {
	h := transacting(t)
	op := h.prepareAll()
	h.pass("vote", 2, 2)
	h.sync(2, false)
	h.pass("commit", 1)
	h.mail = nil
	h.crash(2, loseAll)
	require.Equal(t, []string{"commit n2>n1", "commit n2>n3"}, h.inMail())
	h.mail = nil
	h.fire(2)
	require.Equal(t, []string{"commit n2>n1", "commit n2>n3"}, h.inMail(), "again")
	h.lag = false
	h.syncAll()
	h.flush()
	for _, id := range h.members {
		require.Equal(t, []sim.OpID{op}, ids(h.holds(id)))
	}
	require.Zero(t, h.count(sim.Ended, sim.Undone, op))
	h.crash(2, keepAll)
	require.Empty(t, h.mail, "what is settled is forgotten")
}

// TestUndecidedIsNotAnswered asks while the decision is on its way to the disk: it may
// still be lost.
func TestUndecidedIsNotAnswered(t *testing.T) {
	h := transacting(t)
	h.prepareAll()
	h.pass("vote", 2, 2)
	h.fire(1)
	h.pass("inquire", 2)
	require.Empty(t, h.mail)
	h.fire(2)
	require.Equal(t, sim.Partial, h.take("reply", 4).m.(*kv.Reply).Error, "nor is it taken back")
	h.sync(2, false)
	require.Equal(t, []string{"commit n2>n1", "commit n2>n3"}, h.inMail())
}

// TestLostVoteIsMadeUpFor by the question of the home that has not heard the outcome.
func TestLostVoteIsMadeUpFor(t *testing.T) {
	h := transacting(t)
	op := h.prepareAll()
	h.mail = nil
	h.fire(1)
	h.fire(3)
	h.lag = false
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, []sim.OpID{op}, ids(h.holds(3)))
}

// TestAcknowledgementOfACopyWaits hands over a commit twice: were the copy acknowledged
// before the sync, the coordinator would forget what the home might ask for.
func TestAcknowledgementOfACopyWaits(t *testing.T) {
	h := transacting(t)
	h.prepareAll()
	h.pass("vote", 2, 2)
	h.sync(2, false)
	l := h.take("commit", 1)
	h.mail = nil
	h.deliver(l)
	h.deliver(l)
	require.Empty(t, h.mail)
	h.crash(1, loseAll)
	require.Equal(t, 1, h.doubts(1))
	h.mail = nil
	h.deliver(l)
	h.sync(1, false)
	require.Equal(t, []string{"ended n1>n2"}, h.inMail())
	h.deliver(l)
	require.Equal(t, []string{"ended n1>n2", "ended n1>n2"}, h.inMail())
}

// TestLateCopiesOfAPrepare come after the end: of a commit nothing is to be done, and
// an abort is presumed again.
func TestLateCopiesOfAPrepare(t *testing.T) {
	for _, agreed := range []bool{true, false} {
		h := transacting(t)
		h.lag = false
		op := h.put(h.client(1), nil)
		h.pass("request", 2)
		l := h.take("prepare", 1)
		h.deliver(l)
		if !agreed {
			h.take("prepare", 3)
			h.fire(2)
		}
		h.flush()
		h.crash(1, loseAll)
		h.deliver(l)
		h.flush()
		require.Zero(t, h.doubts(1))
		if agreed {
			require.Equal(t, []sim.OpID{op}, ids(h.holds(1)))
			require.Zero(t, h.count(sim.Ended, sim.Undone, op))
		} else {
			require.Empty(t, h.holds(1))
			require.Zero(t, h.count(sim.Ended, sim.Agreed, op))
		}
	}
}

// TestAbortOvertakesItsPrepare makes a home promise what is aborted already.
func TestAbortOvertakesItsPrepare(t *testing.T) {
	h := transacting(t)
	h.lag = false
	op := h.put(h.client(1), nil)
	h.pass("request", 2)
	l := h.take("prepare", 1)
	h.fire(2)
	h.flush()
	h.deliver(l)
	require.Equal(t, 1, h.doubts(1))
	h.flush()
	require.Zero(t, h.doubts(1))
	require.Zero(t, h.count(sim.Ended, sim.Agreed, op))
}

// TestNothingToDo has a home that holds a newer version: it is out of the second phase.
func TestNothingToDo(t *testing.T) {
	c := twoPhase("lww", "none")
	c.W, c.R, c.WriteFanout = 3, 1, "all"
	h := newHand(t, c, 3, 2)
	h.connect(h.client(2))
	h.skew[3] = 1000 * ms // n3's writes are the newest
	newer := h.put(h.client(2), nil)
	h.pass("request", 3)
	h.flush()
	older := h.put(h.client(1), nil)
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, 1, h.count(sim.Ended, sim.Agreed, older), "the coordinator alone")
	require.Zero(t, h.count(sim.Prepared, sim.NoReason, older))
	for _, id := range h.members {
		require.Equal(t, []sim.OpID{newer}, ids(h.holds(id)))
	}
}

// TestJournalIsBounded settles many transactions, with one that stays in doubt.
func TestJournalIsBounded(t *testing.T) {
	h := transacting(t)
	h.lag = false
	stuck := h.call(h.client(2), kv.Request{Code: sim.Put, Key: 7})
	h.pass("request", 3)
	h.pass("prepare", 1)
	h.mail = nil
	for range 3 * journalAbove {
		h.put(h.client(1), nil)
		h.flush()
		require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
		for _, id := range h.members {
			require.LessOrEqual(t, h.disks[id].Len(journalFile), journalAbove+4*journalTimes)
		}
	}
	h.crash(1, loseAll)
	require.Equal(t, 1, h.doubts(1))
	require.Equal(t, stuck, h.replica(1).transactions.doubts[0].Op)
}

func TestTransactionsRefuse(t *testing.T) {
	for path, change := range map[string]func(*Config){
		"coordinator":  func(c *Config) { c.Coordinator = "client" },
		"quorum":       func(c *Config) { c.Quorum = "sloppy" },
		"hints":        func(c *Config) { c.Hints = "disk" },
		"durable":      func(c *Config) { c.Durable = false },
		"write_fanout": func(c *Config) { c.WriteFanout = "all" },
	} {
		c := twoPhase("dvv", "none")
		require.NoError(t, c.Check())
		change(&c)
		require.ErrorContains(t, c.Check(), path+": ")
		c.Writes = "parallel"
		require.NoError(t, c.Check())
	}
}

// TestAbortsLeaveContextsAlone has every other write of a client aborted: all that are
// not are one actor's, each in the place of the one before.
func TestAbortsLeaveContextsAlone(t *testing.T) {
	h := transacting(t)
	h.lag = false
	client, seen := h.client(1), kv.Context(nil)
	for range 10 {
		h.put(client, seen)
		h.pass("request", 2)
		h.mail = nil // nobody is asked to prepare
		h.fire(2)
		h.flush()
		require.Equal(t, sim.Aborted, h.reply(client).Error)
		op := h.put(client, seen)
		h.flush()
		require.Equal(t, sim.OK, h.reply(client).Outcome)
		seen = h.reply(client).Context
		require.Len(t, seen, 1)
		require.Equal(t, []sim.OpID{op}, ids(h.holds(1)))
	}
}

// TestAbortedDotIsNotGivenAgain has a home still in doubt about what was aborted when
// the next write of the same actor comes: it is voted no, and the one after it is new.
func TestAbortedDotIsNotGivenAgain(t *testing.T) {
	h := transacting(t)
	h.lag = false
	aborted := h.put(h.client(1), nil)
	h.pass("request", 2)
	old := h.take("prepare", 1)
	h.deliver(old)
	h.mail = nil
	h.fire(2)
	h.mail = nil // nor does n1 hear of the abort
	h.put(h.client(1), nil)
	h.flush()
	require.Equal(t, sim.Aborted, h.reply(h.client(1)).Error)
	h.fire(1)
	h.flush()
	op := h.put(h.client(1), nil)
	h.flush()
	held := h.replica(1).store.held(0).set
	require.Equal(t, []sim.OpID{op}, ids(h.holds(1)))
	require.Equal(t, old.m.(*prepare).Set[0].Dot.Actor, held[0].Dot.Actor)
	require.Greater(t, held[0].Dot.Counter, old.m.(*prepare).Set[0].Dot.Counter)
	h.deliver(old)
	h.flush()
	require.Equal(t, []sim.OpID{op}, ids(h.holds(1)), "a late copy changes nothing")
	require.Zero(t, h.doubts(1))
	require.Zero(t, h.count(sim.Ended, sim.Agreed, aborted))
}

// TestLateCopyOfAForgottenPrepare comes when the tombstone of the delete is collected:
// who has nothing left to show for it still knows that it is over, be it that the home
// took it, or that it had nothing to do.
func TestLateCopyOfAForgottenPrepare(t *testing.T) {
	for _, had := range []bool{false, true} {
		c := twoPhase("dvv", "none")
		c.W, c.R, c.WriteFanout, c.TombstoneGrace = 3, 1, "all", 100*ms
		h := newHand(t, c, 3, 1)
		op := h.call(h.client(1), kv.Request{Code: sim.Delete})
		h.pass("request", 2)
		late := h.take("prepare", 1)
		if had { // somebody repaired it meanwhile
			h.deliver(letter{2, 1, &mend{leg: leg{Op: op}, Set: late.m.(*prepare).Set}})
		}
		h.deliver(late)
		h.flush()
		require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
		require.Len(t, h.replica(1).store.held(0).set.Deletes(), 1)
		h.clock += 200 * ms
		for _, id := range h.members {
			h.fire(id)
		}
		require.Empty(t, h.replica(1).store.held(0).set)
		h.deliver(late)
		require.Zero(t, h.doubts(1))
		require.Empty(t, h.mail)
		require.Zero(t, h.count(sim.Ended, sim.Undone, op))
	}
}
