package checks

import (
	"time"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// teller states facts about a replicated log, one a stamp.
type teller struct {
	*histories.Builder
	stamp uint32
}

func tell(b *histories.Builder) *teller { return &teller{b, 10} }

// say makes a node state a fact.
func (l *teller) say(node sim.NodeID, o sim.Observation) *teller {
	l.stamp += 10
	l.State(l.stamp, node, o)
	return l
}

func (l *teller) store(node sim.NodeID, slot, epoch, print uint64) *teller {
	return l.say(node, sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: sim.OpID(print), A: slot, B: epoch, C: print})
}

func (l *teller) cut(node sim.NodeID, slot uint64) *teller {
	return l.say(node, sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, A: slot})
}

func (l *teller) wipe(node sim.NodeID) *teller {
	return l.say(node, sim.Observation{Fact: sim.Discarded, Why: sim.Wiped})
}

func (l *teller) snapshot(node sim.NodeID, slot uint64) *teller {
	return l.say(node, sim.Observation{Fact: sim.Repaired, Why: sim.BySnapshot, A: 100, B: slot})
}

func (l *teller) decide(node sim.NodeID, slot, epoch, print uint64) *teller {
	return l.say(node, sim.Observation{Fact: sim.Decided, Op: sim.OpID(print), A: slot, B: epoch, C: print})
}

func (l *teller) apply(node sim.NodeID, slot, print uint64) *teller {
	return l.say(node, sim.Observation{Fact: sim.Applied, Op: sim.OpID(print), A: slot, C: print})
}

func (l *teller) promise(node sim.NodeID, epoch uint64) *teller {
	return l.say(node, sim.Observation{Fact: sim.Promised, A: epoch})
}

func (l *teller) vote(node, candidate sim.NodeID, epoch uint64) *teller {
	return l.say(node, sim.Observation{Fact: sim.Voted, A: epoch, B: uint64(candidate)})
}

func (l *teller) elect(node sim.NodeID, epoch uint64) *teller {
	return l.say(node, sim.Observation{Fact: sim.Elected, A: epoch})
}

func (l *teller) voters(node sim.NodeID, why sim.Why, version uint32, ids ...sim.NodeID) *teller {
	return l.say(node, sim.Electorate{Version: version, Voters: sim.NodesOf(ids...)}.Fact(why))
}

// logCase is a case that needs nothing but facts about a log.
func logCase(checker, name string, want Result, count int64, build func(l *teller)) recorded {
	return recorded{name: name, checker: checker, want: want, count: count, build: func(b *histories.Builder) { build(tell(b)) }}
}

