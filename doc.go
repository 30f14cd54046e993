// Package simrun is a deterministic laboratory for replication. One seed fixes
// one universe: virtual nodes that run a replication protocol, virtual clients
// that work on them, a virtual network, disks and clocks between them, and a
// schedule of things that go wrong. Afterwards pure judges say what happened.
//
// The command is in cmd/simrun. This package holds no code; its tests keep the
// rooms of the house apart and the house in order.
package simrun
