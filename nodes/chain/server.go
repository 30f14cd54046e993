package chain

import (
	"slices"
	"time"

	"simrun/nodes/internal/machine"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The files on a server's disk, besides its configuration.
const (
	fileLog  = "log"
	fileJoin = "join"
)

// join is the record of the version in which a server began to copy the history.
type join struct{ Version uint64 }

// Encode implements sim.Record.
func (j *join) Encode(e *sim.Encoder) { e.Uint("version", j.Version) }

// Server is one incarnation of a server of the chain, or of a spare.
type Server struct {
	config Config
	master sim.NodeID
	all    []sim.NodeID
	self   sim.NodeID
	life   uint64

	now     configuration // obeyed: it is on disk
	coming  configuration // on its way to the disk, of a higher version where there is one
	log     []entry       // the entry of index i stands at i-1
	newest  []uint64      // by key: the index of its newest entry
	store   *machine.Store
	durable uint64
	commit  uint64
	shipped uint64 // to the successor
	settled bool   // it has all that was ever committed
	needs   uint64 // settled once so much is on disk, where that was said; one more than the index
	copied  bool   // who joins behind it has nearly all that it has
	joined  uint64 // the version in which it last began to copy

	led     uint64        // the version in which it stated that it is the head
	until   time.Duration // of the lease
	stalled uint64        // the commit index at the last look
	waiting []waiting
	early   []*ship      // that came before one that is on its way
	reads   []kv.Request // that wait for the tail's word
	asking  []sim.NodeID // who asked for them

	sync syncing
}

// waiting is a client that repeated a write which is in the log.
type waiting struct {
	index   uint64
	op      sim.OpID
	attempt uint8
	client  sim.NodeID
}

// syncing is what the sync under way covers.
type syncing struct {
	tag         uint64
	busy, again bool
	log         uint64
	coming      configuration
}

var (
	_ sim.Node      = (*Server)(nil)
	_ sim.Inspector = (*Server)(nil)
)

// New returns the maker of servers, of which the last is the master.
func New(config Config, members []sim.NodeID) func(self sim.NodeID) sim.Node {
	servers, master := members[:len(members)-1], members[len(members)-1]
	return func(self sim.NodeID) sim.Node {
		if self == master {
			return &Master{config: config, servers: servers}
		}
		return &Server{config: config, master: master, all: servers, self: self}
	}
}

// Start implements sim.Node. A server that finds its disk empty knows nothing of the chain
// but at the very beginning.
func (s *Server) Start(env *sim.Env) {
	s.life = uint64(env.Now()) + 1
	s.recover(env)
	isBeginning := env.Now() == 0 && s.now.Version == 0
	if isBeginning {
		s.now = first(s.config, s.all)
		s.coming = s.now
		s.settled = s.now.has(s.self)
		s.lead(env)
	} else {
		s.obey(env)
	}
	s.ask(env)
	env.After(s.config.Renew, sim.Timer{Kind: timerTick})
	env.After(s.config.Resend, sim.Timer{Kind: timerResend})
}

// recover reads the disk.
func (s *Server) recover(env *sim.Env) {
	disk := env.Disk()
	s.store = machine.New(s.config.Remember)
	if r, err := disk.Read(fileConfig, 0); err == nil {
		s.now = *r.(*configuration)
	}
	s.coming = s.now
	if r, err := disk.Read(fileJoin, 0); err == nil {
		s.joined = r.(*join).Version
	}
	for i := range disk.Len(fileLog) {
		r, err := disk.Read(fileLog, i)
		if err != nil {
			disk.Cut(fileLog, i)
			break
		}
		s.learn(r.(*entry))
	}
	for s.durable < uint64(len(s.log)) {
		s.durable++
		s.stateStored(env, s.durable)
	}
}

// learn adds an entry to the log in memory.
func (s *Server) learn(e *entry) {
	s.log = append(s.log, *e)
	index := uint64(len(s.log))
	s.store.Push(index, &e.Write, s.commit)
	for int(e.Write.Key) >= len(s.newest) {
		s.newest = append(s.newest, 0)
	}
	s.newest[e.Write.Key] = index
}

// add puts an entry at the end of the log.
func (s *Server) add(env *sim.Env, e entry) {
	s.learn(&e)
	env.Disk().Append(fileLog, &e)
	s.flush(env)
}

// flush makes durable what was written, one sync after another.
func (s *Server) flush(env *sim.Env) {
	if s.sync.busy {
		s.sync.again = true
		return
	}
	s.sync.busy, s.sync.again = true, false
	s.sync.log, s.sync.coming = uint64(len(s.log)), s.coming
	s.sync.tag++
	env.Sync(s.sync.tag)
}

// Synced implements sim.Node.
func (s *Server) Synced(env *sim.Env, done sim.Sync) {
	if done.Tag != s.sync.tag {
		return
	}
	if done.Failed {
		env.After(s.config.Resend, sim.Timer{Kind: timerSync})
		return
	}
	s.sync.busy = false
	for limit := min(s.sync.log, uint64(len(s.log))); s.durable < limit; {
		s.durable++
		s.stateStored(env, s.durable)
	}
	if s.sync.coming.Version > s.now.Version {
		s.now = s.sync.coming
		s.obey(env)
	}
	s.progress(env)
	if s.sync.again {
		s.flush(env)
	}
}

// Receive implements sim.Node.
func (s *Server) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	switch m := m.(type) {
	case *kv.Request:
		s.request(env, from, m)
	case *ship:
		s.receiveShip(env, from, m)
	case *ack:
		if m.Version == s.now.Version && from == s.now.after(s.self) {
			s.commitTo(env, min(m.Commit, s.durable))
		}
	case *hello:
		s.receiveHello(env, from, m)
	case *inquire:
		s.receiveInquire(env, from, m)
	case *latest:
		s.receiveLatest(env, m)
	case *grant:
		s.receiveGrant(env, m)
	}
}

