// Package vr is Viewstamped Replication as Liskov and Cowling revisited it ("Viewstamped Replication
// Revisited", MIT-CSAIL-TR-2012-021). Sections named here are that paper's. Its view is what other
// packages call an epoch, its primary a leader, its op-number a slot, its client table sessions.
//
// # Normal operation
//
// The primary of a view puts requests into its log and sends them as prepares, in batches and several at a
// time (section 6.2). A backup takes them in order, and acknowledges what is on its disk. What f + 1 have is
// committed, whatever view it was placed in: unlike Raft's, a new primary needs no entry of its own first.
// Commits are told with the next prepare, or by commit messages, which are also what a backup goes by
// that watches its primary (4.1).
//
// # View changes
//
// Views go around the replicas. Who suspects a primary says StartViewChange; who hears f others say so
// gives the next primary what it has, by DoViewChange. Of f + 1 logs the one wins that was in the latest normal view,
// then the longest (4.2). DoViewChange and StartView carry what follows on the commit-number; what is missing
// before is fetched (5.3). The new primary has its log on disk before it starts the view.
//
// # State transfer
//
// A replica that finds a gap, or that a view has started without it, asks for what follows on what it knows to be
// shared: in its own view its whole log, across views what is committed. The paper has it cut its log to there
// first (5.2). That is a mistake: the log may hold, for a quorum, what was committed in the last normal view, and is
// needed if the transfer never ends (found with TLA+ by Vanlightly, 2022). Here it is cut only where the new log is at hand and
// differs. Checkpoints stand for the log before them (5.1), and are shipped whole.
//
// # What is durable
//
// By default views and log are on disk. With durable: view only the views are; a replica that crashed asks for the
// rest, with a nonce, and waits for f + 1 normal ones, among them the primary of the newest view (4.3). As
// published, even the view is in memory, which is unsound: a replica can forget the view that it
// joined (Michael, Ports, Sharma and Szekeres, "Recovering Shared Objects Without Stable Storage", DISC
// 2017). With the views on disk it is safe however many crash; more than f at once lose
// the log, and nobody comes back.
//
// A replica that was primary when it crashed opens the next view: others may have entries of its view that its
// disk has not.
//
// # Reads
//
// Through the log, as published; by the primary once f + 1 replicas have answered a round that began after the read came, and what
// the view started with is committed (read-index, as in Raft); by who believes to be primary, and by any replica, which may be stale
// (6.3).
//
// # What is left out
//
// Reconfiguration (section 7), witnesses (6.1), leases for reads at the primary (6.3), and fetching a checkpoint by parts with
// hash trees (5.2). A disk that loses what was synced is outside the claim. As published, a primary that is heard but hears
// nobody is suspected by nobody: while only the way back is cut, nothing is written.
package vr
