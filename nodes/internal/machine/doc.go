// Package machine is the state machine that a replicated log drives: registers by key,
// and for each client its recent ops, so that one which comes again takes effect once
// (Schneider, "Implementing Fault-Tolerant Services Using the State Machine Approach",
// 1990; sessions as in Ongaro's dissertation, section 6.3).
//
// There are two ways to drive it. Where a leader decides what an op does before it
// ships it, [Store.Push] adds entries as they are placed, committed or not, the state
// can be read as of any index that may still be asked for, and [Store.Pop] takes a tail
// back. Where each replica decides for itself as it applies what is chosen,
// [Store.Apply] does, alike at all of them.
package machine
