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
// version vectors; package versions says who the actors are and why. A coordinator
// draws a new actor each time that it starts, so that counters need not be durable
// and are never used twice, whatever a crash or a lost disk took. The reply to a
// put carries a context that covers the put, unless the coordinator has earlier
// writes to the key that the put did not replace: then a version vector cannot
// cover the one without the others, and the reply carries the put's own context.
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
// # What ends an op
//
// A write with fewer than W acknowledgements is unknown: a node that coordinates
// says partial when its patience ends, a client's own time limit says timeout. A
// get that failed certainly changed nothing. Compare-and-set and the ops of sets
// and counters are refused as unavailable before anything is sent: this store has
// no op that depends on the current version. A delete writes a tombstone, which is
// kept for ever.
package dynamo
