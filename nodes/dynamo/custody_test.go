package dynamo

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// chaos is a hand whose letters arrive late, twice or never, whose syncs lag, and
// whose nodes crash.
type chaos struct {
	*hand
	*rand.Rand
	open  *write   // the op under way, if it writes
	acked []*write // as the coordinator made them
}

// newChaos is the store of a seed.
func newChaos(t *testing.T, seed uint64, change func(*Config)) *chaos {
	r := rand.New(rand.NewPCG(seed, 1))
	c := sloppyQuorum("client")
	c.W = 1 + r.IntN(3)
	c.Quorum = []string{"sloppy", "sloppy", "strict"}[r.IntN(3)]
	c.Versions = []string{"lww", "dvv"}[r.IntN(2)]
	c.ReadRepair = []string{"none", "async", "sync"}[r.IntN(3)]
	change(&c)
	h := newHand(t, c, 5, 1)
	h.lag = true
	return &chaos{hand: h, Rand: r}
}

// step does one thing that can happen, after some syncs.
func (c *chaos) step() {
	for _, id := range c.members {
		if len(c.syncs[id]) > 0 && c.IntN(3) == 0 {
			c.sync(id, c.IntN(9) == 0)
		}
	}
	switch c.IntN(24) {
	case 0, 1:
		c.settle()
		c.begin()
	case 2, 3:
		c.clock += time.Duration(c.IntN(200)) * ms
		c.fire(sim.NodeID(1 + c.IntN(len(c.members)+1)))
	case 4:
		c.crash(c.members[c.IntN(len(c.members))], c.Uint64())
	default:
		if len(c.mail) > 0 {
			c.post(c.IntN(len(c.mail)))
		}
	}
}

// post delivers a letter, loses it, or delivers it and keeps a copy.
func (c *chaos) post(at int) {
	l, fate := c.mail[at], c.IntN(12)
	if fate != 0 {
		c.mail = append(c.mail[:at:at], c.mail[at+1:]...)
	}
	if fate != 1 {
		c.deliver(l)
	}
}

// begin begins an op.
func (c *chaos) begin() {
	client, code := c.client(1), []sim.Code{sim.Put, sim.Put, sim.Delete, sim.Get}[c.IntN(4)]
	before := len(c.mail)
	c.call(client, kv.Request{Code: code, Context: c.reply(client).Context})
	for _, l := range c.mail[before:] {
		if m, writes := l.m.(*write); writes {
			c.open = m
		}
	}
}

// settle notes a write that was acknowledged, and gives up one that was not.
func (c *chaos) settle() {
	client := c.client(1)
	if c.open == nil {
		return
	}
	if r, over := c.replies[client]; over && r.Op == c.open.Op && r.Outcome == sim.OK {
		c.acked = append(c.acked, c.open)
	}
	c.stores[client].Abandon(c.enter(client), c.open.Op)
	c.leave(client)
	c.open = nil
}

// kept counts the homes that have a write, or will be given it by somebody's hint.
func (c *chaos) kept(m *write) (homes int) {
	rule := c.config.rule()
	for _, home := range preference(c.hand)[:c.config.N] {
		has := rule.Includes(c.replica(home).store.held(0).set, m.Set)
		for _, holder := range c.members {
			if o := c.replica(holder).hints.find(home); o != nil {
				has = has || rule.Includes(o.keys[0].set, m.Set)
			}
		}
		if has {
			homes++
		}
	}
	return homes
}

// run lets things happen, crashes everyone, and counts the acknowledged writes, and
// those that fewer than w homes have or will be given.
func (c *chaos) run() (acked, missing int) {
	for range 300 {
		c.step()
	}
	c.settle()
	for _, id := range c.members {
		c.crash(id, loseAll)
	}
	for _, m := range c.acked {
		if c.kept(m) < c.config.W {
			missing++
		}
	}
	return len(c.acked), missing
}

// custodyOf adds up the runs of some seeds.
func custodyOf(t *testing.T, change func(*Config)) (acked, kept, missing int) {
	for seed := range seeds(300) {
		c := newChaos(t, seed, change)
		a, m := c.run()
		acked, missing = acked+a, missing+m
		c.ledger()
		for _, f := range c.facts {
			if f.Fact == sim.Hint && f.Why == sim.Kept {
				kept++
			}
		}
	}
	return acked, kept, missing
}

// TestAcknowledgedIsKept finds each acknowledged write with w homes, or on its way to
// them: the promise of a sloppy quorum whose hints are on disk, and of a strict one.
// Hints in memory do not keep it.
func TestAcknowledgedIsKept(t *testing.T) {
	acked, kept, missing := custodyOf(t, func(*Config) {})
	require.Greater(t, acked, 500)
	require.Greater(t, kept, 500)
	require.Zero(t, missing)
	_, _, missing = custodyOf(t, func(c *Config) { c.Hints = "memory" })
	require.NotZero(t, missing)
}

// ledger checks that no op counts a home's place twice.
func (c *chaos) ledger() {
	seen := map[[2]uint64]bool{}
	for _, f := range c.facts {
		if f.Fact == sim.Answered {
			place := [2]uint64{uint64(f.Op), f.B}
			require.False(c.t, seen[place], "%s counts n%d twice", f.Op, f.B)
			seen[place] = true
		}
	}
}
