// Package record is what a run leaves behind, as plain data: the history of its
// ops (the clients' view), the observations of its nodes, the state of every
// replica at the end, counters, and, when asked for, the trace of every event
// (god's view). Judges read nothing else.
package record
