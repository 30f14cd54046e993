package paxos

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/simtest"
)

// apart has two servers that only propose, 4 and 5, behind three that only accept.
func apart(c *Config) {
	c.Acceptors, c.Proposers, c.Learners = []int{1, 2, 3}, []int{4, 5}, []int{4, 5}
}

// plot is a schedule that the right protocol survives, and a wrong change does not.
type plot struct {
	name, mutant string
	play         func(t *testing.T, edit func(*Config)) *play
}

func plots() []plot {
	return []plot{
		{"2.2 a promise outlives a crash", "px-promise-volatile", promiseOutlivesCrash},
		{"2.5 a promise is on disk before it is told", "px-promise-before-sync", promiseIsOnDisk},
		{"2.2 P2c: a value that may be chosen is proposed again", "px-own-value", foundIsProposed},
		{"2.2 different proposers choose from disjoint sets of numbers", "px-ballot-not-unique", ballotsAreUnique},
		{"2.2 a majority is of acceptors, not of messages", "px-promises-per-message", promisesOfAcceptors},
		{"2.2 accepting is a promise", "px-accept-no-bump", acceptingPromises},
		{"2.2 the ballot promised is not the one accepted in", "px-single-ballot-field", twoBallots},
		{"2.3 a learner needs a majority", "px-learner-minority", learnerNeedsMajority},
		{"flexible: quorums of the two phases meet", "px-flexq-disjoint", quorumsMeet},
		{"3 a configuration rules from a window on", "mp-config-immediately", configurationWaits},
		{"3 a gap is asked about before it is filled", "mp-gap-noop", gapsAreAsked},
	}
}

// TestPaxosMadeSimple plays the schedules that each rule is there for.
func TestPaxosMadeSimple(t *testing.T) {
	for _, c := range plots() {
		t.Run(c.name, func(t *testing.T) {
			p := c.play(t, func(*Config) {})
			require.True(t, p.agrees())
			require.Positive(t, p.decided())
		})
	}
}

func with(edits ...func(*Config)) func(*Config) {
	return func(c *Config) {
		for _, edit := range edits {
			edit(c)
		}
	}
}

// The acceptor 3 promises ballot 5 to n5, crashes, and is then asked in ballot 4.
func promiseOutlivesCrash(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, with(apart, edit))
	p.flow(4, 1, 3)
	require.True(t, p.leads(4))
	p.elect(5, 2, 3)
	require.True(t, p.leads(5))
	p.Crash(3, simtest.Kept)
	p.Restart(3)
	p.put(4)
	p.flow(4, 1, 3)
	p.put(5)
	p.flow(5, 2, 3)
	return p
}

// The disk of 3 is busy as it promises ballot 5, and it crashes.
func promiseIsOnDisk(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, with(apart, edit))
	p.flow(4, 1, 3)
	require.True(t, p.leads(4))
	p.server(3).disk.busy = true
	p.elect(5, 2, 3)
	p.Crash(3, simtest.Lost)
	p.Restart(3)
	p.put(4)
	p.flow(4, 1, 3)
	p.put(5)
	p.flow(5, 2, 3)
	return p
}

// What 4 had chosen, 5 finds in phase 1.
func foundIsProposed(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, with(apart, edit))
	p.flow(4, 1, 2)
	op := p.put(4)
	p.flow(4, 1, 2)
	require.NotNil(t, p.reply(op))
	p.elect(5, 2, 3)
	p.put(5)
	p.flow(5, 2, 3)
	return p
}

// 4 and 5 open their first ballots, neither having heard of the other.
func ballotsAreUnique(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, with(apart, edit))
	p.flow(4, 1, 2)
	p.elect(5, 2, 3)
	p.put(4)
	p.flow(4, 1, 2)
	p.put(5)
	p.flow(5, 2, 3)
	return p
}

