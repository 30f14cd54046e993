// Package resolve is what leaders make of writes that were made without knowledge of
// each other: how such pairs are detected, and which rule makes one state of them. It is
// algebra without I/O. A protocol with several leaders calls it like this:
//
//   - Each life of a leader has a [Scribe], with an actor base that no other life shares.
//     [Scribe.Write] turns a client's op into a delta: a small [Object] that any replica
//     merges, the leader itself included. It is what `propagate: operations` ships; what
//     ships the state ships the whole object. Both merge alike.
//   - Every replica, leader or follower, calls [Resolver.Merge] with what it holds and what
//     arrives, and states the [Outcome]: what lost against what, and which pairs are
//     concurrent, or were taken for it. A leader calls [Clock.See] with what arrives.
//   - Readers are shown [Resolver.Values], and are handed [Resolver.Context].
//
// A replica that has merged the same deltas holds the same object, in whatever order and
// however often they came: each rule is a join. Three things are kept for that:
//
//   - Rules by stamp (wall, lamport, hlc, lww-register) keep the version with the greatest
//     stamp. A maximum is a join only of a total order: where two leaders may give equal
//     stamps, which wall clocks do, each would keep its own for ever, so that equal stamps
//     are decided by who deletes, then by the writer (versions.Version.Before).
//   - Rules by version vectors (highest-node, siblings, union, append, cart) keep the heads,
//     the writes that no other replaced (versions.Causal), each with what it made of the
//     key, and merge them when they are read or built on: a merge function on merged
//     values would not be associative where something is taken away.
//   - Data types that merge by themselves are those of package crdt.
//
// Detection by vectors is exact (Mattern, "Virtual Time and Global States of Distributed
// Systems", 1989; Parker et al., "Detection of Mutual Inconsistency in Distributed
// Systems", 1983). Detection by stamps only pretends to it: what arrives with an older stamp
// than what is held is taken for a conflict, and what is newer for a successor. So of two
// concurrent writes the later stamped replaces the other in silence, and where a clock is
// behind, a write that knew the other is accused.
package resolve
