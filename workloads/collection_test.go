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

// shelf is a store's client side that answers at once what it is told to.
type shelf struct {
	asked []kv.Request
	reply kv.Reply
}

func (s *shelf) Call(_ *sim.Env, r kv.Request) { s.asked = append(s.asked, r) }

func (s *shelf) Receive(*sim.Env, sim.NodeID, sim.Message) (kv.Reply, bool) {
	r := s.reply
	r.Op = s.last().Op
	return r, true
}
func (s *shelf) Timeout(*sim.Env, sim.Timer) (kv.Reply, bool) { return kv.Reply{}, false }
func (s *shelf) Abandon(*sim.Env, sim.OpID)                   {}
func (s *shelf) last() *kv.Request                            { return &s.asked[len(s.asked)-1] }

// shopper is a client of a Collection with its store, one event at a time.
type shopper struct {
	t     *testing.T
	node  sim.Node
	store *shelf
	env   *sim.Env
}

func shop(t *testing.T, c *workloads.Collection) *shopper {
	c.Clients, c.Sessions, c.Keys, c.Size, c.Pace, c.Timeout, c.Tries = 1, 1, 1, 10, "open", time.Second, max(c.Tries, 1)
	c.Rate = random.PerSecond(10_000_000_000)
	s := &shopper{t: t, store: new(shelf), env: sim.NewEnv(1, still{})}
	s.node = c.Maker()(workloads.Options{Client: 1, Connect: func() kv.Client { return s.store }, End: time.Hour})
	s.node.Start(s.env)
	s.env.Enter(s.env.Now()+time.Millisecond, 0)
	return s
}

// arrive begins the next task, and returns what the client states and asks.
func (s *shopper) arrive() (stated []sim.Call, asked *kv.Request) {
	s.node.Timeout(s.env, sim.Timer{Kind: 1})
	return s.stated(), s.store.last()
}

// answer ends the op under way.
func (s *shopper) answer(r kv.Reply) (stated []sim.Call, asked *kv.Request) {
	s.store.reply = r
	s.node.Receive(s.env, 2, &kv.Reply{})
	return s.stated(), s.store.last()
}

func (s *shopper) stated() (calls []sim.Call) {
	for _, x := range s.env.Effects() {
		if x.Do == sim.DoBegin {
			calls = append(calls, *s.env.Call(x.Index))
		}
	}
	s.env.Enter(s.env.Now()+time.Millisecond, 0)
	return calls
}

// found is a reply to a get that found the versions of some writes.
func found(ops ...sim.OpID) kv.Reply {
	r := kv.Reply{Outcome: sim.OK, Context: kv.Context{{Actor: 1, Counter: 9}}}
	for _, op := range ops {
		r.Values = append(r.Values, sim.Value{ID: op})
	}
	return r
}

func TestAChangeIsAReadAndAWriteOfItsOwnNumber(t *testing.T) {
	s := shop(t, &workloads.Collection{Type: "set", Merge: "cart", Write: "put"})
	stated, asked := s.arrive()
	require.Equal(t, []sim.Call{{Op: sim.NewOpID(1, 1), Code: sim.Get}}, stated)
	require.Equal(t, sim.Get, asked.Code)

	stated, asked = s.answer(found())
	op := sim.NewOpID(1, 2)
	require.Len(t, stated, 1)
	require.Equal(t, sim.Add, stated[0].Code)
	require.Equal(t, sim.Value{ID: op, N: 1}, stated[0].Value)
	require.Equal(t, sim.Put, asked.Code)
	require.Equal(t, sim.Value{ID: op}, asked.Value, "the store learns nothing of elements")
	require.EqualValues(t, 10, asked.Size)

	stated, _ = s.answer(kv.Reply{Outcome: sim.OK})
	require.Empty(t, stated, "the task is over")
	s.arrive()
	stated, asked = s.answer(found(op))
	require.Equal(t, []sim.OpID{op}, stated[0].Parents)
	require.Equal(t, kv.Context{{Actor: 1, Counter: 9}}, asked.Context)
	require.EqualValues(t, 20, asked.Size, "a cart of two costs twice")
}

func TestAReadThatFailedChangesNothing(t *testing.T) {
	s := shop(t, &workloads.Collection{Type: "set", Merge: "cart", Write: "put"})
	s.arrive()
	stated, _ := s.answer(kv.Reply{Outcome: sim.Fail, Error: sim.Unavailable})
	require.Empty(t, stated)
	stated, _ = s.arrive()
	require.Equal(t, sim.NewOpID(1, 3), stated[0].Op, "the next task has numbers of its own")
}

