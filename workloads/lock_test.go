package workloads_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
	"simrun/workloads"
)

// guard is one session of a Lock with its store, one event at a time.
type guard struct {
	*shopper
}

func guards(t *testing.T, c *workloads.Lock) *guard {
	c.Clients, c.Sessions, c.Locks, c.Pace, c.Timeout = 1, 1, 1, "closed", time.Second
	c.Lease, c.Hold, c.Poll = 100*time.Millisecond, 40*time.Millisecond, 20*time.Millisecond
	c.Rate = random.PerSecond(1e9)
	g := &guard{&shopper{t: t, store: new(shelf), env: sim.NewEnv(1, still{})}}
	g.node = c.Maker()(workloads.Options{Client: 1, Connect: func() kv.Client { return g.store }, End: time.Hour})
	g.node.Start(g.env)
	g.stated()
	return g
}

// says is a reply to a read: a version with its integer.
func says(id sim.OpID, n int64) kv.Reply {
	return kv.Reply{Outcome: sim.OK, Values: []sim.Value{{ID: id, N: n}}}
}

// wake lets a session that waits go on after a time.
func (g *guard) wake(after time.Duration) *kv.Request {
	g.env.Enter(g.env.Now()+after, 0)
	g.node.Timeout(g.env, sim.Timer{Kind: 4})
	g.stated()
	return g.store.last()
}

func (g *guard) reply(r kv.Reply) *kv.Request {
	_, asked := g.answer(r)
	return asked
}

var done = kv.Reply{Outcome: sim.OK}

// hold takes a lock that is free after token 4, and reads what it guards.
func (g *guard) hold(guarded kv.Reply) (lock *kv.Request) {
	take := *g.reply(says(sim.NewOpID(9, 1), 4<<1))
	require.Equal(g.t, sim.CAS, take.Code)
	require.Equal(g.t, sim.NewOpID(9, 1), take.Expect)
	require.EqualValues(g.t, 5<<1|1, take.Value.N)
	require.Equal(g.t, sim.Get, g.reply(done).Code)
	require.EqualValues(g.t, 1, g.store.last().Key)
	g.reply(guarded)
	return &take
}

func TestAHolderWritesUnderItsToken(t *testing.T) {
	for _, token := range []string{"checked", "ignored"} {
		g := guards(t, &workloads.Lock{Token: token, Look: "begin"})
		take := g.hold(says(sim.NewOpID(8, 1), 3))
		write := *g.wake(time.Hour) // it was suspended, and does not look at its clock
		require.EqualValues(t, 5, write.Value.N)
		require.EqualValues(t, 1, write.Key)
		if token == "checked" {
			require.Equal(t, sim.CAS, write.Code)
			require.Equal(t, sim.NewOpID(8, 1), write.Expect)
		} else {
			require.Equal(t, sim.Put, write.Code)
		}
		release := g.reply(done)
		require.Equal(t, take.Op, release.Expect)
		require.EqualValues(t, 5<<1, release.Value.N)
	}
}

func TestAHolderWhoLooksLateSeesThatItsLeaseIsOver(t *testing.T) {
	g := guards(t, &workloads.Lock{Token: "ignored", Look: "end"})
	g.hold(says(0, 0))
	asked := len(g.store.asked)
	g.wake(time.Hour)
	require.Len(t, g.store.asked, asked)
}

func TestANewerTokenKeepsAHolderOff(t *testing.T) {
	for token, want := range map[string]int{"checked": 3, "ignored": 4} {
		g := guards(t, &workloads.Lock{Token: token, Look: "begin"})
		g.hold(says(sim.NewOpID(8, 1), 6))
		if token == "ignored" {
			g.wake(time.Millisecond)
		}
		require.Len(t, g.store.asked, want, token)
	}
}

func TestAHeldLockIsTakenAfterAWholeLease(t *testing.T) {
	g := guards(t, &workloads.Lock{Token: "checked", Look: "begin"})
	held := says(sim.NewOpID(9, 1), 4<<1|1)
	for range 3 {
		g.reply(held)
		require.Equal(t, sim.Get, g.wake(20*time.Millisecond).Code)
	}
	g.reply(says(sim.NewOpID(9, 2), 4<<1|1)) // renewed
	require.Equal(t, sim.Get, g.wake(90*time.Millisecond).Code)
	g.reply(says(sim.NewOpID(9, 2), 4<<1|1))
	require.Equal(t, sim.Get, g.wake(20*time.Millisecond).Code)
	take := g.reply(says(sim.NewOpID(9, 2), 4<<1|1))
	require.Equal(t, sim.CAS, take.Code)
	require.EqualValues(t, 5<<1|1, take.Value.N)
}

func TestALeaseIsRenewedWhenHalfOver(t *testing.T) {
	c := &workloads.Lock{Token: "checked", Look: "end", Renew: true}
	g := guards(t, c)
	c.Hold = 90 * time.Millisecond
	take := g.hold(says(0, 0))
	renew := *g.wake(50 * time.Millisecond)
	require.Equal(t, take.Op, renew.Expect)
	require.Equal(t, take.Value.N, renew.Value.N)
	g.reply(done)
	write := g.wake(45 * time.Millisecond)
	require.EqualValues(t, 1, write.Key)
	require.EqualValues(t, 5, write.Value.N)
}

func TestALeaseMustOutlastTheWork(t *testing.T) {
	c := &workloads.Lock{Lease: time.Second, Hold: time.Second, Rate: random.PerSecond(1e9)}
	c.Clients, c.Pace = 1, "open"
	require.ErrorContains(t, c.Check(), "hold")
	c.Renew = true
	require.NoError(t, c.Check())
	c.Hold = time.Minute
	require.ErrorContains(t, c.Check(), "hold")
}
