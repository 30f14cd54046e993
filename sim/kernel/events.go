package kernel

import "simrun/sim/random"

// What the kernel does with an event of the queue.
const (
	eventMessage uint8 = iota + 1 // deliver message Message; Arg is its occurrence
	eventTimer                    // timer slot Arg is due
	eventSync                     // pending sync Arg completes
	eventSignal                   // hand signal Arg, about From, to the node
	eventStart                    // begin the first incarnation
	eventServed                   // service Arg ends
	eventResume                   // a handler's work is done
	eventInject                   // fault Arg begins
	eventHeal                     // fault Arg ends
	eventLater                    // what a fault postponed, Arg
)

// What a queue event's Flag says.
const (
	flagCopy   uint8 = 1 << iota // the network made this one of another message
	flagFailed                   // the sync failed
)

// drawnByNode is the purpose of every draw that a node asks for; its own purpose
// is part of the address.
const drawnByNode = random.Workload

// What kinds of events contribute to the addresses of their draws.
const (
	addressSync    = 0x53
	addressService = 0x54
	addressCrash   = 0x55
	addressFault   = 0x56
	addressClock   = 0x57
)
