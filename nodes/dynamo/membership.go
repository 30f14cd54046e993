package dynamo

import (
	"slices"
	"time"

	"simrun/sim"
)

// membership is a node's part in what all nodes know of each other: who is a member
// of the ring, how changes of it come about, who is alive.
//
// The ring has versions, one after another. A node that wishes to join or to leave
// proposes the next one; a majority of the members of the present one agrees to it
// (agreement.go). A change takes three: filling, in which the new homes are given what
// they are to hold (transfer.go); turning, in which reads go by the new ring; and the
// new ring alone. Nodes that do not know it yet, clients too, learn it from those whom
// they ask: a home answers nothing that is asked by an older version.
type membership struct {
	plan    *plan
	self    sim.NodeID
	all     []sim.NodeID // every server
	replica *replica
	local   *coordinator
	entropy *antiEntropy

	ringRecord               // what is remembered; its Config has version 0 where the ring never changes
	mark       uint64        // number of the last write to the disk of the above
	safe       beat          // what was on the disk after a sync
	arcs       []arc         // of the change under way
	begun      time.Duration // when this node heard of the present version
	ready      time.Duration // since when the change could go on, 0 if it cannot
	cleaned    bool          // what the node is no home of is gone
	vain       uint64        // the round of gossip, from 1, in which its wish was found to be impossible
	asked      uint64        // the newest version that others were asked for
	campaign   campaign
	fill       fill
	waiting    []asking // for the present version to be on disk
	early      []early  // for a newer version
	gossip     gossip
}

// asking is a fetch that has to wait.
type asking struct {
	from sim.NodeID
	m    *fetch
}

func newMembership(n *Node, self sim.NodeID) *membership {
	if !n.plan.ring.gossips() {
		return nil
	}
	return &membership{plan: n.plan, self: self, all: n.members, replica: &n.replica, local: &n.coordinator, entropy: &n.entropy}
}

// start finds what the life before knew, and begins to gossip.
func (m *membership) start(env *sim.Env) {
	if m == nil {
		return
	}
	m.gossip.start(env, m)
	if m.plan.ring.start == 0 {
		return
	}
	m.Config = firstRing(m.all[:m.plan.ring.start])
	m.load(env.Disk())
	m.settle(env)
	m.safe = m.present()
	m.state(env, sim.Held)
}

// load takes the record from the disk. Where there is none, or a broken one, the node
// begins with the first version and learns the others.
func (m *membership) load(disk sim.Disk) {
	if disk.Len(ringFile) == 0 {
		return
	}
	record, err := disk.Read(ringFile, 0)
	if known, ok := record.(*ringRecord); err == nil && ok {
		m.ringRecord = *known
	}
}

// settle makes everything go by the present version.
func (m *membership) settle(env *sim.Env) {
	m.begun, m.ready, m.cleaned, m.vain = env.Now(), 0, false, 0
	m.campaign = campaign{over: true}
	m.local.turnTo(env, &m.Config)
	m.entropy.replant(env)
	m.arcs = arcsOf(&m.local.layout)
	m.fill = fill{}
	if m.Config.Step != steady && m.Fill.Version != m.changing() {
		m.Fill = fillRecord{Version: m.changing()}
	}
	m.beginFill(env)
}

// replant makes anti-entropy compare the ranges of another ring.
func (a *antiEntropy) replant(env *sim.Env) {
	if a.plan.entropy == entropyNone {
		return
	}
	a.end(env)
	a.round = nil
	a.forest.plant()
	for key := range a.replica.store.cells {
		if set := a.replica.store.cells[key].set; len(set) > 0 && a.replica.store.forest != nil {
			a.forest.update(sim.Key(key), set)
		}
	}
}

// changing is the version in which the present change began.
func (m *membership) changing() uint64 {
	if m.Config.Step == turning {
		return m.Config.Version - 1
	}
	return m.Config.Version
}

// save writes the record. It is safe with the next sync.
func (m *membership) save(env *sim.Env) uint64 {
	record := m.ringRecord
	record.Fill.Without = slices.Clone(m.Fill.Without)
	record.Fill.Sources = slices.Clone(m.Fill.Sources)
	env.Disk().Replace(ringFile, &record)
	m.replica.store.last++
	m.mark = m.replica.store.last
	m.replica.sync(env)
	return m.mark
}

