// Package paxos is Multi-Paxos: proposers, acceptors and learners agree on a log, slot by
// slot, and a state machine applies it.
//
// The sources are Lamport, "Paxos Made Simple" (2001) and "The Part-Time Parliament"
// (1998); van Renesse and Altinbuken, "Paxos Made Moderately Complex" (2015); Chandra et al.,
// "Paxos Made Live" (2007); Howard, Malkhi and Spiegelman, "Flexible Paxos" (2016); and Charapko
// et al., "Linearizable Quorum Reads in Paxos" (HotStorage 2019).
//
// # Roles
//
// A server proposes, accepts and learns, or any of these. An epoch is a ballot: a
// round and the proposer that opened it, as one number, so that no two proposers ever
// open the same one. Who proposes is told what is chosen as a learner is: it answers its clients,
// and has to know which slots are taken and who accepts for the next ones.
//
// # Agreement
//
// A proposer opens a ballot once for all slots (phase 1, Paxos Made Simple, section 3). Enough
// acceptors promise to take no part in lower ones, and tell what they have
// accepted. Then it leads: for each slot it asks to accept what was accepted there in the
// highest ballot; nothing, where nothing was and a later slot is taken; and behind all
// these what clients ask for, many slots at a time (phase 2). A value that
// enough acceptors have accepted in one ballot is chosen, for good. Any two quorums of
// different phases share an acceptor; two of the same phase need not (phase1, phase2).
//
// What an acceptor promises and accepts is on its disk before anybody hears of it, and so
// is the ballot that a proposer opens. What it accepted is kept with the ballot that it was
// accepted in, apart from the ballot promised. Accepting is a promise too.
//
// # Learning
//
// A learner counts, for each ballot by itself, who has accepted what: told by the
// acceptors, or the leader counts and tells (learn). It applies slots in order and without
// gaps. What a write does is decided as it is applied, not when it is proposed: leaders
// change, and with them what comes before a slot; and the same op may be chosen for two slots,
// of which only the first counts. A learner that misses slots asks for them, and is given a
// snapshot where they are gone. Acceptors give up what is behind a snapshot of their
// own, and those that do not learn what is behind the snapshots of most that do; they say so in
// their promises, so that nobody takes such a slot for a free one.
//
// # Acceptors that change
//
// A configuration is chosen like any value. The one chosen for slot i rules from slot
// i + window on, and no leader proposes more than a window beyond what it has applied: so
// whoever proposes for a slot knows who its acceptors are (Paxos Made Simple, section 3). Before a
// leader proposes for slots of a new configuration, enough of its acceptors have to promise.
//
// # Reading
//
// log gives a read a slot of its own. read-index has a quorum confirm, after the read
// came, that nobody else can lead. lease has acceptors promise for a while to prefer nobody
// else; it counts from when the leader asked, less what clocks may drift, and an acceptor
// that restarts promises nothing before such a promise of its former life is over. leader
// answers believing that it leads, which may be wrong. learner answers from what the
// nearest learner has applied: stale at times, never uncommitted; with a token not
// before it has reached what the session saw; with max_lag not before it has asked a quorum
// not longer ago. quorum asks a majority of acceptors how far it has to know, and
// answers once it does; with quorum_by: client the client does that itself, and polls learners
// until one has applied so much: no leader, and no server, waits for its sake. apply: accepted shows what one acceptor has accepted, which may never
// be chosen, and is there to be seen.
package paxos
