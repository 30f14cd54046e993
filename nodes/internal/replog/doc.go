// Package replog is the replicated log that leaders ship: entries in places
// numbered from 1, each marked with the epoch of the leader that placed it.
//
// Two logs that agree on the epoch of one place agree on everything before it,
// as long as every append is made after such a match: the Log Matching property
// of Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm"
// (USENIX ATC 2014), section 5.3; Liskov and Cowling's "Viewstamped Replication
// Revisited" (2012) keeps the same pair as view and op number. Where logs
// differ, [Log.Meeting] finds where to try next and [Log.Cut] takes the
// diverging tail away.
//
// The package knows neither network nor roles. It writes its file by a node's
// [sim.Disk] and never syncs: when a tail is durable is the node's to know.
package replog
