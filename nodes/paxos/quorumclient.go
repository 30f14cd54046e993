package paxos

import (
	"cmp"
	"slices"
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
)

// timerInquiry is the timer of a client that asks quorums: an inquiry was not answered, or the
// next may follow. Those of its caller are numbered from kv.ClientTimers on.
const timerInquiry = kv.ClientTimers + 0x10

// drawInquiry is the purpose of its draws; its caller's is another one.
const drawInquiry uint8 = 0x82

// mostInquiries is the last number that an attempt can have; longestPause bounds how often the
// pause between two polls is doubled.
const (
	mostInquiries = 255
	longestPause  = 5
)

// quorumClient reads without a leader (Charapko, Ailijiang and Demirbas, "Linearizable Quorum
// Reads in Paxos", HotStorage 2019). It asks enough acceptors to meet every quorum of phase 2 for
// the highest slot that each has accepted, and what it has applied. Where one has applied the
// highest of these slots, what it shows is the answer; else the client rinses: it polls one replica
// after the other until one has. All else is its caller's.
//
// A state as of slot A knows the configurations that slots up to A have chosen, and the first that it does not
// know is chosen behind A. Where enough acceptors of each that rules behind A were asked after the read began,
// and none has accepted anything behind A, nothing behind A was chosen when it began: not under
// a configuration that the state does not know either, for the choice of the first would have been seen.
type quorumClient struct {
	*cluster
	caller   kv.Client
	near     sim.NodeID   // is asked first; Nobody if none is near
	replicas []sim.NodeID // that are polled

	// Of all reads: the newest slot that anybody has told to be applied, and who accepts behind it.
	known uint64
	views []configuration

	// Of the read in progress.
	active  bool
	request kv.Request
	order   []sim.NodeID // in which acceptors are asked
	by      uint64       // whose highest slot counts, a bit for each rank
	asked   uint64       // who was asked besides, likewise
	barrier uint64       // the slot that has to be applied
	best    *inquired    // the newest state told, nil if none
	rinses  bool         // the barrier stands, and replicas are polled
	polled  sim.NodeID   // and has not answered
	turn    int          // of the next poll
	pauses  uint
	timer   sim.TimerID
}

var _ kv.Client = (*quorumClient)(nil)

// Call implements kv.Client.
func (c *quorumClient) Call(env *sim.Env, r kv.Request) {
	if r.Code != sim.Get || r.Read == kv.AtLeader || r.Read == kv.AtReplica {
		c.caller.Call(env, r)
		return
	}
	c.active, c.request = true, r
	c.request.Attempt = 1
	c.by, c.asked, c.best, c.rinses, c.polled, c.pauses = 0, 0, nil, false, sim.Nobody, 0
	c.barrier = max(r.Token.Index, c.known)
	c.arrange(env)
	c.ask(env, false)
	c.wait(env, c.config.AttemptTimeout)
}

// arrange settles in which order servers are asked: the near one first, the others as drawn.
func (c *quorumClient) arrange(env *sim.Env) {
	word := env.Draw(drawInquiry, sim.OpSubject(c.request.Op, 0))
	c.order = slices.Clone(c.servers)
	rank := func(id sim.NodeID) uint64 {
		if id == c.near {
			return ^uint64(0)
		}
		return env.Weight(word, id)
	}
	slices.SortStableFunc(c.order, func(a, b sim.NodeID) int { return cmp.Compare(rank(b), rank(a)) })
	c.turn = 0
}

// ask asks as many acceptors as are needed besides those that have answered or were asked, or all.
func (c *quorumClient) ask(env *sim.Env, all bool) {
	accepting := uint64(0)
	for i := range c.views {
		accepting |= c.views[i].Acceptors
	}
	for _, id := range c.order {
		if !all && c.isHeard(c.by|c.asked) {
			return
		}
		if one := bit(c.rank(id)); accepting&^(c.by|c.asked)&one != 0 {
			c.asked |= one
			c.inquire(env, id)
		}
	}
}

func (c *quorumClient) inquire(env *sim.Env, to sim.NodeID) {
	m := &inquiry{Op: c.request.Op, Attempt: c.request.Attempt, Key: c.request.Key}
	if c.rinses {
		m.Barrier = c.barrier
	}
	env.Send(to, m)
}

