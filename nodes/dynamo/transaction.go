package dynamo

import (
	"slices"

	"simrun/nodes/internal/quorum"
	"simrun/nodes/kv"
	"simrun/sim"
)

// phase is how far a transaction has come at its coordinator. What is aborted is
// forgotten at once.
type phase uint8

const (
	preparing phase = iota // homes are asked for their votes
	deciding               // all have voted yes; the commit is on its way to the disk
	spreading              // the commit is on disk; homes are told
)

// transaction is one that is not settled, at its coordinator.
type transaction struct {
	leg
	phase phase
	dot   kv.Dot       // of the version, under dvv
	homes []sim.NodeID // that take part
	yes   quorum.Tally // of those, who voted so and is to be told
	has   quorum.Tally // who has nothing to do
	ended quorum.Tally // who acknowledged the commit
	timer sim.TimerID
	// newest is the newest write that each home holds, where it has nothing to do.
	newest []sim.OpID
}

// transact begins the two phases for the version of a round.
func (c *coordinator) transact(env *sim.Env, r *round) {
	t := &transaction{leg: r.leg, dot: r.state[0].Dot}
	r.asked = c.layout.some(env, drawWrite, r.Subject(), r.homes, c.plan.w)
	for i, home := range r.homes {
		if r.asked.Has(i) {
			t.homes = append(t.homes, home)
		}
	}
	t.newest = make([]sim.OpID, len(t.homes))
	c.transactions = append(c.transactions, t)
	t.timer = env.After(c.plan.prepareTimeout, sim.Timer{Kind: timerPrepare, Subject: t.Subject(), A: t.Round})
	c.send(env, t.homes, t.all(), &prepare{leg: r.leg, Coordinator: c.self, Set: r.state})
}

// all are the homes that take part.
func (t *transaction) all() quorum.Tally { return quorum.All(len(t.homes)) }

// transaction finds one by its number, nil if it is settled, aborted or unknown.
func (c *coordinator) transaction(number uint64) *transaction {
	for _, t := range c.transactions {
		if t.Round == number {
			return t
		}
	}
	return nil
}

// voted counts a vote. A yes for what is not known any more is answered as an
// inquiry would be.
func (c *coordinator) voted(env *sim.Env, from sim.NodeID, m *vote) {
	t := c.transaction(m.Round)
	if t == nil {
		if m.Ballot == ballotYes {
			c.presume(env, from, &m.leg)
		}
		return
	}
	home := place(t.homes, from)
	if home < 0 || t.phase != preparing {
		return
	}
	switch m.Ballot {
	case ballotYes:
		t.yes.Add(home)
	case ballotHas:
		t.has.Add(home)
		t.newest[home] = m.Newest
	default:
		c.undo(env, t, t.all()&^(1<<home))
		return
	}
	if t.yes|t.has == t.all() {
		c.decide(env, t)
	}
}

// presume answers that what is not known is aborted.
func (c *coordinator) presume(env *sim.Env, to sim.NodeID, l *leg) {
	c.tell(env, to, &abort{*l})
}

// tell sends a message to a home, which may be the node itself.
func (c *coordinator) tell(env *sim.Env, to sim.NodeID, m sim.Message) {
	if to == c.self {
		c.replica.receive(env, to, m)
		return
	}
	env.Send(to, m)
}

// decide commits. Nobody hears of it before it is on disk: a coordinator that forgot
// it would answer that it is aborted.
func (c *coordinator) decide(env *sim.Env, t *transaction) {
	env.Cancel(t.timer)
	t.phase = deciding
	if t.yes == 0 {
		c.decided(env, t.Round)
		return
	}
	d := &decision{leg: t.leg}
	for i, home := range t.homes {
		if t.yes.Has(i) {
			d.Homes = append(d.Homes, home)
		}
	}
	if c.plan.decisionNotLogged() {
		c.decided(env, t.Round)
		c.replica.journal(env, d)
	} else {
		number := c.replica.journal(env, d)
		c.replica.waiting = append(c.replica.waiting, promise{number: number, decided: t.Round})
	}
	c.replica.sync(env)
}

// decided goes on when the commit is on disk.
func (c *coordinator) decided(env *sim.Env, number uint64) {
	t := c.transaction(number)
	t.phase = spreading
	c.stateAgreed(env, t)
	if r := c.rounds.find(t.Round); r != nil {
		r.committed = true
	}
	for i, home := range t.homes {
		if t.has.Has(i) {
			c.holding(env, t, home, t.newest[i])
		}
	}
	c.spread(env, t)
}

// stateAgreed states that the write is going to be at all the homes.
func (c *coordinator) stateAgreed(env *sim.Env, t *transaction) {
	env.Observe(sim.Observation{Fact: sim.Committed, Key: t.Key, Op: t.Op})
	c.stateEnded(env, t, sim.Agreed)
}