func logCases() []recorded {
	return []recorded{
		logCase("one_vote", "again for the same", Pass, 0, func(l *teller) { l.vote(1, 2, 3).vote(1, 2, 3).vote(1, 3, 4).vote(2, 3, 3) }),
		logCase("one_vote", "for two, as another voter", Pass, 0, func(l *teller) {
			l.vote(1, 2, 3).say(1, sim.Observation{Fact: sim.Voted, A: 2, B: 4, C: 5})
		}),
		logCase("one_vote", "for two in one epoch", Fail, 1, func(l *teller) { l.vote(1, 2, 3).vote(1, 3, 3).vote(1, 2, 3) }),
		logCase("one_value", "decided twice alike", Pass, 0, func(l *teller) { l.decide(1, 1, 1, 7).decide(2, 1, 2, 7).apply(3, 1, 7) }),
		logCase("one_value", "decided differently", Fail, 1, func(l *teller) { l.decide(1, 1, 1, 7).decide(2, 1, 2, 8).decide(3, 1, 2, 9) }),
		logCase("one_value", "applied what was not decided", Fail, 1, func(l *teller) { l.apply(3, 1, 8).decide(1, 1, 1, 7) }),
		logCase("one_value", "nobody decides", Vacuous, 0, func(l *teller) { l.apply(1, 1, 7).apply(2, 1, 8) }),
		logCase("applied_in_order", "in order, an entry without an op left out", Pass, 0, func(l *teller) {
			l.decide(1, 1, 1, 7).decide(1, 2, 1, 0).decide(1, 3, 1, 8).apply(2, 1, 7).apply(2, 3, 8)
		}),
		logCase("applied_in_order", "a gap", Fail, 1, func(l *teller) {
			l.decide(1, 1, 1, 7).decide(1, 2, 1, 9).decide(1, 3, 1, 8).apply(2, 1, 7).apply(2, 3, 8)
		}),
		logCase("applied_in_order", "backwards", Fail, 1, func(l *teller) {
			l.decide(1, 1, 1, 7).decide(1, 2, 1, 9).apply(2, 1, 7).apply(2, 2, 9).apply(2, 1, 7)
		}),
		logCase("applied_in_order", "behind a snapshot", Pass, 0, func(l *teller) { l.decide(1, 5, 1, 7).snapshot(2, 4).apply(2, 5, 7) }),
		logCase("applied_in_order", "a snapshot too short", Fail, 1, func(l *teller) { l.decide(1, 5, 1, 7).snapshot(2, 3).apply(2, 5, 7) }),
		logCase("applied_in_order", "anew in another life", Pass, 0, secondLife(1)),
		logCase("applied_in_order", "further on in another life", Fail, 1, secondLife(4)),
		logCase("exactly_once", "again, without effect", Pass, 0, func(l *teller) {
			l.decide(1, 1, 1, 7).apply(1, 1, 7).apply(2, 1, 7)
			l.say(1, sim.Observation{Fact: sim.Applied, Why: sim.Repeated, Op: 7, A: 2, C: 7})
		}),
		logCase("exactly_once", "in two slots", Fail, 1, func(l *teller) { l.decide(1, 1, 1, 7).apply(1, 1, 7).apply(1, 2, 7).apply(1, 3, 7) }),
		{name: "though it was denied", checker: "exactly_once", want: Fail, count: 1, build: denied(sim.TokenLost)},
		{name: "a refusal that has its place", checker: "exactly_once", want: Pass, build: denied(sim.Conflict)},
		logCase("leader_completeness", "elected with all", Pass, 0, elected(false)),
		logCase("leader_completeness", "elected without", Fail, 1, elected(true)),
		logCase("leader_completeness", "decided by a later epoch", Pass, 0, func(l *teller) {
			l.vote(1, 1, 5).elect(1, 5).store(1, 1, 5, 7).decide(1, 1, 5, 7).elect(2, 3)
		}),
		logCase("leader_completeness", "known to be decided only later", Fail, 1, func(l *teller) {
			l.vote(1, 1, 1).elect(1, 1).store(1, 1, 1, 7).elect(2, 2).decide(1, 1, 1, 7)
		}),
		logCase("leader_completeness", "a snapshot has it", Pass, 0, func(l *teller) {
			l.vote(1, 1, 1).elect(1, 1).store(1, 1, 1, 7).decide(1, 1, 1, 7).snapshot(2, 1).elect(2, 2)
		}),
		logCase("leader_completeness", "nobody votes", Vacuous, 0, func(l *teller) { l.decide(1, 1, 1, 7).elect(2, 2) }),
		logCase("log_matching", "another epoch, another entry", Pass, 0, func(l *teller) { l.decide(1, 9, 1, 1).store(1, 1, 1, 7).store(2, 1, 2, 8) }),
		logCase("log_matching", "one epoch, two entries", Fail, 1, func(l *teller) { l.decide(1, 9, 1, 1).store(1, 1, 1, 7).store(2, 1, 1, 8) }),
		logCase("log_matching", "other entries before", Fail, 1, differingPast(true)),
		logCase("log_matching", "other entries before, accepted one by one", Pass, 0, differingPast(false)),
		logCase("durable_majority", "on two of three", Pass, 0, func(l *teller) { l.store(1, 1, 1, 7).store(2, 1, 1, 7).decide(1, 1, 1, 7) }),
		logCase("durable_majority", "on one of three", Fail, 1, func(l *teller) { l.store(1, 1, 1, 7).decide(1, 1, 1, 7).store(2, 1, 1, 7) }),
		logCase("durable_majority", "cut later", Fail, 1, func(l *teller) {
			l.store(1, 1, 1, 7).store(2, 1, 1, 7).decide(1, 1, 1, 7).cut(2, 1).store(2, 1, 2, 7)
		}),
		logCase("durable_majority", "accepted again in another epoch", Pass, 0, func(l *teller) {
			l.store(1, 1, 1, 7).store(2, 1, 1, 7).decide(1, 1, 1, 7).store(2, 1, 2, 7)
		}),
		logCase("durable_majority", "wiped", Fail, 1, func(l *teller) { l.store(1, 1, 1, 7).store(2, 1, 1, 7).decide(1, 1, 1, 7).wipe(1) }),
		logCase("durable_majority", "given up to snapshots", Pass, 0, givenUp(5)),
		logCase("durable_majority", "given up before most snapshots stand for it", Fail, 1, givenUp(4)),
		logCase("durable_majority", "an old slot stays with its acceptors", Pass, 0, successors(5)),
		logCase("durable_majority", "a slot that others rule", Fail, 1, successors(6)),
		logCase("durable_majority", "a learner does not count", Fail, 1, func(l *teller) {
			l.say(1, sim.Observation{Fact: sim.Role, Why: sim.Held, B: sim.Learner})
			l.store(1, 1, 1, 7).store(2, 1, 1, 7).decide(2, 1, 1, 7)
		}),
		logCase("durable_majority", "a new member votes before it has it", Fail, 1, growth(false)),
		logCase("durable_majority", "a new member has it", Pass, 0, growth(true)),
		logCase("promises_kept", "kept", Pass, 0, func(l *teller) {
			l.promise(1, 1).store(1, 1, 1, 7).promise(1, 2).store(1, 2, 2, 8).store(1, 1, 1, 7)
		}),
		logCase("promises_kept", "accepted below", Fail, 1, func(l *teller) { l.promise(1, 2).store(1, 1, 1, 7) }),
		logCase("promises_kept", "what is decided is no acceptance", Pass, 0, func(l *teller) { l.promise(1, 2).decide(2, 1, 1, 7).store(1, 1, 1, 7) }),
		logCase("promises_kept", "a leader hands on what is old", Pass, 0, func(l *teller) { l.promise(1, 2).vote(1, 2, 2).store(1, 1, 1, 7) }),
		logCase("promises_kept", "accepted above", Fail, 1, func(l *teller) { l.promise(1, 1).store(1, 1, 2, 7).promise(1, 2) }),
		logCase("promises_kept", "voted below", Fail, 1, func(l *teller) { l.promise(1, 2).vote(1, 2, 1) }),
		logCase("promises_kept", "promised less", Fail, 1, func(l *teller) { l.promise(1, 2).promise(1, 1).promise(1, 2) }),
		logCase("promises_kept", "promised anew with a new disk", Pass, 0, func(l *teller) { l.promise(1, 2).wipe(1).promise(1, 1) }),
		logCase("configurations_intersect", "one server more", Pass, 0, func(l *teller) {
			for node := sim.NodeID(1); node <= 3; node++ {
				l.voters(node, sim.Agreed, 1, 1, 2, 3)
			}
			l.voters(1, 0, 2, 1, 2, 3, 4).voters(4, 0, 2, 1, 2, 3, 4).voters(2, 0, 2, 1, 2, 3, 4)
		}),
		logCase("configurations_intersect", "two servers more at once", Fail, 1, func(l *teller) {
			for node := sim.NodeID(1); node <= 3; node++ {
				l.voters(node, sim.Agreed, 1, 1, 2, 3)
			}
			l.voters(3, 0, 2, 1, 2, 3, 4, 5).voters(4, 0, 2, 1, 2, 3, 4, 5).voters(5, 0, 2, 1, 2, 3, 4, 5)
		}),
		logCase("configurations_intersect", "two servers more for other slots", Pass, 0, func(l *teller) {
			for node := sim.NodeID(1); node <= 3; node++ {
				l.voters(node, sim.Agreed, 0, 1, 2, 3)
			}
			later := sim.Electorate{Version: 9, Window: 4, Voters: sim.NodesOf(1, 2, 3, 4, 5)}
			l.say(3, later.Fact(sim.Agreed)).say(4, later.Fact(sim.Agreed)).say(5, later.Fact(sim.Agreed))
		}),
		logCase("configurations_intersect", "flexible", Pass, 0, flexible(3, 2)),
		logCase("configurations_intersect", "too flexible", Fail, 1, flexible(2, 2)),
		logCase("leases_exclusive", "over in time", Pass, 0, lease(99)),
		logCase("leases_exclusive", "still held", Fail, 1, lease(101)),
		logCase("leases_exclusive", "revoked", Pass, 0, func(l *teller) {
			grant(l, 1, 500)
			grant(l, 1, 50)
			rule(l, 2, 2, 100)
		}),
		logCase("leases_exclusive", "given up with the lead", Pass, 0, func(l *teller) {
			rule(l, 1, 1, 5)
			grant(l, 1, 500)
			l.State(60, 1, sim.Observation{Fact: sim.Role, Why: sim.Left, A: 1, B: sim.Leader})
			rule(l, 2, 2, 100)
		}),
		{name: "led and answered", checker: "recovered", want: Pass, build: settled(2, false)},
		{name: "nobody leads", checker: "recovered", want: Fail, count: 1, build: settled(1, false)},
		{name: "a final read without an answer", checker: "recovered", want: Fail, count: 1, build: settled(2, true)},
	}
}