func TestCompareAndSetReadsAgainAfterAConflict(t *testing.T) {
	s := shop(t, &workloads.Collection{Type: "set", Merge: "cart", Write: "cas", Tries: 2})
	other := sim.NewOpID(1, 99)
	s.arrive()
	_, asked := s.answer(found(other))
	require.Equal(t, sim.CAS, asked.Code)
	require.Equal(t, other, asked.Expect)
	conflict := kv.Reply{Outcome: sim.Fail, Error: sim.Conflict}
	stated, _ := s.answer(conflict)
	require.Equal(t, sim.NewOpID(1, 3), stated[0].Op)
	stated, _ = s.answer(found())
	require.Equal(t, sim.NewOpID(1, 4), stated[0].Op)
	require.EqualValues(t, 1, stated[0].Value.N, "the same element under another name")
	stated, _ = s.answer(conflict)
	require.Empty(t, stated, "two tries were all")
	stated, _ = s.arrive()
	require.Equal(t, sim.NewOpID(1, 5), stated[0].Op)
}

func TestRemovalsNameWhatWasRead(t *testing.T) {
	certain := random.Probability(random.Certain)
	s := shop(t, &workloads.Collection{Type: "set", Merge: "cart", Write: "put", Removes: certain})
	s.arrive()
	stated, _ := s.answer(found())
	require.Equal(t, sim.Add, stated[0].Code, "there is nothing to remove")
	added := stated[0].Op
	s.answer(kv.Reply{Outcome: sim.OK})
	s.arrive()
	stated, asked := s.answer(found(added))
	require.Equal(t, sim.Remove, stated[0].Code)
	require.EqualValues(t, 1, stated[0].Value.N)
	require.EqualValues(t, 10+8, asked.Size, "an empty cart, and a removal remembered")
}

func TestCountersShowTheirTotal(t *testing.T) {
	for _, merge := range []string{"lww", "union"} {
		s := shop(t, &workloads.Collection{Type: "counter", Merge: merge, Write: "put"})
		var siblings []sim.OpID
		for range 2 {
			s.arrive()
			stated, _ := s.answer(found())
			siblings = append(siblings, stated[0].Op)
			s.answer(kv.Reply{Outcome: sim.OK})
		}
		s.arrive()
		s.store.reply = found(siblings...)
		s.node.Receive(s.env, 2, &kv.Reply{})
		var shown []sim.Value
		for _, x := range s.env.Effects() {
			if x.Do == sim.DoEnd {
				shown = s.env.Result(x.Index).Values
			}
		}
		require.Equal(t, []sim.Value{{N: map[string]int64{"lww": 1, "union": 2}[merge]}}, shown)
	}
}

func TestAServerThatMergesIsToldOfChanges(t *testing.T) {
	certain := random.Probability(random.Certain)
	s := shop(t, &workloads.Collection{Type: "set", Merge: "server", Write: "put"})
	stated, asked := s.arrive()
	require.Equal(t, sim.Add, stated[0].Code)
	require.Equal(t, sim.Add, asked.Code)
	require.EqualValues(t, 1, asked.Value.N)

	s = shop(t, &workloads.Collection{Type: "set", Merge: "server", Write: "put", Removes: certain})
	_, asked = s.arrive()
	require.Equal(t, sim.Get, asked.Code)
	read := kv.Reply{Outcome: sim.OK, Values: []sim.Value{{ID: sim.NewOpID(1, 9), N: 5}}, Context: kv.Context{{Actor: 3, Counter: 4}}}
	_, asked = s.answer(read)
	require.Equal(t, sim.Remove, asked.Code)
	require.EqualValues(t, 5, asked.Value.N)
	require.Equal(t, read.Context, asked.Context, "it removes what its client saw")
}

func TestNothingIsChangedAfterTheEndOfWork(t *testing.T) {
	s := shop(t, &workloads.Collection{Type: "set", Merge: "cart", Write: "put"})
	s.arrive()
	s.node.Timeout(s.env, sim.Timer{Kind: sim.SignalStop})
	stated, _ := s.answer(found())
	require.Empty(t, stated)
}

func TestCollectionChecks(t *testing.T) {
	base := workloads.Collection{Clientele: workloads.Clientele{Clients: 1, Pace: "open"}, Rate: random.PerSecond(10_000_000_000), Type: "set", Merge: "cart", Write: "put"}
	require.NoError(t, base.Check())
	counter, server := base, base
	counter.Type = "counter"
	require.ErrorContains(t, counter.Check(), "merge")
	server.Merge, server.Write = "server", "cas"
	require.ErrorContains(t, server.Check(), "write")
}
