// Package sim is the contract between a replication protocol and the world
// that runs it: what a node is, what it may ask for while it handles an event,
// and how it states what it did. It imports the standard library only.
//
// A protocol is a [Node]: a pure event handler. Everything that it can do goes
// through [Env], which records effects; the kernel applies them, in call order,
// when the handler returns. Nothing inside a run is concurrent.
package sim
