// Package leaderfollower is single-leader replication: one node orders all
// writes in a log and ships them to the others, which acknowledge once they have
// them on disk.
//
// # Writing
//
// The leader gives each write its place, ships it to every follower at once in a
// message of its own, and answers when the rule of the mode is met: async (it
// has the write itself, in memory or on disk), semi-sync (and k followers have
// it on disk), sync (and all of them). This is the primary-backup scheme of Alsberg
// and Day ("A Principle for Resilient Sharing of Distributed Resources", 1976) with
// the choices that MySQL offers: semi-sync with visible: after-ack is its
// rpl_semi_sync_master_wait_point=AFTER_SYNC, visible: before-ack its
// AFTER_COMMIT, and degrade its rpl_semi_sync_master_timeout, after which the
// leader silently answers as if it were async. Kleppmann, "Designing
// Data-Intensive Applications" (2017), chapter 5, describes the whole family and
// what its lag does to readers.
//
// # Followers
//
// A follower's log is at all times a prefix of some leader's log. What arrives
// early waits in a bounded stash until the gap before it is filled; it is never
// appended out of order. A follower that finds itself unable to connect a message
// to its log says so, and is brought up in bounded batches from where the two
// logs meet, after cutting what diverges (package replog). The leader also sends
// again what a follower has not confirmed for a while. Heartbeats carry the commit
// index and no entries; what their answers tell is used to notice a follower that
// lost what it had confirmed, and never counts as an acknowledgement.
//
// # Ways to followers
//
// With replication: chain each write goes from follower to follower, and with fan-out
// down a tree, as the relays of MySQL and the chained secondaries of MongoDB pass it
// on; the leader writes the way into the message. Each follower confirms to the
// leader, so that what is counted stays exact, and the leader itself feeds those that
// confirm nothing, until they do. With ship: pull followers ask once a period for what
// follows on their logs, as MongoDB's and Kafka's do, in a chain or tree the one above
// them, and the leader where that one does not answer or has nothing new.
//
// With retention each member makes a snapshot of what is settled every so many entries
// and keeps as many of its log before it (Raft, section 7). A follower that lacks more is
// sent the leader's snapshot, in pieces of which each waits for the one before it,
// and then the tail. What a member knows of the log's beginning from then on is the newest
// version of each key, what each client did lately, and where epochs began: retries and tokens
// of long ago are answered as if the log were whole. A member whose own snapshot is of a
// history that was lost cannot go back: it needs the leader's too.
//
// Read-only members replicate and serve reads; they do not vote and no write waits for
// them. Delayed ones show what is committed a while later. They vote, but no write waits
// for them either, and they are promoted only where all that answered are delayed.
//
// # Failover
//
// A follower that misses the leader for a drawn time asks the others whether they
// miss it too (as Redis Sentinel and Orchestrator do), and when a majority does,
// opens an epoch: each node that answers first makes durable that it follows
// no older epoch any more (the fence), then tells how far its log reaches. When
// enough have answered, the most advanced is promoted (Raft, section 5.4.1, has the
// same order; Viewstamped Replication chooses the log in the same way). Epochs are
// dealt out to the members in turns, so that no two nodes ever open the same one,
// not even when both believe to be alone. The new leader begins with an empty entry
// of its own epoch and counts nothing as committed before it is (Raft, section 5.4.2).
//
// A write that answered ok survives as long as any k+1 holders and any set of answers
// overlap: answers + k + 1 > n. The defaults (majority, k = 1, n = 3) do; async
// does not. A deposed leader that has not yet heard of its successor goes on serving
// reads from its own state: with fewer than all followers acknowledging, reads at the
// leader are not linearizable while the network is cut, unless they ask for
// confirmation (reads: confirmed), which costs them a round trip to followers.
//
// A leader that is asked to hand over does so without loss and without two leaders, once its
// successor has its whole log (file handover.go). A witness votes and stores nothing
// (file witness.go). Where fewer answer a promotion than must, short_of_answers says
// whether nobody is promoted or the best of those, which may lack what was acknowledged.
// With client_fencing clients tell an old leader of its successor, and take none of its answers:
// that saves what a session knows of, and nothing else.
//
// # Sessions
//
// A token is a position in the log: epoch and index. A replica serves a read with
// a token only if its own history contains that position and its readable state
// reaches it, and a leader places a write only behind it. So whatever a session is
// answered contains all that it was answered before. A member refuses as TokenBehind
// when it cannot know yet, and as TokenLost when its history has a committed entry of a
// later epoch and not that position: then the session saw something that the store has
// lost, and has to begin anew.
//
// # Retries
//
// Every write is in the log under its identity, refused compare-and-sets included,
// and each replica knows each client's recent ones from its log. A retry of one that
// is there is answered, not done again; one too old to be known is answered as
// unknown.
package leaderfollower
