package paxos

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/simtest"
)

// inquiring is a cluster whose client asks quorums, near one of its servers.
func inquiring(t *testing.T, servers int, near sim.NodeID, edits ...func(*Config)) *play {
	p := newPlay(t, servers, func(c *Config) {
		c.Reads, c.QuorumBy = "quorum", "client"
		with(edits...)(c)
	})
	p.reader = NewClient(p.server(1).config, p.server(1).servers, near)
	return p
}

// inquire begins a read of the client's own.
func (p *play) inquire(token uint64) sim.OpID {
	p.t.Helper()
	p.number++
	op := sim.NewOpID(1, p.number)
	p.Do(p.client, func(env *sim.Env) {
		p.reader.Call(env, kv.Request{Op: op, Code: sim.Get, Key: 1, Token: kv.Token{Index: token}})
	})
	return op
}

// sent is how many inquiries are on their way.
func (p *play) sent() (n int) {
	for _, l := range p.Mail() {
		if l.Message.Kind().Name == "inquiry" {
			n++
		}
	}
	return n
}

func TestAClientAsksAMajorityOnce(t *testing.T) {
	p := inquiring(t, 5, 2)
	p.flow(1, 2, 3, 4, 5)
	put := p.put(1)
	p.flow(1, 2, 3, 4, 5)
	get := p.inquire(0)
	require.Equal(t, 3, p.sent())
	p.flow(1, 2, 3, 4, 5)
	writer, answered := p.shown(get)
	require.True(t, answered)
	require.Equal(t, put, writer)
	require.Equal(t, uint64(1), p.reply(get).Token.Index)
}

// Only quorums of phase 2 have to be met: of five acceptors, four where two accept, two where four do.
func TestAClientMeetsEveryQuorumOfPhase2(t *testing.T) {
	for accept, ask := range map[int]int{2: 4, 3: 3, 4: 2} {
		p := inquiring(t, 5, 1, func(c *Config) { c.Phase1, c.Phase2 = 6-accept, accept })
		p.flow(1, 2, 3, 4, 5)
		p.inquire(0)
		require.Equal(t, ask, p.sent())
	}
}

// scene is a schedule of a client's quorum reads that the right client survives.
type scene struct {
	name, mutant string
	// play returns the write that a read has to show, and the read, once it was given time.
	play func(t *testing.T, edit func(*Config)) (p *play, put, get sim.OpID)
}

func scenes() []scene {
	return []scene{
		{"what may be chosen is waited for", "pqr-no-barrier", barrierIsWaitedFor},
		{"one acceptor is no quorum", "pqr-minority", majorityIsAsked},
		{"acceptors change", "pqr-first-acceptors", newestAreAsked},
	}
}

func TestLinearizableQuorumReads(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			p, put, get := s.play(t, func(*Config) {})
			writer, answered := p.shown(get)
			require.True(t, answered)
			require.Equal(t, put, writer)
		})
	}
}

// n1 has a write chosen with n2, and says so to nobody but its client. The client reads from n2 and n3.
func barrierIsWaitedFor(t *testing.T, edit func(*Config)) (p *play, put, get sim.OpID) {
	p = inquiring(t, 3, 2, edit)
	p.flow(1, 2, 3)
	put = p.put(1)
	p.flowIf(func(l simtest.Letter) bool {
		return l.Message.Kind().Name != "chosen" && p.between(l, []sim.NodeID{1, 2})
	})
	require.Equal(t, sim.OK, p.reply(put).Outcome)
	get = p.inquire(0)
	p.flow(2, 3)
	p.Run(2 * time.Second)
	return p, put, get
}

// n1 has a write chosen with n2, and n3, which the client is near, has heard of nothing.
func majorityIsAsked(t *testing.T, edit func(*Config)) (p *play, put, get sim.OpID) {
	p = inquiring(t, 3, 3, edit)
	p.flow(1, 2, 3)
	put = p.put(1)
	p.flow(1, 2)
	require.Equal(t, sim.OK, p.reply(put).Outcome)
	get = p.inquire(0)
	p.flow(3)
	p.Run(2 * time.Second)
	return p, put, get
}

