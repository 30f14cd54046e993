// Package raft is Raft as in Ongaro's dissertation ("Consensus: Bridging Theory and
// Practice", 2014), of which Ongaro and Ousterhout's paper ("In Search of an Understandable
// Consensus Algorithm", USENIX ATC 2014) is the core. Sections and figures named here are the
// dissertation's, or the paper's where that is said. The paper's term is what other
// packages call an epoch, its index a slot.
//
// # Elections
//
// A server that hears no leader for a time drawn between the shortest and the longest
// timeout opens a term, once a majority says that it would vote for it (pre_vote, section
// 9.6). A term and a vote are on disk before a message tells of them, and a vote goes only to
// a candidate whose log is at least as advanced (3.6.1). Who has heard a leader within the
// shortest timeout votes for no other (check_quorum; 4.2.3), and a leader that hears no majority for so
// long leads no more (6.2).
//
// # The log
//
// A leader ships what follows on what a follower has, several messages at a time; where
// logs differ, both sides' terms bring it back to where they meet (paper, section 5.3). A
// follower acknowledges what is on its disk, and the leader counts its own copy only once that is
// on disk (10.2.1). An entry is committed once a majority has it and it is of the leader's
// own term; older ones are committed with it (3.6.2), which is why each leader begins with
// an empty entry. Heartbeats are appends without entries.
//
// # Sessions and snapshots
//
// Every write carries the identity of its op, and the state machine applies each once
// (6.3). With snapshot_every, servers replace the applied part of their logs by snapshots,
// which hold what is remembered of clients, and the configuration; one that lags behind
// the leader's log is given the snapshot in chunks (chapter 5).
//
// # Reads
//
// Through the log; by the leader as of its commit index, once a majority has answered a
// round that began after the read came and an entry of the leader's term is committed
// (read-index, 6.4; reads share rounds); by another server as of such an index
// (forwarded); by a leader with a lease, which lasts from when a majority's round was sent, by
// the clock that never jumps, for less than the shortest timeout (6.4.1). The lease holds
// while clocks drift no more than is configured, because voters are loyal for the shortest
// timeout, a restarted one for the longest, and because a leader that told another to
// take over counts on no lease any more in its term. The others are not linearizable: a
// leader that asks nobody, any replica, a learner; with a session token those wait
// until they have reached what the session saw. apply: appended shows what a replica's log holds behind
// what is committed, which may be cut, and is there to be seen.
//
// # Members
//
// A configuration is an entry of the log and rules from where it is appended, committed or not
// (4.1); it is taken back when the entry is cut. Voters change one at a time, or through a
// joint configuration (4.3), and never before the leader has committed an entry of its
// own term (the correction of 2015). Newcomers are learners until they have caught up
// (4.2.1). Members are known by their disks: one whose disk was lost is another, and has
// to learn before it votes.
package raft