// secondLife is a node that has applied two slots, and in its next life begins with one.
func secondLife(slot uint64) func(l *teller) {
	return func(l *teller) {
		for s := uint64(1); s <= 4; s++ {
			l.decide(1, s, 1, 6+s)
		}
		l.apply(2, 1, 7).apply(2, 2, 8)
		l.StateIn(2, 500, 2, sim.Observation{Fact: sim.Applied, Op: sim.OpID(6 + slot), A: slot, C: 6 + slot})
	}
}

// denied is an op that was applied although its client was told that it failed.
func denied(why sim.Error) func(b *histories.Builder) {
	return func(b *histories.Builder) {
		w := b.Put(1, 0, 10, 20).Failed(why)
		b.State(5, 1, sim.Observation{Fact: sim.Decided, Op: w.ID, A: 1, C: 7})
		b.State(15, 1, sim.Observation{Fact: sim.Applied, Op: w.ID, A: 1, C: 7})
	}
}

func elected(without bool) func(l *teller) {
	return func(l *teller) {
		l.vote(1, 1, 1).elect(1, 1).store(1, 1, 1, 7).store(2, 1, 1, 7).decide(1, 1, 1, 7)
		if without {
			l.cut(2, 1)
		}
		l.elect(2, 2)
	}
}

func differingPast(votes bool) func(l *teller) {
	return func(l *teller) {
		if votes {
			l.vote(1, 1, 1)
		}
		l.decide(1, 9, 1, 1).store(1, 1, 1, 7).store(1, 2, 3, 9).store(2, 1, 2, 8).store(2, 2, 3, 9)
	}
}

