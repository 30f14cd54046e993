package workloads

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
)

// session issues ops one after another. It remembers the versions of each key that
// it has seen, and the point of the store's history that it has reached.
type session struct {
	client uint16
	number uint32 // of the session at its client
	store  kv.Client
	stores []kv.Client   // where it roams: of each datacentre, its own first
	limit  time.Duration // time limit of an op
	tokens bool
	token  kv.Token
	blind  bool // carries no context
	seen   map[sim.Key]sight
	// show, where it is not nil, puts what a get returned into the application's terms.
	show  func(values []sim.Value) []sim.Value
	now   sim.Call // the op under way
	busy  bool
	timer sim.TimerID
}

// sight is what a session saw of a key.
type sight struct {
	context kv.Context
	parents []sim.OpID
}

// turn has the session use another of its stores, the n-th in turn. It must have no op
// under way.
func (s *session) turn(n uint32) {
	if len(s.stores) > 0 && !s.busy {
		s.store = s.stores[int(n)%len(s.stores)]
	}
}

// receive takes a message for the session. What comes late to a store that it has left
// is handed to that too, and cannot end the op that is under way.
func (s *session) receive(env *sim.Env, from sim.NodeID, m sim.Message) (kv.Reply, bool) {
	for _, store := range s.stores {
		if store != s.store {
			store.Receive(env, from, m)
		}
	}
	return s.store.Receive(env, from, m)
}

// timeout takes a timer of the session's stores, likewise.
func (s *session) timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	for _, store := range s.stores {
		if store != s.store {
			store.Timeout(env, t)
		}
	}
	return s.store.Timeout(env, t)
}

// issue begins an op.
func (s *session) issue(env *sim.Env, number uint32, code sim.Code, key sim.Key, read kv.ReadPath, size uint32, final bool) {
	op := sim.NewOpID(s.client, number)
	c := sim.Call{Op: op, Code: code, Key: key, Final: final, Session: s.number}
	r := kv.Request{Op: op, Code: code, Key: key, Read: read, Size: size}
	if code.Writes() {
		c.Value, r.Value = sim.Value{ID: op}, sim.Value{ID: op}
		s.carry(&c, &r)
	}
	s.start(env, c, r)
}

// start begins an op: the call is what it is, the request what the store is asked.
func (s *session) start(env *sim.Env, c sim.Call, r kv.Request) {
	limit := s.limit
	switch {
	case c.Final:
		limit *= finalPatience
	case s.tokens:
		r.Token = s.token
	}
	s.now, s.busy = c, true
	env.Begin(c)
	s.timer = env.After(limit, sim.Timer{Kind: timerLimit, Subject: sim.OpSubject(c.Op, 0), A: uint64(s.number)})
	s.store.Call(env, r)
}

// finalPatience is how many times the ordinary limit a final read may take.
const finalPatience = 10

// carry gives a write the context of what the session saw of the key.
func (s *session) carry(c *sim.Call, r *kv.Request) {
	if s.blind {
		return
	}
	if saw, ok := s.seen[c.Key]; ok {
		c.Parents, r.Parents, r.Context = saw.parents, saw.parents, saw.context
		if r.Code == sim.CAS && len(saw.parents) > 0 {
			r.Expect = saw.parents[0]
		}
	}
}

// done ends the op under way with the store's reply.
func (s *session) done(env *sim.Env, from sim.NodeID, r kv.Reply) {
	env.Cancel(s.timer)
	s.busy = false
	res := sim.Result{Op: s.now.Op, Outcome: r.Outcome, Error: r.Error, Served: from}
	if r.Outcome == sim.OK {
		if !s.now.Code.Writes() {
			res.Values = s.shown(&r)
		}
		s.learn(r)
	}
	if r.Error == sim.TokenLost {
		s.token, s.seen = kv.Token{}, nil
		s.number += sessionStride
	}
	env.End(res)
}

// shown is what a get shows to the application.
func (s *session) shown(r *kv.Reply) []sim.Value {
	if s.show == nil {
		return r.Values
	}
	return s.show(r.Values)
}

// sessionStride is added to a session's number when it has to begin anew because
// the store lost what it had seen.
const sessionStride = 256

// learn remembers what a reply showed.
func (s *session) learn(r kv.Reply) {
	s.token = s.token.Newest(r.Token)
	if s.blind {
		return
	}
	if s.seen == nil {
		s.seen = map[sim.Key]sight{}
	}
	saw := sight{context: r.Context}
	if s.now.Code.Writes() {
		saw.parents = []sim.OpID{s.now.Op}
	} else {
		for _, v := range r.Values {
			saw.parents = append(saw.parents, v.ID)
		}
	}
	s.seen[s.now.Key] = saw
}

// giveUp ends the op under way: its time is up, and it may have happened.
func (s *session) giveUp(env *sim.Env) {
	s.store.Abandon(env, s.now.Op)
	s.busy = false
	env.End(sim.Result{Op: s.now.Op, Outcome: sim.Unknown, Error: sim.TimedOut})
}
