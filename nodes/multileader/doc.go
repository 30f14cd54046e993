// Package multileader is replication with a leader in each of several datacentres: clients write
// to the leader nearest to them, which answers without asking another datacentre, and the leaders
// send each other their updates afterwards. Kleppmann, "Designing Data-Intensive Applications"
// (2017), chapter 5, describes the family, its topologies and what goes wrong with each.
//
// # Updates
//
// A leader gives each write a dot, which says who made it (one lead of one server) and which it
// was there, and what it depends on: the version vector of all that the leader had applied then
// (Mattern, "Virtual Time and Global States of Distributed Systems", 1988; Lamport's happened-before,
// 1978). Every server keeps a log of the updates in the order in which it applied them; what a
// key holds is their merge, which depends on no order. So nothing is ever cut from a log, and an update
// that any disk still has is not lost.
//
// The price is room: a log holds every update since the beginning, on disk and in memory, and who
// restarts reads all of it. Who is late, joins or has lost its disk gets from it exactly what it
// lacks, however late it is, and a retry is known however old. Bayou cuts what it calls the
// committed part of its log, and sends whole databases to who is behind that; there is no such
// order here, and no such cut. That suits runs of minutes; it would not suit years.
//
// # Exchange
//
// Inside a datacentre the leader ships its log to its followers, and a write is answered once
// the rule of the mode is met: async (it is on the leader's disk), semi-sync (and on those of k
// followers), sync (of all). Between datacentres the leaders send each other what the other's
// version vector lacks, in the order of their logs, as in Bayou (Terry et al., "Managing Update
// Conflicts in Bayou", SOSP 1995; Petersen et al., SOSP 1997). The vector, as it is on disk, is
// the acknowledgement. With propagate: operations each update travels by itself; with state
// a message carries the whole of the keys that have changed, and stands for many.
//
// # Causality
//
// With delivery: causal an update waits until all that it depends on is applied (Ladin, Liskov,
// Shrira and Ghemawat, "Providing High Availability Using Lazy Replication", 1992; COPS, Lloyd,
// Freedman, Kaminsky and Andersen, SOSP 2011: causal+ where versions merge). With arrival
// an answer may be seen before its question.
//
// # Loss of a leader
//
// With on_loss: promote a follower that misses its leader opens an epoch, and leads once a majority
// of the datacentre follows and it has all that they have. With move nobody takes over:
// clients go to the next datacentre until theirs has its leader back. Either way each lead has an
// identity of its own, so that no update's identity is used twice; what a lost leader alone
// had comes when it is back, or never if its disk is lost.
//
// # Sessions
//
// A token is a version vector of what the session has seen, whatever datacentre showed it. A
// server serves a request with a token, read or write, once it has applied all of that, and
// refuses it as TokenBehind when that takes longer than wait. What was seen and is lost with every disk
// that held it cannot be told from what is still on its way: such a session waits in vain.
//
// # Retries
//
// A leader knows each write that is in its log again, whoever made it, and answers it without
// doing it twice. For that no server hands on what its own disk does not have: what a crash
// takes from a leader nobody else has either. With ack: leader-memory it does, and a retry after
// a crash may be done again, as it may where a leader loses its disk. A write that one leader may
// have carried out is asked of no other: that one could not know it, and would do it again, with
// a later stamp than what was written since. So a write is left in doubt where its leader is
// lost; the session's next one goes elsewhere. Who forwards
// a write to its key's home remembers to which lead, and passes what is in doubt on to that one
// only: the home's next leader is not asked to make it again. A client names the lead to which it
// gave such a write, for another lead of the same server remembers no forwards.
//
// # Joining and leaving
//
// A datacentre that is a spare copies what another has before its leader takes writes; one
// that leaves takes no more writes, ships everything, and is out when those that it sends to
// have all of it on disk.
package multileader
