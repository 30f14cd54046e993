package vr

import (
	"simrun/nodes/internal/quorum"
	"simrun/sim"
)

// change is a replica's part in starting the present view (section 4.2).
type change struct {
	asked   quorum.Tally    // who said StartViewChange, this replica aside
	said    bool            // this one did
	voted   bool            // this one's DoViewChange is on its way
	votes   []*doViewChange // by rank: to the view's primary
	commit  uint64          // the highest that they told of
	adopted bool            // the view's log is here, and on its way to the disk
	timer   sim.TimerID
}

// missed suspects the primary, or who should become it.
func (n *Node) missed(env *sim.Env) {
	if n.status == recovering || n.role == sim.Leader {
		return
	}
	n.tries++
	n.enter(env, n.views.View+1, changing)
}

// forced opens the next view that this replica leads, because the laboratory says so.
func (n *Node) forced(env *sim.Env) {
	if n.status == recovering || n.role == sim.Leader {
		return
	}
	view := n.views.View + 1
	for n.primary(view) != n.self {
		view++
	}
	n.enter(env, view, changing)
}

// enter leaves all former views. Nothing is said in the new one before that is on disk.
func (n *Node) enter(env *sim.Env, view uint64, s status) {
	led := n.role == sim.Leader
	env.Cancel(n.change.timer)
	n.views.View, n.status = view, s
	n.backup, n.fetch = following{}, fetch{}
	n.change = change{votes: make([]*doViewChange, len(n.servers))}
	n.change.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerRepeat})
	n.pledge(env)
	if led {
		n.stepDown(env)
	}
	n.take(env, sim.Follower)
	n.watch(env)
	if s == changing {
		n.speak(env)
	}
}

// repeat says again what may have been lost.
func (n *Node) repeat(env *sim.Env) {
	switch n.status {
	case normal:
		return
	case changing:
		n.repeatChange(env)
	case fetching:
		n.ask(env, n.fetch.from)
	case recovering:
		n.sendRecovery(env)
	}
	n.change.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerRepeat})
}

func (n *Node) repeatChange(env *sim.Env) {
	c := &n.change
	if c.said {
		n.sendStartViewChange(env)
	}
	if vote := c.votes[n.me]; vote != nil && n.primary(n.views.View) != n.self {
		env.Send(n.primary(n.views.View), vote)
	}
}

// speak says what can be said in a view that has not started, once all of it is on disk.
func (n *Node) speak(env *sim.Env) {
	c := &n.change
	if n.status != changing || !n.isDurable() {
		return
	}
	if !c.said {
		c.said = true
		n.sendStartViewChange(env)
	}
	isPrimary := n.primary(n.views.View) == n.self
	enough := n.quorum() - 1
	if !c.voted && (c.asked.Met(enough) || isPrimary && c.others(n.me) >= enough) {
		n.vote(env)
	}
	switch {
	case !isPrimary:
	case c.adopted:
		n.startView(env)
	case c.voted && n.hasQuorum():
		n.adopt(env)
	}
}

// others is how many others have sent a DoViewChange.
func (c *change) others(me int) (count int) {
	for rank, vote := range c.votes {
		if rank != me && vote != nil {
			count++
		}
	}
	return count
}

// hasQuorum tells whether f + 1 replicas, this one included, have said what they have.
func (n *Node) hasQuorum() bool {
	enough := n.quorum()
	if n.config.startViewShort() {
		enough--
	}
	return n.change.others(n.me)+1 >= enough
}

func (n *Node) sendStartViewChange(env *sim.Env) {
	n.sendOthers(env, &startViewChange{about: n.subject(), View: n.views.View})
}

func (n *Node) sendOthers(env *sim.Env, m sim.Message) {
	for _, id := range n.servers {
		if id != n.self {
			env.Send(id, m)
		}
	}
}

// subject is what the messages of a view change are about.
func (n *Node) subject() about { return about(sim.NumberSubject(n.views.View)) }

// vote gives the new primary what this replica has (section 4.2, step 2).
func (n *Node) vote(env *sim.Env) {
	m := &doViewChange{about: n.subject(), View: n.views.View, LastNormal: n.views.LastNormal, Tail: n.tailAfter(n.commit)}
	n.change.voted, n.change.votes[n.me] = true, m
	primary := n.primary(n.views.View)
	env.Observe(sim.Observation{Fact: sim.Voted, A: n.views.View, B: uint64(primary)})
	if primary != n.self {
		env.Send(primary, m)
	}
}

