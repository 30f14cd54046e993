// Package isr is primary-backup replication with in-sync replicas, as Kafka does it for one
// partition: a leader orders writes in a log, followers fetch it, and what all in-sync
// replicas have is committed. It tolerates the loss of all in-sync replicas but one, where a
// majority protocol tolerates the loss of a minority; what it needs for that is somebody else to say
// who is in sync.
//
// # The controller
//
// That is the controller: one server of its own, the last of all. It stands for ZooKeeper or
// the KRaft quorum: it keeps the state of the partition on disk before it tells of it, and
// numbers its versions. It is not replicated here, may crash and come back, and may be cut off; while it is
// down, leaders go on and nothing else changes: nobody leaves or joins the in-sync replicas, and a
// leader that is lost is not replaced. The state names the leader and its epoch, the in-sync
// replicas, the eligible ones, and which life (Kafka's broker epoch) of each server counts.
//
// # Writing
//
// The leader puts a write at the end of its log. A follower's fetch says where its log ends, and
// so acknowledges all before (with flush: true, what is on its disk). The high watermark, up to
// where all is committed, is what all in-sync replicas have: all that the controller last told of and all that
// the leader has asked for since (the maximal in-sync set of KIP-497), for the controller may have
// agreed already. It stands still while fewer than min_isr are in sync (KIP-966), and the leader takes
// no writes that want all acknowledgements (acks: all) meanwhile. With acks: leader a write is
// acknowledged once the leader has it, with acks: none it is not even answered: the client takes it
// for done once it has sent it, and a later one may come before it. Both lose writes whenever a leader is lost, and acks: leader says of
// compare-and-sets what may never come true. Writes that come again are known again (the idempotent producer of KIP-98).
//
// A follower that has not had all of the leader's log for the lag time is taken out of the set;
// one that has reached the high watermark, and what the log held when the leader began, is taken in
// again. Without the second a new leader, whose high watermark lags, takes in who lacks what is committed
// (KAFKA-7128). The leader asks the controller for each change, which refuses what was asked in view of
// another version.
//
// # Changing leaders
//
// Whom the controller has not heard for the session time is taken out, too, and a leader
// replaced by the first of the in-sync replicas. What is taken out while fewer than min_isr are left stays
// eligible (KIP-966): nothing is committed without it. It may lead when nobody in sync lives.
// When nobody eligible lives either, the partition has no leader, unless unclean: true lets the first live replica lead
// with what it has: that is available, and loses what is committed.
//
// A follower cuts its log to where it meets the new leader's: by epochs (KIP-101, KIP-279), told apart in fetches
// as since KIP-595, never by its own high watermark, which lags. Messages of other epochs are not obeyed
// (KIP-320), nor those of former lives (KIP-380, KIP-903).
//
// A server that comes back is another life, and so another version of the state. Where it was
// leader, another epoch begins. With flush: false, which is Kafka's own way, syncs come at intervals and acknowledgements do not wait: a
// crash may have taken what others count on. Every stop here is a crash, so with flush: false whoever comes back is neither
// in sync nor eligible any more (an unclean stop, KIP-966). With flush: true what it acknowledged is on its disk, and
// it is what it was; but a server whose disk was lost finds its identity missing, and one with a corrupt record in
// its log takes its own away; both say so, and write one when the controller has registered that.
// Nobody counts on a disk before the controller knows that it has an identity.
//
// # Reading
//
// Reads show what is at or below the high watermark, so never what is not committed. reads: read-index
// asks all in-sync replicas whether they still follow, as each read comes, which is not Kafka's
// but the way of Raft (section 6.4 of its dissertation): whoever will be elected is one of them.
// reads: leader is Kafka's: a leader that was replaced and does not know is stale. A new leader answers
// neither before its high watermark has reached what its log held when it began (KIP-207): that may be
// committed. reads: replica is that of KIP-392: a replica shows what it knows to be committed.
//
// # What is claimed
//
// With acks: all, flush: true and unclean: false: nothing acknowledged is lost, logs match,
// a leader has all that was ever committed, and reads by read-index are linearizable, under crashes of all servers and
// the controller at any time, partitions, losses, duplicates, delays, pauses and clocks of any speed. There are no leases: clocks only
// decide when somebody is given up. What is committed is on the disks of all in-sync and eligible replicas, which may
// be one alone where min_isr is 1: that of a majority is not claimed.
//
// With flush: false the same as long as of the in-sync and eligible replicas, which are at least min_isr, not all
// stop before they have synced. Where all do, the partition stays without a leader rather than losing
// what is acknowledged, even if what they still have is whole. With flush: true a lost disk, or a log with corrupt
// records, is borne likewise. A disk that is put back as it was earlier looks whole, and is outside the claim; so is
// any loss of synced data on the controller.
package isr