// n4, n5 and n6 take the place of n1 and n3, one after the other, and have a write chosen. The client still
// knows the first three; n2 and n3 have heard of the change, and of nothing since.
func newestAreAsked(t *testing.T, edit func(*Config)) (p *play, put, get sim.OpID) {
	p = inquiring(t, 6, 2, edit, func(c *Config) { c.Acceptors, c.Window = []int{1, 2, 3}, 1 })
	p.flow(1, 2, 3, 4, 5, 6)
	for _, acceptors := range []uint64{0b001111, 0b011111, 0b111111, 0b111110, 0b111010, 0b111000} {
		p.Do(1, func(env *sim.Env) { p.server(1).reconfigure(env, acceptors) })
		p.flow(1, 2, 3, 4, 5, 6)
		p.writes(2, 1, 1, 2, 3, 4, 5, 6)
	}
	p.Run(time.Second)
	require.Equal(t, uint64(0b111000), p.server(2).newest().Acceptors)
	put = p.put(1)
	p.flow(1, 4, 5, 6)
	require.Equal(t, sim.OK, p.reply(put).Outcome)
	get = p.inquire(0)
	for range 4 { // until the client asks all that it knows, and polls
		p.flow(2, 3)
		p.Advance(300 * time.Millisecond)
	}
	p.Run(2 * time.Second)
	return p, put, get
}

// Acceptors that do not learn give up what others' snapshots stand for, and have nothing left after a restart: their
// floor is what they have accepted. n6, which is polled first, has been away.
func TestAFloorCountsAsAccepted(t *testing.T) {
	p := inquiring(t, 6, 6, threeLearn)
	p.flow(4, 1, 2, 3, 5)
	put := p.writes(8, 4, 1, 2, 3, 4, 5)
	for id := sim.NodeID(1); id <= 3; id++ {
		p.Crash(id, simtest.Kept)
		p.Restart(id)
		require.Zero(t, p.server(id).acceptor.highest)
		require.Equal(t, uint64(8), p.server(id).acceptor.floor)
	}
	get := p.inquire(0)
	p.flow(1, 2, 3, 6)
	_, answered := p.shown(get)
	require.False(t, answered)
	p.Run(time.Second)
	writer, answered := p.shown(get)
	require.True(t, answered)
	require.Equal(t, put, writer)
}

// What n2 alone has accepted of a leader that is gone is chosen or made nothing of, for the sake of the read.
func TestABarrierThatNobodyProposesForIsFilled(t *testing.T) {
	p := inquiring(t, 3, 2)
	p.flow(1, 2, 3)
	old := p.put(1)
	p.flow(1, 2, 3)
	open := p.put(1)
	p.flowIf(func(l simtest.Letter) bool { return l.To == 2 && l.Message.Kind().Name == "accept" })
	p.Crash(1, simtest.Kept)
	p.elect(3, 2)
	get := p.inquire(0)
	p.Run(2 * time.Second)
	writer, answered := p.shown(get)
	require.True(t, answered)
	require.Contains(t, []sim.OpID{old, open}, writer)
	require.GreaterOrEqual(t, p.server(3).learner.applied, uint64(2))
}

// A token that no quorum has told of is waited for like a barrier; duplicates and what was meant for
// an earlier read change nothing.
func TestATokenIsABarrier(t *testing.T) {
	p := inquiring(t, 3, 2)
	p.flow(1, 2, 3)
	get := p.inquire(1)
	p.flow(1, 2, 3)
	_, answered := p.shown(get)
	require.False(t, answered)
	put := p.put(1)
	p.Run(time.Second)
	writer, answered := p.shown(get)
	require.True(t, answered)
	require.Equal(t, put, writer)
	before := len(p.replies)
	p.Do(p.client, func(env *sim.Env) {
		_, over := p.reader.Receive(env, 1, &inquired{Op: get, Learns: true, Applied: 99})
		require.False(t, over)
	})
	require.Len(t, p.replies, before)
}