// isHeard tells whether these acceptors share one with every quorum that may have chosen
// something behind what is known to be applied.
func (c *quorumClient) isHeard(by uint64) bool {
	if c.config.inquiresMinority() {
		return by != 0
	}
	for i := range c.views {
		if !c.hears(c.views[i], by) {
			return false
		}
	}
	return true
}

// poll asks the next replica whether it has applied the barrier.
func (c *quorumClient) poll(env *sim.Env) {
	for range c.order {
		id := c.order[c.turn%len(c.order)]
		c.turn++
		if slices.Contains(c.replicas, id) {
			c.polled = id
			c.inquire(env, id)
			break
		}
	}
	c.wait(env, c.config.AttemptTimeout)
}

// wait sets the time of the next inquiry; 0 is never.
func (c *quorumClient) wait(env *sim.Env, d time.Duration) {
	env.Cancel(c.timer)
	if r := &c.request; d > 0 {
		c.timer = env.After(d, sim.Timer{Kind: timerInquiry, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
	}
}

// Receive implements kv.Client.
func (c *quorumClient) Receive(env *sim.Env, from sim.NodeID, m sim.Message) (kv.Reply, bool) {
	told, ok := m.(*inquired)
	if !ok {
		return c.caller.Receive(env, from, m)
	}
	if !c.active || told.Op != c.request.Op {
		return kv.Reply{}, false
	}
	c.count(from, told)
	return c.weigh(env, from)
}

// count takes note of an answer. While the client rinses, what acceptors have accepted since does
// not move the barrier: it would flee from who follows it.
func (c *quorumClient) count(from sim.NodeID, m *inquired) {
	if one := bit(c.rank(from)); !c.rinses && c.by&one == 0 {
		c.by |= one
		c.barrier = max(c.barrier, m.Highest)
	}
	if !m.Learns {
		return
	}
	if c.best == nil || m.Applied > c.best.Applied {
		c.best = m
	}
	if m.Applied > c.known {
		c.known = m.Applied
		if !c.config.inquiresFirst() {
			c.views = m.Views
		}
	}
}

// weigh ends the read if it can, and asks for more if it has to.
func (c *quorumClient) weigh(env *sim.Env, from sim.NodeID) (kv.Reply, bool) {
	switch {
	case !c.isHeard(c.by):
		c.rinses = false
		c.ask(env, false)
	case c.best != nil && (c.best.Applied >= c.barrier || c.config.noBarrier()):
		return c.finish(env), true
	case !c.rinses:
		c.rinses = true
		c.again(env)
	case from == c.polled:
		c.polled = sim.Nobody
		c.wait(env, c.config.Backoff<<min(c.pauses, longestPause))
		c.pauses++
	}
	return kv.Reply{}, false
}

// finish ends the read with the newest state that was told.
func (c *quorumClient) finish(env *sim.Env) kv.Reply {
	reply := kv.Reply{
		Op: c.request.Op, Attempt: c.request.Attempt, Outcome: sim.OK, Values: c.best.Values,
		Token: kv.Token{Index: c.best.Applied}, Size: c.best.Size,
	}
	c.Abandon(env, c.request.Op)
	return reply
}

// again polls the next replica, and asks all that are missing. Where too few of the acceptors that the client knows of
// answer, a replica may know others.
func (c *quorumClient) again(env *sim.Env) {
	if c.request.Attempt == mostInquiries {
		return
	}
	c.request.Attempt++
	if !c.isHeard(c.by) {
		c.asked = 0
		c.ask(env, true)
	}
	c.poll(env)
}

// Timeout implements kv.Client.
func (c *quorumClient) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	if t.Kind != timerInquiry {
		return c.caller.Timeout(env, t)
	}
	if c.active && sim.OpID(t.A) == c.request.Op && uint8(t.B) == c.request.Attempt {
		c.again(env)
	}
	return kv.Reply{}, false
}

// Abandon implements kv.Client.
func (c *quorumClient) Abandon(env *sim.Env, op sim.OpID) {
	if !c.active || op != c.request.Op {
		c.caller.Abandon(env, op)
		return
	}
	c.active = false
	env.Cancel(c.timer)
}