// tailAfter is the log behind an op-number, which it has to reach back to.
func (n *Node) tailAfter(index uint64) tail {
	return tail{Prev: n.log.Position(index), Entries: n.log.Slice(index, 1<<30), Commit: n.commit}
}

// receiveStartViewChange joins in leaving former views (section 4.2, step 1).
func (n *Node) receiveStartViewChange(env *sim.Env, from sim.NodeID, m *startViewChange) {
	if n.joins(env, from, m.View) {
		n.change.asked.Add(n.rank(from))
		n.speak(env)
	}
}

// joins tells whether the node is in a view that another wants to start; if that is newer, it
// enters it.
func (n *Node) joins(env *sim.Env, from sim.NodeID, view uint64) bool {
	if n.rank(from) < 0 || view < n.views.View || view == n.views.View && n.status != changing {
		return false
	}
	if view > n.views.View {
		n.enter(env, view, changing)
	}
	return true
}

// receiveDoViewChange counts what others have (section 4.2, step 3).
func (n *Node) receiveDoViewChange(env *sim.Env, from sim.NodeID, m *doViewChange) {
	if n.primary(m.View) != n.self || !n.joins(env, from, m.View) {
		return
	}
	if rank := n.rank(from); n.change.votes[rank] == nil {
		n.change.votes[rank] = m
	}
	n.speak(env)
}

// isMore tells whether a log wins over another: it was in a later view when that was normal, or
// in the same one for longer.
func (n *Node) isMore(m, than *doViewChange) bool {
	if m.LastNormal == than.LastNormal || n.config.longestLogWins() {
		return m.Tail.end() > than.Tail.end()
	}
	return m.LastNormal > than.LastNormal
}

// adopt takes the log that wins as that of the new view. Where it begins behind what this node
// has, the rest is fetched first (section 5.3).
func (n *Node) adopt(env *sim.Env) {
	c := &n.change
	rank, best := n.me, c.votes[n.me]
	for other, vote := range c.votes {
		if vote == nil {
			continue
		}
		c.commit = max(c.commit, vote.Tail.Commit)
		if n.isMore(vote, best) {
			rank, best = other, vote
		}
	}
	if !n.follows(&best.Tail) {
		n.status = fetching
		n.fetch = fetch{end: best.Tail.end()}
		n.ask(env, n.servers[rank])
		return
	}
	n.replaceLog(env, &best.Tail)
	n.adoptedLog(env)
}

// adoptedLog puts on disk that the log is that of the view. The view starts after.
func (n *Node) adoptedLog(env *sim.Env) {
	n.status, n.change.adopted = changing, true
	n.views.LastNormal = n.views.View
	n.pledge(env)
}

// startView leads the view, and tells the backups (section 4.2, step 4).
func (n *Node) startView(env *sim.Env) {
	env.Cancel(n.change.timer)
	commit := n.change.commit
	n.change = change{}
	n.lead(env)
	if n.role != sim.Leader {
		return
	}
	n.setCommit(env, commit)
	n.sendOthers(env, &startView{about: n.subject(), View: n.views.View, Tail: n.tailAfter(min(commit, n.commit))})
}

// receiveStartView takes up a view that has started (section 4.2, step 5).
func (n *Node) receiveStartView(env *sim.Env, from sim.NodeID, m *startView) {
	isOld := m.View < n.views.View || m.View == n.views.View && n.status == normal
	if isOld || n.primary(m.View) == n.self {
		return
	}
	n.tries = 0
	if m.View > n.views.View {
		n.enter(env, m.View, fetching)
	}
	n.watch(env)
	if !n.follows(&m.Tail) {
		n.status = fetching
		n.ask(env, from)
		return
	}
	n.follow(env, &m.Tail)
}

// joinStarted fetches the log of a view that has started without this replica. Its own stays as it is until
// then: it may hold what was committed in the view that was normal last, and in no other log
// (the paper's section 5.2 has it cut to what is known to be committed, which loses that).
func (n *Node) joinStarted(env *sim.Env, from sim.NodeID, view uint64) {
	if view > n.views.View {
		n.enter(env, view, fetching)
	}
	if n.config.stateTransferTruncates() {
		n.cut(env, n.commit)
	}
	n.status = fetching
	n.ask(env, from)
}

// follow begins to be a backup in a view with the log that it started with, or more.
func (n *Node) follow(env *sim.Env, t *tail) {
	env.Cancel(n.change.timer)
	n.replaceLog(env, t)
	n.status, n.change, n.fetch = normal, change{}, fetch{}
	n.views.LastNormal = n.views.View
	n.pledge(env)
	n.backup.owes = true
	n.setCommit(env, min(t.Commit, n.log.Last().Index))
}
