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
// # What ends an op
//
// A write with fewer than W acknowledgements is unknown: a node that coordinates
// says partial when its patience ends, a client's own time limit says timeout. A
// get that failed certainly changed nothing. Compare-and-set and the ops of sets
// and counters are refused as unavailable before anything is sent: this store has
// no op that depends on the current version. A delete writes a tombstone, which is
// kept for ever.
package dynamo