// growth is an electorate of two that grows to three.
func growth(has bool) func(l *teller) {
	return func(l *teller) {
		l.voters(1, sim.Agreed, 1, 1, 2).store(1, 1, 1, 7).store(2, 1, 1, 7).decide(1, 1, 1, 7)
		if has {
			l.store(3, 1, 1, 7)
		}
		l.voters(1, 0, 2, 1, 3).voters(1, sim.Agreed, 2, 1, 3)
	}
}

func flexible(elect, accept uint8) func(l *teller) {
	return func(l *teller) {
		l.say(1, sim.Electorate{Version: 1, Voters: sim.NodesOf(1, 2, 3, 4), Elect: elect, Accept: accept}.Fact(sim.Agreed))
	}
}

// lease is held by one node until a stamp; another commits at stamp 100.
func lease(until uint32) func(l *teller) {
	return func(l *teller) {
		grant(l, 1, until)
		rule(l, 2, 2, 100)
	}
}

func grant(l *teller, epoch uint64, until uint32) {
	l.say(1, sim.Observation{Fact: sim.Lease, B: uint64(time.Duration(until) * time.Millisecond), C: epoch})
}

// rule makes a node lead, and commit something at a stamp.
func rule(l *teller, node sim.NodeID, epoch uint64, stamp uint32) {
	l.State(stamp-1, node, sim.Observation{Fact: sim.Role, Why: sim.Held, A: epoch, B: sim.Leader})
	l.State(stamp, node, sim.Observation{Fact: sim.Committed, A: 1})
}

// settled is a run that healed at stamp 100 and settled at 200. Its leader of epoch 1 gives up
// at 50; at 120 one of another epoch begins, if there is one.
func settled(epochs uint64, silent bool) func(b *histories.Builder) {
	return func(b *histories.Builder) {
		b.Phases(record.Phases{Work: 100 * time.Millisecond, Settled: 200 * time.Millisecond})
		lead(b, 10, 1, 1)
		b.State(50, 1, sim.Observation{Fact: sim.Role, Why: sim.Left, A: 1, B: sim.Leader})
		if epochs > 1 {
			lead(b, 120, 2, 2)
		}
		read := b.Get(1, 0, 210, 220).Final()
		if silent {
			read.Unknown()
		}
	}
}

// givenUp has two of three acceptors give slot 5 up. n4 applies, and its snapshot stands for the slots up to one.
func givenUp(upto uint64) func(l *teller) {
	return func(l *teller) {
		l.voters(1, sim.Agreed, 0, 1, 2, 3).store(1, 5, 1, 7).store(2, 5, 1, 7).decide(3, 5, 1, 7).apply(3, 5, 7)
		l.snapshot(3, upto)
		for node := sim.NodeID(1); node <= 2; node++ {
			l.say(node, sim.Observation{Fact: sim.Discarded, Why: sim.Collected, A: 5})
		}
	}
}

// successors has a slot on two of the acceptors 1, 2 and 3; from slot 6 on 3, 4 and 5 rule.
func successors(slot uint64) func(l *teller) {
	return func(l *teller) {
		l.voters(1, sim.Agreed, 0, 1, 2, 3)
		l.say(1, sim.Electorate{Version: 2, Window: 4, Voters: sim.NodesOf(3, 4, 5)}.Fact(sim.Agreed))
		l.store(1, slot, 1, 7).store(2, slot, 1, 7).decide(1, slot, 1, 7)
	}
}
