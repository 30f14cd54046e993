// Package kernel runs a world: it owns the queue of pending events, the hosts that
// nodes live on, the network between them, their disks and clocks, and it executes
// the schedule of faults. It is the only package that runs anything. It knows no
// protocol, no scenario and no judge.
//
// A run is a pure function of its Config and seed. Events are ordered by time and
// sequence number; what handlers ask for is applied in call order; every random
// draw is addressed by what it is for (see random.Source), never by its turn.
package kernel
