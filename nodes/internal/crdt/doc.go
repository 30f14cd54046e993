// Package crdt is data types that merge by themselves, with deltas: sets from which
// what was observed is removed (adds win), counters that go up and down, and registers
// of several values (Shapiro, Preguiça, Baquero and Zawirski, "Conflict-free Replicated
// Data Types", SSS 2011; Almeida, Shoker and Baquero, "Delta State Replicated Data
// Types", JPDC 2018).
//
// What a replica holds is a set under the rule versions.Dots: elements, amounts or
// values, each with a dot, and a context that tells what is gone from what is news. An
// op is applied by an actor, which makes a delta of it: a small set that every replica
// merges into its own. The actor need hold nothing of the key to add, count or
// assign; to remove it must be shown what there is.
//
// An actor's dots must never name two ops: it is one life of its node, and who
// forgets, in a crash or with a disk, must become another one (riak_kv #679).
//
// A register of one value, the last by its time, is the rule versions.LastWrite: it
// needs no dots.
package crdt
