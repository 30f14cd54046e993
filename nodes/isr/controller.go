package isr

import (
	"time"

	"simrun/sim"
)

const filePartition = "partition"

// Controller is one incarnation of the controller.
type Controller struct {
	*cluster
	now   partition  // on disk
	next  *partition // being written
	heard []time.Duration
	newer []uint64 // by rank: a life that is not registered yet, 0 if none
	whole []bool   // by rank: what that life says of itself
	// Who said that its disk has an identity, registered or not.
	identified sim.NodeSet
	tag        uint64
}

var _ sim.Node = (*Controller)(nil)

// beginning is the state that all know from the start.
func (c *cluster) beginning() partition {
	p := partition{Version: 1, Epoch: 1, Leader: c.servers[0], InSync: sim.NodesOf(c.servers...)}
	for range c.servers {
		p.Lives = append(p.Lives, firstLife)
	}
	return p
}

// Start implements sim.Node. After a crash nobody is given up before a session has passed.
func (c *Controller) Start(env *sim.Env) {
	n := len(c.servers)
	c.heard, c.newer, c.whole = make([]time.Duration, n), make([]uint64, n), make([]bool, n)
	for i := range c.heard {
		c.heard[i] = env.Now()
	}
	c.now = c.beginning()
	if r, err := env.Disk().Read(filePartition, 0); err == nil {
		c.now = *r.(*partition)
	}
	if c.now.Leader != sim.Nobody {
		c.stateElection(env) // which may have reached the disk just before a crash
	}
	c.stateVoters(env)
	env.After(c.config.Heartbeat, sim.Timer{Kind: timerTick})
}

// Receive implements sim.Node.
func (c *Controller) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	rank := c.rank(from)
	if rank < 0 {
		return
	}
	switch m := m.(type) {
	case *beat:
		c.receiveBeat(env, rank, m)
	case *alter:
		c.receiveAlter(env, from, m)
	case *prefer:
		c.receivePrefer(env, from, m)
	}
}

// receiveBeat takes note that a server lives. A life that is not known is registered
// before the server hears anything.
func (c *Controller) receiveBeat(env *sim.Env, rank int, m *beat) {
	switch known := max(c.now.Lives[rank], c.newer[rank]); {
	case m.Life < known:
		return
	case m.Life > known:
		c.newer[rank], c.whole[rank] = m.Life, m.Whole
	}
	c.heard[rank] = env.Now()
	if m.Life == c.now.Lives[rank] && m.Version < c.now.Version {
		env.Send(c.servers[rank], c.told())
	}
	if m.Identified {
		c.identified |= sim.NodesOf(c.servers[rank])
	}
	if c.newer[rank] > 0 || c.identified&^c.now.Identified != 0 {
		c.decide(env, c.now.clone())
	}
}

// told is what servers are told.
func (c *Controller) told() *state { return &state{c.now.clone()} }

// Timeout implements sim.Node.
func (c *Controller) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerTick:
		c.decide(env, c.now.clone())
		env.After(c.config.Heartbeat, sim.Timer{Kind: timerTick})
	case timerSync:
		c.tag++
		env.Sync(c.tag)
	}
}

// decide makes of a state what it has to become by who lives, and writes it down where it is
// another. One change is made at a time.
func (c *Controller) decide(env *sim.Env, p partition) {
	if c.next != nil {
		return
	}
	for rank := range c.servers {
		c.register(&p, rank)
		if !c.lives(env, rank) && p.InSync.Has(c.servers[rank]) {
			c.remove(&p, c.servers[rank])
		}
	}
	p.Identified |= c.identified
	c.elect(env, &p)
	if !c.differs(&p) {
		return
	}
	p.Version = c.now.Version + 1
	c.next = &p
	record := p.clone()
	env.Disk().Replace(filePartition, &record)
	c.tag++
	env.Sync(c.tag)
}

// differs tells whether a state says anything that the present one does not. A version that
// says nothing new may have been called for: what was asked in view of the old one is void.
func (c *Controller) differs(p *partition) bool {
	for rank := range p.Lives {
		if p.Lives[rank] != c.now.Lives[rank] {
			return true
		}
	}
	q := &c.now
	isSameReign := p.Epoch == q.Epoch && p.Leader == q.Leader
	return !isSameReign || p.Version != q.Version || p.InSync != q.InSync || p.Eligible != q.Eligible || p.Identified != q.Identified
}

// register lets another life of a server count. What a former one led, it leads no more;
// and where it has lost what the former one acknowledged, it is neither in sync nor eligible (KIP-966).
// On a disk without an identity nobody had counted.
func (c *Controller) register(p *partition, rank int) {
	id := c.servers[rank]
	if c.newer[rank] <= p.Lives[rank] {
		return
	}
	p.Lives[rank] = c.newer[rank]
	if p.Leader == id && !c.config.sameEpoch() {
		p.Leader = sim.Nobody
	}
	if !c.whole[rank] && p.Identified.Has(id) && !c.config.lastReplica() {
		p.InSync &^= sim.NodesOf(id)
		p.Eligible &^= sim.NodesOf(id)
	}
}

