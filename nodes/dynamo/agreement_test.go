package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// TestNoBallotInTwoLives: clocks drift, so that a proposer counts on from the ballots of
// others that are ahead of its own time. What it used so it must not use again after a
// crash, for something else.
func TestNoBallotInTwoLives(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	h.wish(4, sim.SignalJoin, sim.Nobody)
	first := h.outbid(4)
	h.mail = nil
	h.crash(4, 0)
	h.gossipTick(4)
	require.Greater(t, h.outbid(4), first)
}

// outbid has a node propose until it has overtaken a ballot of one whose clock is far
// ahead, and returns by which.
func (h *hand) outbid(id sim.NodeID) uint64 {
	const ahead = uint64(10e9) << ballotBits
	for range 12 {
		for len(h.mail) > 0 {
			l := h.mail[0]
			h.mail = h.mail[1:]
			m, ok := l.m.(*ringPrepare)
			switch {
			case ok && m.Ballot > ahead:
				return m.Ballot
			case ok: // the acceptor has promised that one's
				h.deliver(letter{l.to, l.from, &ringPromise{ringVote{m.Version, ahead | 1}, 0, ringConfig{}}})
			}
		}
		h.gossipTick(id)
	}
	require.Fail(h.t, "it never proposes by a higher ballot")
	return 0
}

// TestBallotsWaitForTheDisk: a proposal is not sent before its ballot cannot be forgotten.
func TestBallotsWaitForTheDisk(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	h.wish(4, sim.SignalJoin, sim.Nobody)
	h.mail = nil
	h.crash(4, 0)
	h.lag = true
	for range 3 {
		h.gossipTick(4)
	}
	require.NotZero(t, h.ring(4).Ballot)
	require.NotContains(t, h.inMail(), letterName("ring-prepare", 4, 1))
	for len(h.syncs[4]) > 0 {
		h.sync(4, false)
	}
	require.Contains(t, h.inMail(), letterName("ring-prepare", 4, 1))
}
