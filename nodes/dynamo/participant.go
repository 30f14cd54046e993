package dynamo

import (
	"slices"

	"simrun/nodes/internal/boxes"
	"simrun/sim"
)

// participant is a home's part in the transactions that it has voted yes to.
type participant struct {
	journal
	doubts []*doubt // in the order of the promises
	// over are transactions of which nothing is to be done here any more: a copy of
	// their prepare must not have the home in doubt again, for by then the coordinator
	// may have forgotten a commit, and would presume an abort.
	over  recent[uint64]
	votes boxes.Of[vote]
	ends  boxes.Of[ended]
}

// doubt is a transaction whose outcome a home does not know, and must not decide. Its
// key is promised: another transaction that wants it is voted no, so that nobody waits
// for a key and there is no deadlock.
type doubt struct {
	*prepare
	mark   uint64 // number of the write to the disk that makes the promise safe
	stated bool   // that the promise is made
	asked  bool   // for the outcome
	timer  sim.TimerID
}

// about is the doubt about a key, nil if there is none.
func (p *participant) about(key sim.Key) *doubt {
	for _, d := range p.doubts {
		if d.Key == key {
			return d
		}
	}
	return nil
}

// find is the doubt about a transaction, nil if there is none.
func (p *participant) find(l *leg) *doubt {
	if d := p.about(l.Key); d != nil && d.Round == l.Round {
		return d
	}
	return nil
}

// takePrepare handles the first phase.
func (r *replica) takePrepare(env *sim.Env, m *prepare) {
	if d := r.transactions.about(m.Key); d != nil {
		r.repeat(env, d, m)
		return
	}
	if held := r.store.held(m.Key); r.plan.rule.Includes(held.set, m.Set) {
		r.transactions.over.add(m.Round)
		r.lost(env, m.Key, m.Set)
		r.owe(env, promise{number: held.mark, to: m.Coordinator, ack: r.ballot(&m.leg, ballotHas)})
		return
	}
	if r.transactions.over.has(m.Round) {
		return // the network's copy, of what is no longer held
	}
	d := r.doubt(env, m)
	d.mark = r.journal(env, m)
	if r.plan.prepareVolatile() {
		r.promised(env, d)
	} else {
		r.waiting = append(r.waiting, promise{number: d.mark, doubt: d})
	}
	r.sync(env)
}

// repeat handles a prepare for a key that is promised already. The yes that was
// said of the same transaction is said again: it may have been lost.
func (r *replica) repeat(env *sim.Env, d *doubt, m *prepare) {
	switch {
	case d.Round != m.Round:
		r.answer(env, m.Coordinator, r.ballot(&m.leg, ballotNo))
	case d.stated:
		r.answer(env, m.Coordinator, r.ballot(&m.leg, ballotYes))
	}
}

func (r *replica) ballot(l *leg, b ballot) *vote {
	v := r.transactions.votes.Next()
	v.leg, v.Ballot, v.Newest = *l, b, r.store.held(l.Key).set.Newest()
	return v
}

// doubt begins to wait for an outcome.
func (r *replica) doubt(env *sim.Env, m *prepare) *doubt {
	d := &doubt{prepare: m}
	r.transactions.doubts = append(r.transactions.doubts, d)
	r.planInquiry(env, d)
	return d
}

// promised says yes, once the promise is safe. The outcome may have come before, of
// an abort that did not wait for this vote.
func (r *replica) promised(env *sim.Env, d *doubt) {
	if r.transactions.find(&d.leg) != d {
		return
	}
	r.statePrepared(env, d, sim.NoReason)
	d.stated = true
	r.answer(env, d.Coordinator, r.ballot(&d.leg, ballotYes))
}

func (r *replica) statePrepared(env *sim.Env, d *doubt, why sim.Why) {
	env.Observe(sim.Observation{
		Fact: sim.Prepared, Why: why, Key: d.Key, Op: d.Op, A: uint64(d.Coordinator), B: d.Round,
	})
}

func (r *replica) planInquiry(env *sim.Env, d *doubt) {
	d.timer = env.After(r.plan.decisionRetry, sim.Timer{Kind: timerInquire, Subject: d.Subject(), A: d.Round, B: uint64(d.Key)})
}

// inquire asks the coordinator what has become of a transaction, again and again.
func (r *replica) inquire(env *sim.Env, round uint64, key sim.Key) {
	d := r.transactions.about(key)
	if d == nil || d.Round != round {
		return
	}
	if !d.stated {
		r.planInquiry(env, d) // there is no promise yet
		return
	}
	r.ask(env, d)
}

func (r *replica) ask(env *sim.Env, d *doubt) {
	if !d.asked {
		d.asked = true
		r.statePrepared(env, d, sim.Late)
	}
	r.planInquiry(env, d)
	r.answer(env, d.Coordinator, &inquire{d.leg})
}

// takeCommit handles the second phase. The acknowledgement says that the home will
// not be in doubt again, so it waits until that is on disk, also where a copy of the
// message finds nothing to do.
func (r *replica) takeCommit(env *sim.Env, from sim.NodeID, m *commit) {
	if d := r.transactions.find(&m.leg); d != nil {
		r.end(env, d, sim.Agreed)
		r.lost(env, d.Key, d.Set)
		r.accept(env, d.Key, d.Set, &write{leg: d.leg, Set: d.Set}) // first: a prefix of both may survive a crash
		r.journal(env, &settled{Round: d.Round})
	}
	ack := r.transactions.ends.Next()
	ack.leg, ack.Newest = m.leg, r.store.held(m.Key).set.Newest()
	r.owe(env, promise{number: r.store.last, to: from, ack: ack})
	r.sync(env)
}

// takeAbort handles the second phase of what is not to be. It need not be on disk: a
// home that forgets it asks again, and is told the same.
func (r *replica) takeAbort(env *sim.Env, m *abort) {
	if d := r.transactions.find(&m.leg); d != nil {
		r.end(env, d, sim.Undone)
		r.journal(env, &settled{Round: d.Round})
	}
}

// end ends a doubt.
func (r *replica) end(env *sim.Env, d *doubt, how sim.Why) {
	env.Cancel(d.timer)
	r.transactions.over.add(d.Round)
	r.transactions.doubts = slices.DeleteFunc(r.transactions.doubts, func(other *doubt) bool { return other == d })
	env.Observe(sim.Observation{
		Fact: sim.Ended, Why: how, Key: d.Key, Op: d.Op, A: uint64(d.Coordinator), B: d.Round,
	})
}

// resumeDoubts goes on with the promises of the life before.
func (r *replica) resumeDoubts(env *sim.Env) {
	standing := slices.Clone(r.transactions.Prepared)
	for i := range standing {
		d := r.doubt(env, &standing[i])
		d.stated = true
		r.statePrepared(env, d, sim.NoReason)
	}
}

// askAll asks for the outcome of every transaction in doubt.
func (r *replica) askAll(env *sim.Env) {
	for _, d := range slices.Clone(r.transactions.doubts) {
		env.Cancel(d.timer)
		r.ask(env, d)
	}
}

// receiveTransaction handles what a home is asked or told of transactions. It tells
// whether the message was of that sort.
func (r *replica) receiveTransaction(env *sim.Env, from sim.NodeID, m sim.Message) bool {
	switch m := m.(type) {
	case *prepare:
		r.takePrepare(env, m)
	case *commit:
		r.takeCommit(env, from, m)
	case *abort:
		r.takeAbort(env, m)
	default:
		return false
	}
	return true
}
