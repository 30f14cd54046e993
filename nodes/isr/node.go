package isr

import (
	"time"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Timers of controller and servers.
const (
	timerTick  sim.TimerKind = iota + 1 // server: beat, look who lags, answer old fetches; controller: look who is silent
	timerSync                           // a failed sync is tried again
	timerFlush                          // without flush: sync what was written
	timerHeld                           // a read of client op A was held long enough
)

// firstLife is that of the incarnations that were there from the beginning.
const firstLife = 1

// cluster is what all share and nobody changes.
type cluster struct {
	config     Config
	servers    []sim.NodeID
	controller sim.NodeID
	ranks      []int // by node: its place among the servers, -1 for others
}

func newCluster(config Config, members []sim.NodeID) *cluster {
	last := len(members) - 1
	c := &cluster{config: config, servers: members[:last], controller: members[last]}
	for rank, id := range c.servers {
		for len(c.ranks) <= int(id) {
			c.ranks = append(c.ranks, -1)
		}
		c.ranks[id] = rank
	}
	return c
}

// rank is a server's place among the servers, -1 for others.
func (c *cluster) rank(id sim.NodeID) int {
	if int(id) >= len(c.ranks) {
		return -1
	}
	return c.ranks[id]
}

// Server is one incarnation of a replica.
type Server struct {
	*cluster
	self sim.NodeID
	me   int // its rank

	life  uint64
	whole bool      // it has all that former lives acknowledged
	now   partition // obeyed; of version 0 while this life is not registered

	log   *replog.Log
	store *machine.Store
	high  uint64 // the high watermark, as far as known
	disk  flusher

	role    uint64 // sim.Leader or sim.Follower; 0 before the state is known
	held    uint64 // the epoch in which the role was taken
	leads   leading
	follows following
	reads   []heldRead
}

var (
	_ sim.Node      = (*Server)(nil)
	_ sim.Inspector = (*Server)(nil)
)

// New returns the maker of servers, of which the last is the controller.
func New(config Config, members []sim.NodeID) func(self sim.NodeID) sim.Node {
	shared := newCluster(config, members)
	return func(self sim.NodeID) sim.Node {
		if self == shared.controller {
			return &Controller{cluster: shared}
		}
		return &Server{cluster: shared, self: self, me: shared.rank(self)}
	}
}

// Start implements sim.Node. Who comes back does nothing before the controller has told it that this
// life counts.
func (s *Server) Start(env *sim.Env) {
	s.life = firstLife + uint64(env.Now())
	s.recover(env)
	if s.life == firstLife {
		s.obey(env, s.beginning())
	}
	s.beat(env)
	env.After(s.config.Heartbeat, sim.Timer{Kind: timerTick})
	if !s.config.Flush {
		env.After(s.config.FlushEvery, sim.Timer{Kind: timerFlush})
	}
}

// Receive implements sim.Node.
func (s *Server) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	switch m := m.(type) {
	case *kv.Request:
		s.request(env, from, m)
	case *fetch:
		s.receiveFetch(env, from, m)
	case *fetched:
		s.receiveFetched(env, from, m)
	case *state:
		if m.Now.Version > s.now.Version && m.Now.Lives[s.me] == s.life {
			s.obey(env, m.Now)
		}
	}
}

// Timeout implements sim.Node.
func (s *Server) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerTick:
		s.beat(env)
		s.tickLeading(env)
		s.tickFollowing(env)
		env.After(s.config.Heartbeat, sim.Timer{Kind: timerTick})
	case timerFlush:
		s.flush(env)
		env.After(s.config.FlushEvery, sim.Timer{Kind: timerFlush})
	case timerSync:
		s.startSync(env)
	case timerHeld:
		s.giveUp(env, sim.OpID(t.A), uint8(t.B))
	case sim.SignalElect:
		env.Send(s.controller, &prefer{s.life})
	}
}

// beat tells the controller that this life goes on.
func (s *Server) beat(env *sim.Env) {
	env.Send(s.controller, &beat{Life: s.life, Whole: s.whole, Version: s.now.Version, Identified: s.disk.identified})
}

// obey goes by another state of the partition.
func (s *Server) obey(env *sim.Env, p partition) {
	before := s.now
	s.now = p.clone()
	if before.Version == 0 {
		s.identify(env)
	}
	isReign := before.Version == 0 || before.Epoch != p.Epoch || before.Leader != p.Leader
	if !isReign {
		s.altered(env, &before)
		return
	}
	s.stepDown(env)
	s.follows = following{number: s.follows.number}
	if p.Leader == s.self {
		s.lead(env)
		return
	}
	s.take(env, sim.Follower)
	s.truncateToHigh(env)
	s.fetch(env)
}

// truncateToHigh is what followers did before KIP-101: they forgot all that they did not know to be
// committed.
func (s *Server) truncateToHigh(env *sim.Env) {
	if s.config.truncateToHW() {
		s.cut(env, s.high)
	}
}

// take takes a role, in the present epoch.
func (s *Server) take(env *sim.Env, role uint64) {
	if s.role != 0 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, A: s.held, B: s.role})
	}
	s.role, s.held = role, s.now.Epoch
	env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: s.held, B: role})
}

// Inspect implements sim.Inspector: it yields what is committed as far as the server knows.
func (s *Server) Inspect(yield func(sim.Copy)) { s.store.Inspect(s.high, yield) }

// since tells whether so long has passed since a moment.
func since(env *sim.Env, moment, d time.Duration) bool { return env.Now()-moment >= d }