func (c *coordinator) stateEnded(env *sim.Env, t *transaction, how sim.Why) {
	env.Observe(sim.Observation{Fact: sim.Ended, Why: how, Key: t.Key, Op: t.Op, A: uint64(c.self), B: t.Round})
}

// holding counts a home that holds the write, or what replaces it, on disk.
func (c *coordinator) holding(env *sim.Env, t *transaction, home sim.NodeID, newest sim.OpID) {
	r := c.rounds.find(t.Round)
	if r == nil {
		return
	}
	if _, fresh := r.count(home, home); fresh {
		c.note(env, r, home, home, newest)
	}
}

// spread tells the commit to those that have not acknowledged it, and does so again
// until they have.
func (c *coordinator) spread(env *sim.Env, t *transaction) {
	missing := t.yes &^ t.ended
	if missing == 0 {
		c.settle(env, t)
		return
	}
	t.timer = env.After(c.plan.decisionRetry, sim.Timer{Kind: timerDecision, Subject: t.Subject(), A: t.Round})
	c.send(env, t.homes, missing, &commit{t.leg})
}

// spreadAgain handles the timer of a commit that somebody has not acknowledged.
func (c *coordinator) spreadAgain(env *sim.Env, number uint64) {
	if t := c.transaction(number); t != nil {
		c.spread(env, t)
	}
}

// taken counts the acknowledgement of a commit.
func (c *coordinator) taken(env *sim.Env, from sim.NodeID, m *ended) {
	t := c.transaction(m.Round)
	if t == nil || t.phase != spreading {
		return
	}
	home := place(t.homes, from)
	if home < 0 || !t.ended.Add(home) {
		return
	}
	c.holding(env, t, from, m.Newest)
	if t.ended == t.yes {
		c.settle(env, t)
	}
}

// settle forgets a transaction that every home has taken, and answers the client: not
// before, because until then a read may ask homes that are in doubt, and show what
// was there before.
func (c *coordinator) settle(env *sim.Env, t *transaction) {
	if t.yes != 0 {
		c.replica.journal(env, &settled{Round: t.Round, Decided: true})
	}
	c.drop(env, t)
	if r := c.rounds.find(t.Round); r != nil && r.stage == waiting {
		c.close(env, r)
		c.finish(env, r, kv.Reply{Outcome: sim.OK, Context: c.wrote(r)})
	}
}

// drop forgets a transaction.
func (c *coordinator) drop(env *sim.Env, t *transaction) {
	env.Cancel(t.timer)
	c.transactions = slices.DeleteFunc(c.transactions, func(other *transaction) bool { return other == t })
}

// undo aborts what is not decided, tells some of its homes, and the client that its
// write certainly did not happen.
func (c *coordinator) undo(env *sim.Env, t *transaction, to quorum.Tally) {
	c.drop(env, t)
	if t.dot != (kv.Dot{}) {
		c.writer.Abandon(t.Key, t.dot) // what is not decided, no home ever takes
	}
	c.stateEnded(env, t, sim.Undone)
	c.send(env, t.homes, to, &abort{t.leg})
	if r := c.rounds.find(t.Round); r != nil && r.stage == waiting {
		c.close(env, r)
		c.finish(env, r, kv.Reply{Outcome: sim.Fail, Error: sim.Aborted})
	}
}

// outOfPatience aborts a transaction that lacks votes. It tells whether there was one.
func (c *coordinator) outOfPatience(env *sim.Env, number uint64) bool {
	t := c.transaction(number)
	if t == nil || t.phase != preparing {
		return false
	}
	c.undo(env, t, t.all()&^t.has)
	return true
}

// inquired answers a home in doubt. While votes are counted its question is its yes;
// while the commit is on its way to the disk there is nothing to say yet.
func (c *coordinator) inquired(env *sim.Env, from sim.NodeID, m *inquire) {
	switch t := c.transaction(m.Round); {
	case t == nil:
		c.presume(env, from, &m.leg)
	case t.phase == preparing:
		c.voted(env, from, &vote{leg: m.leg, Ballot: ballotYes})
	case t.phase == spreading:
		c.tell(env, from, &commit{t.leg})
	}
}

// resume goes on with the commits of the life before.
func (c *coordinator) resume(env *sim.Env) {
	for _, d := range slices.Clone(c.replica.transactions.Decisions) {
		t := &transaction{leg: d.leg, phase: spreading, homes: d.Homes, yes: quorum.All(len(d.Homes))}
		c.transactions = append(c.transactions, t)
		c.stateAgreed(env, t)
		c.spread(env, t)
	}
}

// receiveTransaction handles what homes say of transactions. It tells whether the
// message was of that sort.
func (c *coordinator) receiveTransaction(env *sim.Env, from sim.NodeID, m sim.Message) bool {
	switch m := m.(type) {
	case *vote:
		c.voted(env, from, m)
	case *ended:
		c.taken(env, from, m)
	case *inquire:
		c.inquired(env, from, m)
	default:
		return false
	}
	return true
}
