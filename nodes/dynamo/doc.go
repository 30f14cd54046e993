// Package dynamo is a leaderless quorum store in the manner of Dynamo (DeCandia et
// al., SOSP 2007): every key has N homes on a consistent-hash ring; a coordinator
// sends a write to them and waits for W acknowledgements, a read for R answers.
//
// # Who coordinates
//
// A node asked by the client, or the client itself. In the second case the
// messages of an op are exactly the four legs of the WARS model (Bailis et al.,
// PBS, VLDB 2012): "write" and "written" (W and A), "read" and "value" (R and S).
// A node that coordinates and is itself a home takes its own leg without the
// network.
//
// # Versions
//
// Under dvv concurrent writes stay side by side as siblings, told apart by dotted
// version vectors. Package versions says who the actors are: they belong to one life
// of a coordinator, which draws new ones each time that it starts. So counters need
// not be durable and none is used twice, whatever a crash or a lost disk took. The
// reply to a put carries the context that covers the put.
//
// Under vv a key has one version vector for all its versions, as in Riak 1.x. Its
// actors are the homes: one of them coordinates each put, for a node that is no home
// hands the put on. What it then holds is what it sends to the others. A put whose
// context is older than the vector becomes one more sibling, even beside what it was
// written over: false siblings, which have no bound. So does a delete, which then deletes
// nothing. The reply's context covers the put only where it became the only version.
//
// Under crdt a key holds a data type that merges by itself: a set, a counter, or a
// register (package crdt). Whoever coordinates an op makes a delta of it, under an actor
// of its own: this life's, and another one after an op that found no quorum, whose dot
// may be lost for good. Homes are sent the delta; repairs bring all they hold. A removal
// first asks r homes what there is, and removes what they have seen: an addition at the
// same time stays. It is not small: it brings all that the r homes told, less the
// element. Elements are told apart by their integers; Add and Remove change a counter by
// theirs. A register of the last value is lww.
//
// With vector_limit a put drops what its vector has beyond so many entries, those first
// that were not advanced for longest (section 4.4). What the vector then no longer
// covers looks concurrent: false siblings, deletes that do not hold and, under vv, where
// the vector speaks for siblings, even losses.
//
// Under lww a write is given a time by the wall clock of its coordinator, or of
// its client, and the greatest time wins. The fact Placed states it. A version that
// loses, and that the winner's writer had not read, is stated as Discarded,
// Resolved.
//
// # Reads
//
// A read merges the first R answers and returns what stays. Later ones are still
// observed. With read_repair async they also feed the repair that follows the
// reply. With sync the merged versions are known to be held by W replicas before
// the reply, as in the register of Attiya, Bar-Noy and Dolev (JACM 1995): the
// write-back is left out only where W of the answers already held them, durably
// if acknowledgements promise that. Together with r + w > n, and lww with clocks
// that agree with real time, this is an atomic register.
//
// # Writes
//
// A replica syncs a write before it acknowledges it, one sync for all that came
// while another was under way; with durable: false it acknowledges first. With
// write_fanout through-one the home that takes a write passes it on from a queue in
// memory: what a crash or the network takes from there, only reads repair.
//
// A put that the network delivers twice to a node that coordinates is done once, as
// long as the node remembers it: it forgets in a crash, and after some thousands of
// other puts.
//
// # Writes as transactions
//
// With writes: two-phase a write is at all of its W homes or at none (two-phase commit
// with presumed abort: Mohan, Lindsay and Obermarck, ACM TODS 1986). The node that the
// client asked draws W homes, as write_fanout: w does, and asks each to prepare. A home
// puts the promise on disk before it votes yes. From then on it is in doubt: it shows
// the version to no read and repairs nobody with it, gives its key to no other
// transaction (whose prepare is voted no, so that nobody waits and nothing deadlocks),
// and never decides by itself; after decision_retry it asks the coordinator, again and
// again, also in its next lives. A home that holds the version already, or one that
// replaces it, votes that it has nothing to do, and is out of the second phase.
//
// The coordinator commits when all have voted, and puts that on disk before it tells
// anybody. It tells a commit until every home has acknowledged it, also in its next
// lives. Of an abort it keeps nothing: what it does not know is aborted. It aborts when
// a home votes no, or when prepare_timeout is over. The client is then told that its
// write certainly did not happen. Ok is said when all W homes have the write synced and
// no sooner: so a read that asks a home in doubt may answer at once with what was there
// before, and still no quorum of R with r + w > n misses an acknowledged write. A commit
// that some home has not acknowledged in attempt_timeout is unknown to the client, and
// still happens. Committed is stated when the decision is on disk.
//
// All this goes by what disks keep: a coordinator that loses its disk presumes what it
// had committed to be aborted. A copy of a put that reaches the next life of its
// coordinator is another transaction there.
//
// A home ignores copies of a prepare that come when its part is over, as long as it
// remembers that: it forgets in a crash, and after some thousands of others. Where it
// then still holds the write, or what replaced it, it says so. But if a tombstone was
// collected meanwhile, or a vector's limit hid what was replaced, it is in doubt again,
// and is told that what it has forgotten was aborted.
//
// # Homes that are silent
//
// With quorum: sloppy, or with hints, a coordinator watches the nodes that it asks:
// one that owes an answer for suspect_after is under suspicion until it answers,
// and is pinged. Each coordinator has an opinion of its own, and so has each session
// of a client that coordinates.
//
// In a sloppy quorum the op goes to the first n nodes of the key's preference list
// that are not under suspicion. A stand-in counts for the home whose place it has,
// no place counts twice, and Answered names both. Two coordinators that suspect
// different homes need not meet, whatever r and w are. Under hints: none a stand-in
// takes what it is given for its own data, and there it stays.
//
// With hints the stand-in keeps it apart, for that home alone, and tells it to who
// asks in that home's stead. It hands it over when the home answers a ping and,
// where that or the answer was lost, every hint_replay. The version stays as its
// writer made it: a hint may arrive twice or late. It is deleted when the home has
// synced it; the deletion itself waits for the holder's next sync, so that a crash may
// have it replayed once more. A hint that is on disk is acknowledged after its sync,
// whatever durable says. Writes that a home has not acknowledged in suspect_after are
// hinted too, even when their op is over; a coordinator that crashes first forgets them.
//
// Hints go with strict quorums as well, and count for nothing there: then a node that
// coordinates keeps them itself, as in Cassandra.
//
// # Tombstones
//
// A delete writes a tombstone. With tombstone_grace replicas collect it when that
// much has passed, by their wall clocks, since the time that its coordinator gave it.
// A replica that was away for longer, and is not repaired before, brings back what
// was deleted. Hints cannot: they are never delivered at an age beyond the grace,
// neither sent by their holder nor taken by their owner (compare ScyllaDB #23712).
//
// # Anti-entropy
//
// With anti_entropy nodes repair what no read meets and no hint was kept for: each
// compares itself, once a period, with the next of the nodes that share a key range
// with it. A range is the keys that have the same homes, as Cassandra's repair groups
// them; nodes that stand in, or keep what the ring has taken from them, are not asked.
//
// By merkle the two go down the trees of each range, from the root (Dynamo, section
// 4.7): "tree-ask" names nodes of one level, "tree-hashes" brings what they come to at
// the peer. The tree follows every change of the store at once; its hashes cover all
// versions of a key, tombstones, dots and contexts included. Of leaves that differ the
// node hands over all that it holds ("stream"), and is answered with what it lacks
// ("streamed"): so most keys of a leaf go one way for nothing. With keys everything is
// handed over without a look at trees, and with log everything that was ever appended.
// Both sides merge by the rule of versions, so that a tombstone is copied as any other
// version is. One whose grace is over is taken only where it still deletes something.
//
// Who began an exchange drives it, sends again what is not answered in attempt_timeout,
// and gives up after three times; the peer keeps nothing. A stream is answered once
// it is as safe as a write would be. Exchanges are numbered, and answers to others than
// the one under way are refused.
//
// # Rings that change
//
// With members the first so many servers form the ring, and the others are spares. Who
// joins, leaves, or takes the place of another asks for the next version of the ring; a
// majority of the members agrees to it (Paxos), so that there is one ring a number and
// one change at a time, as in Cassandra's CEP-21 and unlike in Dynamo (section 4.9),
// where gossip alone spreads what an administrator said to one node. A change takes
// three versions. First the new homes are filled: writes need w homes of the old ring
// and w of the new one, reads go by the old. A new home is handed what n-w+1 old homes
// hold of each key, which meet every write quorum; each of them has refused all older
// versions since before it answers. Once all is on the disks of the new homes, reads
// turn to the new ring; and once n-r+1 old homes of each key know that, writes leave
// the old one. At last nodes drop the keys that they are no homes of.
//
// A home refuses what is asked by an older version than its own, and tells its own: the
// coordinator, node or client, tries the op again by that, with the same version and
// the same dot. Reads by a newer one it answers. A write by a newer one it puts off until
// it knows that one, too, unless that is the very next and it is a home by its own
// already: else it could drop, as no home of the key, what it has acknowledged, before it
// hears that it is one. So every read quorum meets every write quorum of its own version,
// of the one before and of the one after, and versions further apart do not overlap: no read is stale where r + w > n, during the change and
// after it, whoever crashes, and is cut off, as long as disks survive. Reads that write
// back stay atomic: the lack of that across moving ranges is what Cassandra's CEP-14
// found in its own compare-and-set.
//
// Whoever crashes in a change goes on where it was. One that waits for a node under
// suspicion for change_patience while new homes are being filled is given up, and
// tried again when that node is back. After reads have turned it can only be completed.
// With w = 1 every old home must hand over, with r = 1 every old home must know, or the
// change waits for it. Who is replaced is taken to be lost: what it alone held goes with
// it, which can be an acknowledged write if w = 1; and with r = 1 it must really be dead,
// for nobody waits until it has heard. A disk that is wiped between two votes forgets
// the first, and two rings could have one number. Stand-ins, spreading through one home
// and two-phase commit do not go with members: Check says why.
//
// With ring_change eager reads and writes go by the new ring at once, and reads are
// stale until the transfer is over.
//
// # Heartbeats
//
// Where there are members, or with detection: gossip, all servers tell a drawn other
// one, every gossip_every, what they know of all: heartbeats, the version of the ring,
// how far a transfer is (van Renesse et al., Middleware 1998). A node is under
// suspicion once its silence is phi times as long, in decimal digits of improbability,
// as its heartbeats so far let expect (phi accrual: Hayashibara et al., SRDS 2004;
// exponential as in Cassandra). Then all coordinators have nearly one opinion, later
// than by timeouts: a node that is merely slow, or cut off from one coordinator only,
// is still asked. Clients that coordinate take no part.
//
// # What ends an op
//
// A write with fewer than W acknowledgements is unknown: a node that coordinates
// says partial when its patience ends, a client's own time limit says timeout. A
// transaction that was aborted has failed. A
// get that failed certainly changed nothing. What a key's type does
// not have, and compare-and-set, is refused as unavailable before anything is sent: the
// only op that depends on what is there is a removal.
package dynamo
