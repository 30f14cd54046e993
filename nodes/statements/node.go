package statements

import (
	"errors"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The timers of a server.
const (
	timerBeat    sim.TimerKind = iota + 1 // leader: the next heartbeat
	timerGap                              // what is missing in stream A was waited for long enough
	timerResend                           // the question about stream A is asked again
	timerFlush                            // a failed sync is tried again
	timerCompact                          // the rows are moved together
)

// The purposes of a server's draws.
const (
	drawPlace uint8 = iota + 1
	drawRandom
	drawCompact
)

// epoch is the only one that there is: a leader is never replaced.
const epoch = 1

// stream is one leader's log at one server.
type stream struct {
	leader  sim.NodeID
	log     *replog.Log
	applied uint64 // executed here
	durable uint64 // on disk here
	asked   uint64 // on disk once the sync in flight is done
	known   uint64 // the highest index that was heard of
	stash   map[uint64]replog.Entry
	gap     sim.TimerID
	catch   catching
}

func (s *stream) last() uint64 { return s.log.Last().Index }

// Node is one incarnation of a server.
type Node struct {
	config  *Config
	members []sim.NodeID
	self    sim.NodeID

	table   *table
	counter counter
	number  uint64 // of the last redo record
	streams []stream
	own     int  // the stream that this server leads, -1 if none
	broken  bool // the own log has lost entries that others may have

	tag     uint64 // of the last sync
	busy    bool   // it is in flight, or waits to be tried again
	again   bool   // something was written since
	seen    map[sim.OpID]uint64
	waiting []waiter
	untold  []untold
	frozen  []frozen // by member
}

var (
	_ sim.Node      = (*Node)(nil)
	_ sim.Inspector = (*Node)(nil)
)

// New returns the maker of servers: it makes an incarnation of the member self, which
// knows of former ones what its disk holds. The first members lead.
func New(config Config, members []sim.NodeID) func(self sim.NodeID) sim.Node {
	return func(self sim.NodeID) sim.Node {
		n := &Node{config: &config, members: members, self: self, own: -1}
		for i := range config.Leaders {
			n.streams = append(n.streams, stream{leader: members[i]})
			if members[i] == self {
				n.own = i
			}
		}
		return n
	}
}

// Start implements sim.Node.
func (n *Node) Start(env *sim.Env) {
	n.recoverTable(env)
	if env.Now() == 0 {
		n.checkpoint(env) // a leader that later finds none has lost its disk
	}
	n.frozen = make([]frozen, len(n.members))
	for i := range n.streams {
		n.open(env, i)
	}
	n.state(env)
	for i := range n.streams {
		n.executeAll(env, i)
	}
	role := sim.Follower
	if n.own >= 0 {
		role = sim.Leader
		n.remember()
		env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
	}
	env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, Key: sim.Key(max(n.own, 0)), A: epoch, B: role})
	n.planCompaction(env)
	n.flush(env)
}

// open reads a stream's log. A table that is ahead of the log's end, or behind its
// beginning, makes the log useless: it begins anew behind the table. A leader
// cannot do so, since others follow its log: it stands still.
func (n *Node) open(env *sim.Env, i int) {
	s := &n.streams[i]
	disk, behind := env.Disk(), replog.Position{Epoch: epoch, Index: s.applied}
	spoilt := corrupt(disk, fileLog(i))
	s.log, _ = replog.OpenBehind(disk, fileLog(i), behind)
	fits := s.log.Base().Index <= s.applied && s.applied <= s.last()
	if i == n.own {
		isWiped := env.Now() > 0 && disk.Len(fileTable) == 0
		n.broken = spoilt || isWiped || !fits || s.log.Base().Index > 0
	} else if !fits {
		s.log.Restart(disk, behind)
	}
	s.durable, s.known = s.last(), s.last()
	for index := s.log.Base().Index + 1; index <= s.durable; index++ {
		n.stateStored(env, s, index) // what a crash has kept beyond the last sync, too
	}
}

