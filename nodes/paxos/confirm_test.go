package paxos

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/simtest"
)

// overtaken is leader 4, which had acceptors changed from 1, 2 and 3 to 1, 2 and 6 and does not know
// that this is chosen; 5 does, leads with the promises of 2 and 6, and has had a write chosen by them.
func overtaken(t *testing.T) (p *play, newest sim.OpID) {
	p = newPlay(t, 6, func(c *Config) { apart(c); c.Window, c.Reads, c.Learn = 2, "read-index", "acceptors" })
	p.flow(4, 1, 2, 3)
	p.Do(4, func(env *sim.Env) { p.server(4).reconfigure(env, bit(0)|bit(1)|bit(5)) })
	p.put(4)
	p.flowIf(func(l simtest.Letter) bool {
		return l.To != 4 && l.Message.Kind().Name != "chosen" && p.between(l, []sim.NodeID{1, 2, 3, 4, 5})
	})
	require.Zero(t, p.server(4).learner.applied)
	require.Equal(t, uint64(2), p.server(5).learner.applied)
	p.elect(5, 2, 6)
	newest = p.put(5)
	p.flow(5, 2, 6)
	require.Equal(t, sim.OK, p.reply(newest).Outcome)
	require.True(t, p.leads(4))
	return p, newest
}

// A round that the old acceptors answered bars nobody whom the new ones elected: a leader that learns of them
// only then has to ask again, although they had promised it their votes once.
func TestARoundCountsForTheAcceptorsThatItKnew(t *testing.T) {
	p, newest := overtaken(t)
	get := p.get(4)
	for range 4 {
		p.flow(4, 1, 3)
		p.Advance(60 * time.Millisecond)
	}
	p.flow(4, 1, 3)
	require.Equal(t, uint64(2), p.server(4).learner.applied)
	_, answered := p.shown(get)
	require.False(t, answered, "5 may lead by 2 and 6")
	p.Run(time.Second)
	require.False(t, p.leads(4))
	again := p.get(5)
	p.Run(time.Second)
	writer, answered := p.shown(again)
	require.True(t, answered)
	require.Equal(t, newest, writer)
}

// ended is the end of the lease that a server stated last.
func (p *play) ended(id sim.NodeID) (end time.Duration) {
	for i := range p.Facts {
		if f := &p.Facts[i]; f.Fact == sim.Lease && f.Node == id {
			end = time.Duration(f.B)
		}
	}
	return end
}

// A lease ends, and is said to, where new acceptors are to be asked or the lead is handed over.
func TestALeaseThatIsGivenUpIsStated(t *testing.T) {
	for name, give := range map[string]func(p *play, env *sim.Env){
		"handover":   func(p *play, env *sim.Env) { p.server(1).handOver(env, sim.Timer{}) },
		"membership": func(p *play, env *sim.Env) { p.server(1).recount(env) },
	} {
		p := newPlay(t, 3, func(c *Config) { c.Reads, c.Lease = "lease", 300*time.Millisecond })
		p.Run(100 * time.Millisecond)
		now := time.Duration(0)
		p.Do(1, func(env *sim.Env) {
			now = env.Now()
			require.Greater(t, p.ended(1), now, name)
			give(p, env)
		})
		require.Equal(t, now, p.ended(1), name)
		get := p.get(1)
		p.flow()
		_, answered := p.shown(get)
		require.False(t, answered, name)
	}
}