// saved tells whether all that is remembered is on disk.
func (m *membership) saved() bool { return m.mark <= m.replica.store.safe }

// synced goes on with what had to wait for the disk.
func (m *membership) synced(env *sim.Env) {
	if m == nil || !m.saved() {
		return
	}
	m.safe = m.present()
	waiting := m.waiting
	m.waiting = nil
	for _, a := range waiting {
		m.handOver(env, a.from, a.m)
	}
	m.canvass(env)
	m.steward(env)
}

// present is what the others may rely on once it is on disk.
func (m *membership) present() beat {
	b := beat{Ring: m.Config.Version}
	if m.Fill.Done {
		b.Filled = m.Fill.Version
	}
	return b
}

// learn takes a version that was agreed on, if it is new.
func (m *membership) learn(env *sim.Env, config *ringConfig) {
	if config.Version <= m.Config.Version {
		return
	}
	before := m.Config
	m.Config = *config
	m.Promised, m.Accepted, m.Value = 0, 0, ringConfig{}
	m.settle(env)
	if m.Wish.pointless(&m.Config, m.self) {
		m.Wish = wish{}
	}
	m.save(env)
	m.tell(env, &before)
	m.replica.forsake(env, config)
	m.catchUp(env)
}

// tell states the version, and the role that the node has in it.
func (m *membership) tell(env *sim.Env, before *ringConfig) {
	c := &m.Config
	_, print := m.replica.encoder.Measure(c)
	env.Observe(sim.Observation{
		Fact: sim.Configured, Why: c.reached(), A: c.Version, B: uint64(len(c.Members)), C: print,
	})
	if before.has(m.self) != c.has(m.self) {
		m.state(env, sim.Left)
		m.state(env, sim.Held)
	}
}

// state states the role of the node: a member, or a spare.
func (m *membership) state(env *sim.Env, why sim.Why) {
	role := sim.Spare
	if m.Config.has(m.self) == (why == sim.Held) {
		role = sim.Member
	}
	env.Observe(sim.Observation{Fact: sim.Role, Why: why, A: m.Config.Version, B: role})
}

// receive handles what nodes tell each other about the ring. It tells whether the
// message was of that sort.
func (m *membership) receive(env *sim.Env, from sim.NodeID, message sim.Message) bool {
	if m == nil {
		return false
	}
	switch message := message.(type) {
	case *rumour:
		m.hear(env, from, message)
	case *ringPrepare:
		m.promise(env, from, message)
	case *ringPromise:
		m.promised(env, from, message)
	case *ringAccept:
		m.accept(env, from, message)
	case *ringAccepted:
		m.accepted(env, from, message)
	case *fetch:
		m.handOver(env, from, message)
	case *batch:
		m.takeOver(env, from, message)
	default:
		return false
	}
	return true
}

// inform tells a node that goes by an older version the present one, and asks one that
// goes by a newer version for that.
func (m *membership) inform(env *sim.Env, from sim.NodeID, version uint64) {
	switch {
	case version < m.Config.Version:
		env.Send(from, &news{m.Config})
	case version > m.Config.Version && version > m.asked:
		m.asked = version
		env.Send(from, &inquiry{m.Config.Version})
	}
}

// refuses tells whether a home must not do what it is asked, because it is asked by an
// older version of the ring than its own: others rely on that once it has this one on
// disk. What is asked by a newer version it may do, or has to put off: see premature.
func (m *membership) refuses(env *sim.Env, from sim.NodeID, version uint64) bool {
	if from == m.self {
		return version < m.Config.Version // the coordinator beside has restarted the op
	}
	m.inform(env, from, version)
	return version < m.Config.Version
}

// outdated tells whether a home must not do what it is asked by another version of the
// ring.
func (r *replica) outdated(env *sim.Env, from sim.NodeID, l *leg) bool {
	return l.Ring != r.local.layout.version && r.local.ring.refuses(env, from, l.Ring)
}

// signal takes a wish.
func (m *membership) signal(env *sim.Env, t sim.Timer) {
	if m == nil || m.Config.Version == 0 {
		return
	}
	w := wish{Kind: wishJoin, Instead: sim.NodeID(t.A)}
	if t.Kind == sim.SignalLeave {
		w = wish{Kind: wishLeave}
	}
	if w.pointless(&m.Config, m.self) {
		return
	}
	m.Wish, m.vain = w, 0
	m.save(env)
}
