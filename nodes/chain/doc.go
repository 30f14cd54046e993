// Package chain is chain replication (van Renesse and Schneider, "Chain Replication for
// Supporting High Throughput and Availability", OSDI 2004) and CRAQ (Terrace and Freedman, "Object
// Storage on CRAQ", ATC 2009).
//
// The servers stand in a chain. The head orders all writes in a log and ships it to its
// successor, which ships it on; each has an entry on disk before it passes it on, so that at any
// time a server's log begins with its successor's (the update propagation invariant). What the
// tail has on disk, all have: it is committed, and the tail answers the client. Notices of that go
// back up the chain. Reads are answered by the tail (reads: tail), or by any server of what is clean
// there, that is committed as far as it knows and not being written; of what is dirty it asks the
// tail how far that has committed (reads: craq).
//
// # The master
//
// As in the paper, a master says who is in the chain; here it is one server of its own, the last of
// all. It keeps every configuration on disk before it tells of it, numbers them, and may crash and
// come back. It is not replicated: while it is down the chain goes on, and only failures are not
// repaired. The paper assumes servers that fail by stopping, which the master sees. Here they
// may be slow or cut off, so reads need a lease: a server asks the master for one from time to time
// and counts it from the sending of the question; the master removes nobody whom it has not
// refused for the timeout, which is longer. So who was removed answers no reads any more, as long as
// clocks drift less than timeout / lease. Writes need no lease: a removed tail acknowledges only
// what all before it have. A server obeys a configuration once it is on its disk, and takes
// nothing from servers of older ones.
//
// A failed head loses what it has not shipped: clients repeat it, and are known again
// (package machine). When a middle fails, its predecessor ships again what is not committed. When
// the tail fails, its predecessor has all that it had. A spare joins as the new tail (section
// 3.4): it forgets what it had, copies the history from the tail, and is put behind it. The
// old tail, once it obeys that it is none any more, says how far its log reached, and the new tail
// answers nothing before it has all of that.
//
// Loss of what was synced, on any disk, is outside the claim.
package chain
