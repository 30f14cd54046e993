package leaderfollower

import (
	"time"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// election is a member's part in replacing the leader.
type election struct {
	stage stage
	tries uint32 // campaigns since a leader was last heard
	newer uint64 // the newest epoch heard of in refusals

	round  uint64 // of suspicion
	agreed []bool // by rank: who misses the leader too

	epoch    uint64            // that this node opened
	answered []bool            // by rank
	logs     []replog.Position // by rank: how far the log of who answered reaches
	gathers  bool              // everyone's answer is waited for, for a while
	handed   bool              // the former leader gave the epoch to this node
	short    bool              // enough of waiting: fewer answers will do

	asked []asked // whom an answer is owed to
	claim uint64  // the epoch that this node was told to lead, 0 if none
}

type stage uint8

const (
	calm       stage = iota // nothing is going on
	suspecting              // asking whether others miss the leader
	opening                 // asking who follows into a new epoch
)

// asked is an answer that waits for the disk.
type asked struct {
	by    sim.NodeID
	epoch uint64
}

// calm ends whatever campaign is going on: there is a leader.
func (e *election) calm() {
	e.stage, e.tries, e.claim = calm, 0, 0
}

// drawPatience draws how long the node waits for a leader before it misses it.
func (n *Node) drawPatience(env *sim.Env) {
	about := sim.NumberSubject(n.promised.Epoch<<16 | uint64(n.election.tries&0xFFFF))
	word := env.Draw(drawPatience, about)
	n.follower.patience = n.config.Timeout + time.Duration(sim.Below(word, uint64(n.config.Timeout)))
}

// watch begins anew to wait for a leader.
func (n *Node) watch(env *sim.Env) {
	f := &n.follower
	if n.config.Failover == "none" || !n.campaigns(n.me) {
		return
	}
	if !env.Reset(f.timer, f.patience) {
		f.timer = env.After(f.patience, sim.Timer{Kind: timerMissed})
	}
}

// missed begins a campaign: no leader was heard.
func (n *Node) missed(env *sim.Env) {
	if n.role == sim.Leader || !n.campaigns(n.me) {
		return
	}
	n.election.tries++
	n.leader = sim.Nobody
	n.drawPatience(env)
	n.watch(env)
	if n.config.Detector == "naive" {
		n.openEpoch(env)
		return
	}
	n.suspectLeader(env)
}

// forced campaigns at once, because the laboratory says so.
func (n *Node) forced(env *sim.Env) {
	if n.role != sim.Follower || n.config.Failover == "none" || !n.campaigns(n.me) {
		return
	}
	n.election.tries++
	n.drawPatience(env)
	n.watch(env)
	n.openEpoch(env)
}

// suspectLeader asks whether others miss the leader too.
func (n *Node) suspectLeader(env *sim.Env) {
	e := &n.election
	e.stage = suspecting
	e.round++
	e.agreed = make([]bool, len(n.members))
	m := &suspect{Epoch: n.promised.Epoch, Round: e.round}
	n.sendOthers(env, m)
	n.agree(env, n.me)
}

func (n *Node) sendOthers(env *sim.Env, m sim.Message) {
	for rank, id := range n.members {
		if rank != n.me {
			env.Send(id, m)
		}
	}
}

// receiveSuspect tells whether this node misses the leader.
func (n *Node) receiveSuspect(env *sim.Env, from sim.NodeID, m *suspect) {
	if !n.votes(n.me) {
		return
	}
	misses := n.role != sim.Leader && env.Now()-n.follower.heard >= n.config.Timeout
	env.Send(from, &suspicion{about: m.about, Epoch: n.promised.Epoch, Round: m.Round, Agree: misses})
}

// receiveSuspicion counts who misses the leader.
func (n *Node) receiveSuspicion(env *sim.Env, from sim.NodeID, m *suspicion) {
	e := &n.election
	rank := n.rank(from)
	if rank < 0 || e.stage != suspecting || m.Round != e.round {
		return
	}
	e.newer = max(e.newer, m.Epoch)
	if m.Agree {
		n.agree(env, rank)
	}
}

func (n *Node) agree(env *sim.Env, rank int) {
	e := &n.election
	e.agreed[rank] = true
	if n.enoughMiss() {
		n.openEpoch(env)
	}
}

func count(of []bool) int {
	n := 0
	for _, yes := range of {
		if yes {
			n++
		}
	}
	return n
}

// birthright is the epoch that the first member leads without asking. It is never
// opened again, whatever a node has forgotten.
const birthright = 1

// openEpoch opens an epoch of this node's own and asks who follows.
func (n *Node) openEpoch(env *sim.Env) {
	n.open(env, n.nextEpoch(max(birthright, n.promised.Epoch, n.election.newer), n.me))
}

func (n *Node) open(env *sim.Env, epoch uint64) {
	e := &n.election
	e.stage, e.handed, e.short = opening, false, false
	e.epoch = epoch
	e.answered = make([]bool, len(n.members))
	e.logs = make([]replog.Position, len(n.members))
	e.gathers = n.config.Detector == "naive" || n.config.Failover == "none"
	n.promise(env, e.epoch)
	n.flush(env)
	n.sendOthers(env, &query{about: about(sim.NumberSubject(e.epoch)), Epoch: e.epoch})
	if e.gathers || n.config.ShortOfAnswers == "promote" {
		env.After(n.config.Timeout/2, sim.Timer{Kind: timerGather, A: e.epoch})
	}
}

// receiveQuery gives up older epochs and answers once that is durable.
func (n *Node) receiveQuery(env *sim.Env, from sim.NodeID, m *query) {
	if n.role == sim.Leader && !n.fences() || !n.votes(n.me) {
		return
	}
	if m.Epoch > n.promised.Epoch {
		n.promise(env, m.Epoch)
		n.flush(env)
		n.election.calm()
		n.drawPatience(env)
		n.watch(env)
	}
	n.election.asked = append(n.election.asked, asked{by: from, epoch: m.Epoch})
	n.answerAsked(env)
}

// answerAsked answers the queries whose epoch is durably promised, and refuses older ones.
func (n *Node) answerAsked(env *sim.Env) {
	e := &n.election
	kept := e.asked[:0]
	for _, a := range e.asked {
		m := &answer{about: about(sim.NumberSubject(a.epoch)), Epoch: a.epoch, Last: n.log.Last()}
		switch {
		case a.epoch < n.promised.Epoch || a.epoch == n.held && n.role == sim.Leader || a.epoch == n.follower.epoch:
			// Obeys a newer epoch; or has seen this one's leader: who asks has forgotten it.
			m.Newer = n.promised.Epoch
		case a.epoch > n.disk.promise.Epoch:
			kept = append(kept, a)
			continue
		default:
			n.stateVoted(env, a.epoch, a.by)
		}
		env.Send(a.by, m)
	}
	e.asked = kept
}

func (n *Node) stateVoted(env *sim.Env, epoch uint64, by sim.NodeID) {
	env.Observe(sim.Observation{Fact: sim.Voted, A: epoch, B: uint64(by)})
}

// promiseDurable goes on with what waited for the promise to be on disk.
func (n *Node) promiseDurable(env *sim.Env) {
	e := &n.election
	n.answerAsked(env)
	n.gaveOver(env)
	durable := n.disk.promise
	if durable.Epoch != n.promised.Epoch {
		return
	}
	if e.stage == opening && e.epoch == durable.Epoch && !e.answered[n.me] {
		n.stateVoted(env, e.epoch, n.self)
		n.answeredBy(env, n.me, n.log.Last())
	}
	if e.claim == durable.Epoch && durable.Led && n.role != sim.Leader {
		n.lead(env)
	}
}

// receiveAnswer counts who follows into the new epoch.
func (n *Node) receiveAnswer(env *sim.Env, from sim.NodeID, m *answer) {
	e := &n.election
	rank := n.rank(from)
	if rank < 0 || e.stage != opening || m.Epoch != e.epoch {
		return
	}
	if m.Newer > 0 {
		e.newer, e.stage = max(e.newer, m.Newer), calm
		return
	}
	n.answeredBy(env, rank, m.Last)
}

func (n *Node) answeredBy(env *sim.Env, rank int, last replog.Position) {
	e := &n.election
	e.answered[rank], e.logs[rank] = true, last
	if got := count(e.answered); got == n.voters() || !e.gathers {
		n.decide(env)
	}
}

// gathered decides with the answers that there are.
func (n *Node) gathered(env *sim.Env, epoch uint64) {
	if e := &n.election; e.stage == opening && e.epoch == epoch {
		e.gathers, e.short = false, n.config.ShortOfAnswers == "promote"
		n.decide(env)
	}
}

// decide promotes one of those that answered, once there are enough of them and this
// node's own promise is durable.
func (n *Node) decide(env *sim.Env) {
	e := &n.election
	if !e.answered[n.me] || !n.enoughAnswered() {
		return
	}
	e.stage = calm
	chosen := n.choose(env)
	if chosen == n.me {
		n.lead(env)
		return
	}
	env.Send(n.members[chosen], &promote{about: about(sim.NumberSubject(e.epoch)), Epoch: e.epoch})
}

// choose picks the rank to be promoted. Where nobody takes over by rule, a leader that comes back
// still gives way to a follower that holds more than itself.
func (n *Node) choose(env *sim.Env) int {
	switch {
	case n.election.handed:
		return n.me
	case n.config.Promote == "best" || n.config.Failover == "none":
		return n.mostAdvanced()
	case n.config.Promote == "random":
		return n.drawn(env)
	}
	first := 0
	for !n.mayLead(first) {
		first++
	}
	return first
}

// mayLead tells whether a rank can be promoted: it answered, and is not delayed unless
// all that answered are.
func (n *Node) mayLead(rank int) bool {
	e := &n.election
	if !e.answered[rank] || !n.isDelayed(rank) {
		return e.answered[rank] && !n.isWitness(rank)
	}
	for other := range e.answered {
		if e.answered[other] && !n.isDelayed(other) {
			return false
		}
	}
	return true
}

// mostAdvanced is the rank with the most advanced log, this node's own among equals.
func (n *Node) mostAdvanced() int {
	e := &n.election
	best := -1
	for rank := range e.logs {
		switch {
		case !n.mayLead(rank):
		case best < 0 || e.logs[best].Before(e.logs[rank]) || rank == n.me && !e.logs[n.me].Before(e.logs[best]):
			best = rank
		}
	}
	return best
}

// drawn is a rank drawn among those that answered.
func (n *Node) drawn(env *sim.Env) int {
	e := &n.election
	word := env.Draw(drawPromote, sim.NumberSubject(e.epoch))
	best, weight := n.me, uint64(0)
	for rank, id := range n.members {
		if w := env.Weight(word, id); n.mayLead(rank) && w >= weight {
			best, weight = rank, w
		}
	}
	return best
}

// receivePromote makes this node the leader of the epoch that it follows into,
// once it is durable that it was: a late copy of this message must not make it
// lead the same epoch twice.
func (n *Node) receivePromote(env *sim.Env, m *promote) {
	if m.Epoch != n.promised.Epoch || n.promised.Led || n.role == sim.Leader || n.follower.epoch == m.Epoch {
		return
	}
	n.election.claim = m.Epoch
	n.pledge(env, promise{Epoch: m.Epoch, Led: true})
	n.flush(env)
}