// Timeout implements sim.Node.
func (s *Server) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerTick:
		s.ask(env)
		env.After(s.config.Renew, sim.Timer{Kind: timerTick})
	case timerResend:
		s.resend(env)
		env.After(s.config.Resend, sim.Timer{Kind: timerResend})
	case timerSync:
		s.sync.busy = false
		s.flush(env)
	}
}

// ask asks the master for a lease, and tells it what it has to know.
func (s *Server) ask(env *sim.Env) {
	env.Send(s.master, &renew{Sent: env.Now(), Life: s.life, Version: s.now.Version, Settled: s.settled, Copied: s.copied})
}

// receiveGrant takes a configuration, which is obeyed once it is on disk, and a lease.
func (s *Server) receiveGrant(env *sim.Env, m *grant) {
	if m.Config.Version > s.coming.Version {
		s.coming = m.Config
		s.coming.Chain = slices.Clone(m.Config.Chain)
		record := s.coming
		env.Disk().Replace(fileConfig, &record)
		s.flush(env)
	}
	if m.Lease && m.Life == s.life {
		s.until = max(s.until, m.Sent+s.config.Lease)
	}
}

// leased tells whether the server may serve reads: the master had not removed it when it
// asked.
func (s *Server) leased(env *sim.Env) bool { return s.now.has(s.self) && env.Now() < s.until }

// Inspect implements sim.Inspector: it yields what is committed as far as a server of the
// chain knows. Who is in none is no replica.
func (s *Server) Inspect(yield func(sim.Copy)) {
	if s.now.has(s.self) {
		s.store.Inspect(s.commit, yield)
	}
}

func (s *Server) stateStored(env *sim.Env, index uint64) {
	e := &s.log[index-1].Write
	env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: e.Op, Key: e.Key, A: index, B: e.Epoch, C: fingerprint(e.Op)})
}

// fingerprint tells entries apart: an op is placed once in any log.
func fingerprint(op sim.OpID) uint64 { return uint64(op) * 0x9E3779B97F4A7C15 }

// lead states who is the head.
func (s *Server) lead(env *sim.Env) {
	isHead := s.now.head() == s.self
	if s.led != 0 && (!isHead || s.led != s.now.Version) {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, A: s.led, B: sim.Leader})
		s.led = 0
	}
	if isHead && s.led == 0 {
		s.led = s.now.Version
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: s.led, B: sim.Leader})
	}
}