// corrupt tells whether a file has lost what was durable. A torn record has not: the
// crash that tore it came before its sync.
func corrupt(disk sim.Disk, file string) bool {
	for i := range disk.Len(file) {
		if _, err := disk.Read(file, i); errors.Is(err, sim.ErrCorrupt) {
			return true
		}
	}
	return false
}

// executeAll executes what the log has beyond the table: a crash has kept the one and lost
// the other.
func (n *Node) executeAll(env *sim.Env, i int) {
	s := &n.streams[i]
	for s.applied < s.last() && !n.broken {
		n.execute(env, i, s.log.At(s.applied+1))
	}
}

// execute executes the next entry of a stream.
func (n *Node) execute(env *sim.Env, i int, e *replog.Entry) {
	n.executed(env, i, e, n.follow(env, e, i))
}

// executed takes note of what an entry did.
func (n *Node) executed(env *sim.Env, i int, e *replog.Entry, did effect) {
	s := &n.streams[i]
	s.applied++
	n.keep(env, i, did.writes)
	n.stateApplied(env, e, s.applied, did)
	n.state(env)
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	switch m := m.(type) {
	case *kv.Request:
		n.request(env, from, m)
	case *fetch:
		n.receiveFetch(env, from, m)
	case *compare:
		n.receiveCompare(env, from, m)
	case *want:
		n.receiveWant(env, from, m)
	default:
		if i := n.ledBy(from); i >= 0 && i != n.own {
			n.hear(env, i, m)
		}
	}
}

// ledBy is the stream that a server leads, -1 if none.
func (n *Node) ledBy(id sim.NodeID) int {
	for i := range n.streams {
		if n.streams[i].leader == id {
			return i
		}
	}
	return -1
}

// hear takes what a leader says.
func (n *Node) hear(env *sim.Env, i int, m sim.Message) {
	switch m := m.(type) {
	case *ship:
		n.receiveShip(env, i, m)
	case *beat:
		n.learn(env, i, m.Last)
	case *tail:
		n.receiveTail(env, i, m)
	case *hashes:
		n.receiveHashes(env, i, m)
	case *part:
		n.receivePart(env, i, m)
	case *gone:
		n.receiveGone(env, i, m)
	}
}

// Timeout implements sim.Node.
func (n *Node) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerBeat:
		n.beat(env)
	case timerGap:
		n.seek(env, int(t.A))
	case timerResend:
		n.ask(env, int(t.A))
	case timerFlush:
		n.startFlush(env)
	case timerCompact:
		n.compact(env)
	}
}

// flush asks that all written so far be made durable: one sync at a time, what is
// written meanwhile waits for the next.
func (n *Node) flush(env *sim.Env) {
	if n.busy {
		n.again = true
		return
	}
	n.startFlush(env)
}

func (n *Node) startFlush(env *sim.Env) {
	n.busy, n.again = true, false
	for i := range n.streams {
		n.streams[i].asked = n.streams[i].last()
	}
	n.tag++
	env.Sync(n.tag)
}

// Synced implements sim.Node.
func (n *Node) Synced(env *sim.Env, s sim.Sync) {
	if s.Tag != n.tag || !n.busy {
		return
	}
	if s.Failed {
		env.After(n.config.Resend, sim.Timer{Kind: timerFlush})
		return
	}
	n.busy = false
	for i := range n.streams {
		n.durableUpTo(env, i)
	}
	if n.again {
		n.startFlush(env)
	}
}

// durableUpTo takes note of what the sync has made durable of a stream.
func (n *Node) durableUpTo(env *sim.Env, i int) {
	s := &n.streams[i]
	before := s.durable
	s.durable = max(before, min(s.asked, s.last()))
	for index := max(before, s.log.Base().Index) + 1; index <= s.durable; index++ {
		n.stateStored(env, s, index)
	}
	if i == n.own && s.durable > before {
		n.publish(env, before)
	}
}

// Inspect implements sim.Inspector: it yields the fingerprint of every row.
func (n *Node) Inspect(yield func(sim.Copy)) {
	for _, id := range n.table.ids() {
		yield(sim.Copy{Key: sim.Key(id), Values: []sim.Value{{N: int64(n.table.find(id).print())}}})
	}
}
