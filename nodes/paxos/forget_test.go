package paxos

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/replog"
	"simrun/sim"
	"simrun/sim/simtest"
)

// count is how many facts of a kind a server has stated.
func (p *play) count(id sim.NodeID, fact sim.Fact) (n int) {
	for i := range p.Facts {
		if p.Facts[i].Node == id && p.Facts[i].Fact == fact {
			n++
		}
	}
	return n
}

// What an acceptor had accepted is gone once what takes its place is on disk, not before: a crash in
// between brings it back.
func TestWhatIsAcceptedStaysUntilTheNextIsOnDisk(t *testing.T) {
	p := newPlay(t, 5, apart)
	p.flow(4, 1, 2, 3)
	p.put(4)
	p.flow(4, 1)
	p.Lag = true
	second := replog.Entry{Epoch: p.server(5).nextBallot(p.server(4).seen, 4), Op: 77, Code: sim.Put, Key: 1}
	p.Do(1, func(env *sim.Env) {
		p.server(1).receiveAccept(env, 5, &accept{acceptance: acceptance{Slot: 1, Entry: second}})
	})
	p.Sync(1, false) // of the promise alone
	require.Zero(t, p.count(1, sim.Discarded))
	p.Crash(1, simtest.Lost)
	before := p.count(1, sim.Stored)
	p.Restart(1)
	require.Equal(t, before+1, p.count(1, sim.Stored), "it is there again")
	p.Do(1, func(env *sim.Env) {
		p.server(1).receiveAccept(env, 5, &accept{acceptance: acceptance{Slot: 1, Entry: second}})
	})
	p.Sync(1, false)
	require.Equal(t, 1, p.count(1, sim.Discarded))
}
