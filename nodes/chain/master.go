package chain

import (
	"slices"
	"time"

	"simrun/sim"
)

const fileConfig = "config"

// Timers of master and servers.
const (
	timerTick   sim.TimerKind = iota + 1 // master: look who is silent; server: renew
	timerResend                          // server: ship again what is not committed
	timerSync                            // a failed sync is tried again
)

// Master is one incarnation of the master.
type Master struct {
	config  Config
	servers []sim.NodeID
	now     configuration  // on disk
	next    *configuration // being written
	heard   []time.Duration
	whole   []bool // has had all that was committed since it is in the chain
	copied  bool   // who joins has nearly all that the tail has
	stated  uint64 // the last version stated
	agreed  bool   // as one of which all have everything
	tag     uint64
}

var _ sim.Node = (*Master)(nil)

// first is the configuration that all know from the beginning.
func first(c Config, servers []sim.NodeID) configuration {
	return configuration{Version: 1, Chain: slices.Clone(servers[:c.length(len(servers)+1)])}
}

// Start implements sim.Node. After a crash nobody is taken for silent before a timeout has
// passed: the master does not know what leases it gave.
func (m *Master) Start(env *sim.Env) {
	m.heard, m.whole = make([]time.Duration, len(m.servers)), make([]bool, len(m.servers))
	for i := range m.heard {
		m.heard[i] = env.Now()
	}
	m.now = first(m.config, m.servers)
	if r, err := env.Disk().Read(fileConfig, 0); err == nil {
		m.now = *r.(*configuration)
	}
	if env.Now() == 0 && m.now.Version == 1 {
		for i := range m.whole {
			m.whole[i] = m.now.has(m.servers[i])
		}
	}
	m.state(env)
	env.After(m.config.Renew, sim.Timer{Kind: timerTick})
}

// Receive implements sim.Node: a server asks for its lease.
func (m *Master) Receive(env *sim.Env, from sim.NodeID, message sim.Message) {
	r, ok := message.(*renew)
	rank := slices.Index(m.servers, from)
	if !ok || rank < 0 {
		return
	}
	m.heard[rank] = env.Now()
	if r.Version == m.now.Version {
		m.whole[rank] = m.whole[rank] || r.Settled && m.now.has(from)
		m.copied = m.copied || r.Copied && from == m.now.tail()
	}
	isIn := m.now.has(from) && (m.next == nil || m.next.has(from))
	env.Send(from, &grant{Config: m.now, Sent: r.Sent, Life: r.Life, Lease: isIn})
	m.state(env)
}

// Timeout implements sim.Node.
func (m *Master) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerTick:
		m.look(env)
		env.After(m.config.Renew, sim.Timer{Kind: timerTick})
	case timerSync:
		m.tag++
		env.Sync(m.tag)
	}
}

// look changes the configuration where that is called for, one thing at a time: who is silent
// leaves, who has copied the history becomes the tail, a spare begins to copy it.
func (m *Master) look(env *sim.Env) {
	if m.next != nil {
		return
	}
	left := m.left(env)
	joining := m.now.Joining
	if joining != sim.Nobody && m.silent(env, joining) {
		joining = sim.Nobody
	}
	chain := left
	switch {
	case len(left) < len(m.now.Chain) || joining != m.now.Joining:
	case joining != sim.Nobody && m.copied:
		m.whole[slices.Index(m.servers, joining)] = false
		chain, joining = append(slices.Clone(left), joining), sim.Nobody
	case joining == sim.Nobody && len(left) < m.config.length(len(m.servers)+1) && m.isWhole(m.now.tail()):
		if joining = m.spare(env); joining == sim.Nobody {
			return
		}
	default:
		return
	}
	m.propose(env, configuration{Version: m.now.Version + 1, Chain: chain, Joining: joining})
}

// left are the servers of the chain that are not silent, or all of them where none of those
// is known to have everything.
func (m *Master) left(env *sim.Env) (left []sim.NodeID) {
	whole := false
	for _, id := range m.now.Chain {
		if !m.silent(env, id) {
			left = append(left, id)
			whole = whole || m.isWhole(id)
		}
	}
	if !whole {
		return m.now.Chain
	}
	return left
}

func (m *Master) isWhole(id sim.NodeID) bool { return m.whole[slices.Index(m.servers, id)] }

func (m *Master) silent(env *sim.Env, id sim.NodeID) bool {
	return env.Now()-m.heard[slices.Index(m.servers, id)] >= m.config.Timeout
}

// spare is a server that could join.
func (m *Master) spare(env *sim.Env) sim.NodeID {
	for _, id := range m.servers {
		if !m.now.has(id) && !m.silent(env, id) {
			return id
		}
	}
	return sim.Nobody
}

// propose writes a configuration. It is in force once it is on disk.
func (m *Master) propose(env *sim.Env, c configuration) {
	m.next = &c
	record := c
	env.Disk().Replace(fileConfig, &record)
	m.tag++
	env.Sync(m.tag)
}

// Synced implements sim.Node.
func (m *Master) Synced(env *sim.Env, s sim.Sync) {
	switch {
	case s.Tag != m.tag || m.next == nil:
		return
	case s.Failed:
		env.After(m.config.Renew, sim.Timer{Kind: timerSync})
		return
	}
	m.now, m.next, m.copied = *m.next, nil, false
	for i, id := range m.servers {
		m.whole[i] = m.whole[i] && m.now.has(id)
		env.Send(id, &grant{Config: m.now})
	}
	m.state(env)
}

// state states who counts: all of the chain; for good once each has everything.
func (m *Master) state(env *sim.Env) {
	why := sim.NoReason
	if !slices.ContainsFunc(m.now.Chain, func(id sim.NodeID) bool { return !m.isWhole(id) }) {
		why = sim.Agreed
	}
	if m.stated == m.now.Version && (m.agreed || why == sim.NoReason) {
		return
	}
	m.stated, m.agreed = m.now.Version, why == sim.Agreed
	env.Observe(sim.Electorate{
		Version: uint32(m.now.Version), Voters: sim.NodesOf(m.now.Chain...), Elect: 1, Accept: uint8(len(m.now.Chain)),
	}.Fact(why))
}
