// Package process lets a blocking function be a node: a client or a test script
// that reads from top to bottom. It is the only package with coroutines.
//
// A process runs until it blocks (Sleep, Receive, Sync, Signal, or the end), and
// what it asked for meanwhile happens then, in call order, as for any handler. It
// costs several times what a handler costs, so protocols are handlers.
package process
