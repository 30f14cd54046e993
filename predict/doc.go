// Package predict says what a quorum system should give, without running one: closed
// forms for quorums drawn at random, and the WARS model of Bailis et al.
// (Probabilistically Bounded Staleness for Practical Partial Quorums, VLDB 2012) for
// quorums of the first to answer; and, for several leaders, how many times the writes of
// one they take, and with which power of their number something grows.
//
// It knows no protocol. What the simulator measures is laid beside it: the same
// Curves hold trials of the model and trials that were observed.
package predict