// Of five acceptors, 2 hears of itself and twice of 3.
func promisesOfAcceptors(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, edit)
	p.flow(1, 4, 5)
	op := p.put(1)
	p.flow(1, 4, 5)
	require.NotNil(t, p.reply(op))
	p.Signal(2, sim.SignalElect)
	p.flowIf(func(l simtest.Letter) bool {
		keep := p.between(l, []sim.NodeID{2, 3})
		if _, isPromise := l.Message.(*promise); isPromise && keep {
			p.Do(2, func(env *sim.Env) { p.Node(2).Receive(env, l.From, l.Message) })
		}
		return keep
	})
	p.put(2)
	p.flow(2, 3, 4)
	return p
}

// 1 accepts in ballot 5 without having been asked for a promise, and then hears of what
// 4 asked in ballot 4, before.
func acceptingPromises(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, with(apart, edit))
	p.flow(4, 1, 2)
	p.put(4)
	p.Hold(simtest.Match{To: 1, Kind: "accept"})
	p.flow()
	p.elect(5, 2, 3)
	p.put(5)
	p.flow(5, 1, 3)
	require.Equal(t, 1, p.decided())
	p.Release()
	p.flow(4, 1)
	p.Do(4, func(env *sim.Env) { p.server(4).notice(env, 5) })
	p.elect(4, 1, 2)
	return p
}

// 1 accepts in ballot 4, 2 and 3 choose in ballot 5, and then 4 asks 1 and 2.
func twoBallots(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, with(apart, edit))
	p.flow(4, 1, 2)
	p.put(4)
	p.flow(4, 1)
	p.elect(5, 2, 3)
	p.put(5)
	p.flow(5, 2, 3)
	require.Equal(t, 1, p.decided())
	p.Do(4, func(env *sim.Env) { p.server(4).notice(env, 5) })
	p.elect(4, 1, 2)
	return p
}

// Only 1 accepts what 4 asks; 2 and 3 accept something else.
func learnerNeedsMajority(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, with(apart, edit))
	p.flow(4, 1, 2)
	p.put(4)
	p.flow(4, 1)
	p.elect(5, 2, 3)
	p.put(5)
	p.flow(5, 2, 3)
	return p
}

// 4 has a value chosen by 1 and 2; 5 hears of 3 alone.
func quorumsMeet(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 5, with(apart, edit))
	p.flow(4, 1, 2)
	p.put(4)
	p.flow(4, 1, 2)
	p.elect(5, 3)
	p.put(5)
	p.flow(5, 2, 3)
	return p
}

// 2 has accepted what is chosen for slot 1, and does not know that it is.
func gapsAreAsked(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 3, edit)
	p.flow(1, 2, 3)
	p.put(1)
	p.flowIf(func(l simtest.Letter) bool {
		return p.between(l, []sim.NodeID{1, 2}) && l.Message.Kind().Name != "chosen"
	})
	require.Equal(t, 1, p.decided())
	p.elect(2, 3)
	p.put(2)
	p.flow(2, 3)
	return p
}

// 4 has 1, 6 and 7 accept from now on, and slot 2, behind, is chosen by 2 and 3 before that
// is known. 5 knows of the change, and not of slot 2.
func configurationWaits(t *testing.T, edit func(*Config)) *play {
	p := newPlay(t, 7, with(apart, func(c *Config) { c.Window = 4 }, edit))
	p.flow(4, 1, 2, 3)
	p.Do(4, func(env *sim.Env) { p.server(4).reconfigure(env, bit(0)|bit(5)|bit(6)) })
	p.put(4)
	p.flowIf(func(l simtest.Letter) bool {
		m, isAccept := l.Message.(*accept)
		_, isAccepted := l.Message.(*accepted)
		return p.between(l, []sim.NodeID{4, 2, 3}) && (isAccept && m.Slot == 2 || isAccepted)
	})
	require.Equal(t, 1, p.decided())
	p.Advance(100 * 1e6)
	p.flowIf(func(l simtest.Letter) bool {
		m, isChosen := l.Message.(*chosen)
		if l.To == 5 {
			return isChosen && m.Slot == 1
		}
		return p.between(l, []sim.NodeID{4, 1, 2})
	})
	p.elect(5, 1, 6, 7)
	p.put(5)
	p.flow(5, 1, 6, 7)
	return p
}
