// Package etcdraft runs a Raft that is in production, that of etcd and CockroachDB,
// go.etcd.io/raft/v3, behind the contract of a node, so that every scenario, fault and judge
// meets an implementation that this project did not write. Its words are those of package raft where
// the same is meant. It is no part of builds for browsers.
//
// # What leaves before the disk has it
//
// The library is driven with asynchronous storage writes: what it wants on disk (term, vote,
// entries, snapshots) is written at once and synced, one sync in flight at a time, and the
// messages that the library says depend on it (votes, acknowledgements, and the node's own
// share in them) go out when the sync has completed. Requests for votes wait, too, although
// the library would let them go: a candidate that forgets its new term in a crash could
// otherwise open the same term twice, with another log, and be elected by the first life's
// votes. etcd's own server also saves before a candidate sends.
//
// # Time
//
// The library draws its election timeouts from the machine's entropy, which no seed
// decides. So only leaders tick it, where nothing is drawn: heartbeats, the check that a quorum
// was heard (every timeout, rounded up to heartbeats, over the window since the
// last check, as the library does it), and the end of a transfer that fails. Followers and candidates have a
// timer of this package, from the shortest timeout to the longest, drawn for each term anew,
// started again whenever the library would start its own; when it fires, the library is told to campaign. A
// follower that has not heard its leader for the shortest timeout is told to forget it, which
// is when the library's own ticks would end its loyalty (check_quorum).
//
// # Reads
//
// Through the log; by the leader or, forwarded, by another server as of a read index that a
// round of heartbeats confirms (ReadOnlySafe); by who believes to lead; by any replica, or a
// learner. The library's lease reads (ReadOnlyLeaseBased) are not offered: they ask only
// whether the node leads, and as the check of the quorum looks back over a whole window, a leader that is cut
// off may lead for nearly two timeouts, while its voters are free after one.
//
// # Members
//
// Servers join as learners and are given a vote once they have caught up, one change at a
// time or several through a joint configuration that the library leaves by itself
// (ConfChangeV2). With this library a configuration rules once it is applied, not once it is
// appended as in the dissertation. A server is known to the library by its node and its
// disk: one whose disk was lost has another number, joins anew, and the old number is removed.
// Who was removed and campaigns is told so by the leader, as etcd's servers do.
package etcdraft
