package sim

// Fact is the kind of an observation. The set is closed: checkers judge every
// protocol by it. What a protocol never states makes the metrics that need it
// not applicable, rather than zero.
type Fact uint8

// The facts. The comment gives the meaning of the fields; scope is a Key that
// tells apart groups (shards, datacentres) that elect separately.
const (
	// Role: the node took (Why Held) or gave up (Why Left) a role. Key scope, A epoch, B role.
	Role Fact = iota + 1
	// Elected: the node won an election. Key scope, A epoch.
	Elected
	// Decided: the node knows a slot's value to be chosen. Op the write, A slot, B epoch, C fingerprint.
	Decided
	// Applied: the node applied a slot to its state. Op, Key, A slot, B epoch, C fingerprint;
	// Why Repeated where the op had taken effect before, so that this did nothing.
	Applied
	// Placed: the store gives a write its place in the key's order. Op, Key, A major, B minor.
	Placed
	// Committed: a write will, as far as the protocol promises, not be lost. Op, Key, A slot.
	Committed
	// Stored: a replica holds a write. Op, Key; Why Volatile or Durable; A slot or version, B epoch.
	Stored
	// Discarded: a replica no longer holds a write. Op, Key, Why says why; A slot. When a
	// disk is wiped the kernel states it once, without Op, for everything that the node held;
	// so does a node that starts anew and had not synced all, before it states what it has. Of a
	// log, Collected without Op gives up all slots up to A to the snapshots of others.
	Discarded
	// Answered: a coordinator counted a replica's answer. Op the client's op, A replica,
	// B home (whose place it took, or itself), C the newest write that it holds; Why Late after the end.
	Answered
	// Closed: a coordinator ended its wait. Op, A answers needed, B answers got.
	Closed
	// Hint: a hint was Stored, Replayed or Dropped (Why). Op the write, Key, A owner.
	Hint
	// Lease: the node holds a lease. A from, B until, in its own monotonic nanoseconds; C the
	// epoch that it leads.
	Lease
	// Repaired: a replica was brought up to date outside the write path. Key, Op, Why the means, A
	// bytes; B the last slot that a snapshot stands for, from when it is durable, C that slot's epoch.
	Repaired
	// Replica: a fingerprint of the node's whole state. A slot, C fingerprint.
	Replica
	// Voted: the node granted its vote, durably. A epoch, B candidate, Key scope. C tells the
	// voters apart that a node has been, where one whose disk was lost is another: 0 the first.
	Voted
	// Depended: a write causally follows another. Op, Key, C the earlier write.
	Depended
	// Prepared: the node promised, durably, to let a transaction's coordinator decide.
	// From here on it is blocked. Op the write, Key, A coordinator, B the transaction's
	// number at it: one write may be tried as several. Why Late: it has heard nothing
	// for so long that it asks.
	Prepared
	// Ended: the node knows a transaction's outcome (Why Agreed or Undone). Op, Key, A and
	// B as above.
	Ended
	// Compared: two replicas compared hashes of one level of their trees. Key scope,
	// Op the exchange. A level and, in the upper 32 bits, the first node of it that
	// differs; B peer and, in the upper 32 bits, the bytes of question and answer; C how
	// many hashes differ and, in the upper 32 bits, how many were compared.
	Compared
	// Streamed: a replica was handed keys that were thought to differ. Op the exchange,
	// Why the means, A keys, B how many of them it held already and had nothing newer of,
	// C bytes.
	Streamed
	// Configured: the node goes by a set of members from now on. Key scope, A version,
	// B members, C fingerprint; Why Agreed or Undone where that ends a change, and no
	// reason where it is a step of one.
	Configured
	// Conflicted: the node found two writes that were made without knowledge of each other,
	// or took them for such. Op the one that came, Key, Why what told it, A the other's
	// key where it is another, C the other write.
	Conflicted
	// Compensated: what a write did was made good later, because it turned out to conflict.
	// Op the write, Key, C the write that it gave way to. Why Kept: it was written down,
	// durably, to be made good.
	Compensated
	// Promised: the node will, durably, take no more part in epochs before A. Key scope.
	Promised
	// Served: the node answers a read from its own state. Op, Key, Why what allows it, A the
	// slot as of which, B the epoch.
	Served
	// Voters: the node counts quorums by these voters from now on, as [Electorate] packs them.
	// Key scope; Why Agreed where it knows them to be chosen, and no reason where it merely
	// goes by them.
	Voters
	lastFact = Voters
)