// lives tells whether a server was heard lately.
func (c *Controller) lives(env *sim.Env, rank int) bool {
	return env.Now()-c.heard[rank] < c.config.Session
}

// remove takes a server out of sync. While too few are left for anything to be committed without it, it
// stays eligible.
func (c *Controller) remove(p *partition, id sim.NodeID) {
	p.InSync &^= sim.NodesOf(id)
	if p.InSync.Len() < c.config.MinISR {
		p.Eligible |= sim.NodesOf(id)
	}
}

// elect names a leader where there is none that lives: of those in sync, else of the eligible, or
// else, where that is allowed, of all.
func (c *Controller) elect(env *sim.Env, p *partition) {
	if p.Leader != sim.Nobody && p.InSync.Has(p.Leader) && c.lives(env, c.rank(p.Leader)) {
		return
	}
	p.Leader = sim.Nobody
	all := sim.NodesOf(c.servers...)
	choices := []sim.NodeSet{p.InSync, p.Eligible}
	if c.config.stalePromoted() {
		choices = []sim.NodeSet{all}
	}
	if c.config.Unclean {
		choices = append(choices, all)
	}
	for _, set := range choices {
		if id := c.firstOf(env, set); id != sim.Nobody {
			c.enthrone(p, id)
			return
		}
	}
}

// enthrone begins an epoch. Who leads without having been in sync is the only one in sync.
func (c *Controller) enthrone(p *partition, id sim.NodeID) {
	isEligible := p.Eligible.Has(id)
	p.Leader = id
	p.Epoch++
	if p.InSync.Has(id) {
		return
	}
	p.InSync = sim.NodesOf(id)
	p.Eligible &^= p.InSync
	if !isEligible || p.InSync.Len() >= c.config.MinISR {
		p.Eligible = 0
	}
}

// firstOf is the first server of a set that lives.
func (c *Controller) firstOf(env *sim.Env, set sim.NodeSet) sim.NodeID {
	for rank, id := range c.servers {
		if set.Has(id) && c.lives(env, rank) {
			return id
		}
	}
	return sim.Nobody
}

// receiveAlter grants the leader another in-sync set, if it knows the present one. One that cannot
// be granted becomes void by a new version: a copy of it that comes later must not be
// granted when the leader no longer counts on it.
func (c *Controller) receiveAlter(env *sim.Env, from sim.NodeID, m *alter) {
	if c.next != nil {
		return
	}
	isOld := m.Version != c.now.Version || m.Epoch != c.now.Epoch || from != c.now.Leader
	if isOld && !c.config.staleVersion() {
		env.Send(from, c.told())
		return
	}
	p := c.now.clone()
	if c.grantable(env, m.InSync|sim.NodesOf(from)) {
		p.InSync = m.InSync | sim.NodesOf(from)
		out := c.now.InSync &^ p.InSync
		p.Eligible = (p.Eligible | out) &^ p.InSync
		if p.InSync.Len() >= c.config.MinISR {
			p.Eligible = 0
		}
	} else {
		p.Version++
	}
	c.decide(env, p)
}

// grantable tells whether all of a set live.
func (c *Controller) grantable(env *sim.Env, set sim.NodeSet) bool {
	for rank, id := range c.servers {
		if set.Has(id) && !c.lives(env, rank) {
			return false
		}
	}
	return true
}

// receivePrefer lets a server lead that asks for it and is in sync.
func (c *Controller) receivePrefer(env *sim.Env, from sim.NodeID, m *prefer) {
	rank := c.rank(from)
	p := c.now.clone()
	if m.Life != p.Lives[rank] || p.Leader == from || !p.InSync.Has(from) || !c.lives(env, rank) {
		return
	}
	c.enthrone(&p, from)
	c.decide(env, p)
}

// Synced implements sim.Node: a state that is on disk is in force, and told.
func (c *Controller) Synced(env *sim.Env, s sim.Sync) {
	switch {
	case s.Tag != c.tag || c.next == nil:
		return
	case s.Failed:
		env.After(c.config.Heartbeat, sim.Timer{Kind: timerSync})
		return
	}
	isElection := c.next.Epoch > c.now.Epoch
	c.now, c.next = *c.next, nil
	news := c.told()
	for rank, id := range c.servers {
		if c.newer[rank] <= c.now.Lives[rank] {
			c.newer[rank] = 0
		}
		env.Send(id, news)
	}
	if isElection {
		c.stateElection(env)
	}
	c.stateVoters(env)
	c.decide(env, c.now.clone())
}

// stateElection states whom the controller let lead: it is the only one to vote.
func (c *Controller) stateElection(env *sim.Env) {
	env.Observe(sim.Observation{Fact: sim.Voted, A: c.now.Epoch, B: uint64(c.now.Leader)})
}

// stateVoters states who has all that is committed: who is in sync or eligible, each of them.
func (c *Controller) stateVoters(env *sim.Env) {
	set := c.now.InSync | c.now.Eligible
	if set != 0 {
		env.Observe(sim.Electorate{
			Version: uint32(c.now.Version), Voters: set, Elect: 1, Accept: uint8(set.Len()),
		}.Fact(sim.Agreed))
	}
}