// Facts is the number of kinds of facts, plus one.
const Facts = int(lastFact) + 1

// String spells the fact.
func (f Fact) String() string {
	names := [...]string{
		"none", "role", "elected", "decided", "applied", "placed", "committed", "stored",
		"discarded", "answered", "closed", "hint", "lease", "repaired", "replica", "voted", "depended",
		"prepared", "ended", "compared", "streamed", "configured", "conflicted", "compensated", "promised", "served",
		"voters",
	}
	if int(f) < len(names) {
		return names[f]
	}
	return "unknown"
}

// Why qualifies a fact.
type Why uint8

// The qualifications of facts.
const (
	NoReason   Why = iota
	Held           // Role: taken
	Left           // Role: given up
	Volatile       // Stored: in memory
	Durable        // Stored: on disk, synced
	Truncated      // Discarded: a diverging log was cut
	Resolved       // Discarded: lost against another version
	Expired        // Discarded or Hint: lived too long
	Collected      // Discarded: garbage collection, compaction
	Wiped          // Discarded: the disk was lost
	Kept           // Hint: stored by a stand-in
	Replayed       // Hint: delivered to its owner
	Dropped        // Hint: given up
	Late           // Answered: after the op was closed
	ByRead         // Repaired: by a read
	ByTree         // Repaired: by a Merkle exchange
	ByLog          // Repaired: by a log's tail
	BySnapshot     // Repaired: by a snapshot
	ByHint         // Repaired: by a hint
	Unsynced       // Discarded: a crash took it before it was synced
	ByTransfer     // Repaired: by a change of membership
	ByCopy         // Repaired or Streamed: by shipping every key
	Agreed         // Ended: committed. Configured: a change of members is complete
	Undone         // Ended: aborted. Configured: a change of members was given up
	ByVector       // Conflicted: version vectors tell
	ByStamp        // Conflicted: timestamps tell, which only pretend to
	ByRule         // Conflicted: a rule of the data is broken, such as a unique name
	ThroughLog     // Served: the read is in the log itself
	ByRound        // Served: a quorum confirmed, after the read came, that the node leads
	ByLease        // Served: the node holds a lease
	ByQuorum       // Served: a quorum was asked for what it has
	ByToken        // Served: the state has reached what the session saw
	AsLeader       // Served: the node believes that it leads, and asked nobody
	AsReplica      // Served: the node has this state, whatever others have
	Repeated       // Applied: the op had taken effect before, and did nothing
)

// String spells the qualification.
func (w Why) String() string {
	names := [...]string{
		"", "held", "left", "volatile", "durable", "truncated", "resolved", "expired", "collected",
		"wiped", "kept", "replayed", "dropped", "late", "by-read", "by-tree", "by-log", "by-snapshot", "by-hint",
		"unsynced", "by-transfer", "by-copy", "agreed", "undone", "by-vector", "by-stamp", "by-rule",
		"through-log", "by-round", "by-lease", "by-quorum", "by-token", "as-leader", "as-replica",
		"repeated",
	}
	if int(w) < len(names) {
		return names[w]
	}
	return "unknown"
}

// Roles that a node states with the fact Role, in field B.
const (
	Leader uint64 = iota + 1
	Follower
	Coordinator
	Learner
	HintHolder
	Member // of a store whose members can change
	Spare  // a server that could become one
	// Acceptor keeps what is being agreed on, and makes no state of it.
	Acceptor
)

// Observation is one neutral fact that a node states. It holds no pointer. The
// kernel adds the node, its incarnation, the event and the time.
type Observation struct {
	Fact    Fact
	Why     Why
	Key     Key
	Op      OpID
	A, B, C uint64
}
