package sim

// NodeID names a node inside one world. It is an index: compare it, index with
// it, but never draw by it; draws are keyed by the node's name. The zero NodeID
// is nobody.
type NodeID uint16

// Nobody is the absent node.
const Nobody NodeID = 0

// Node is one incarnation of a virtual node. Each start, the first and every
// restart after a crash, makes a new Node, which finds what its predecessor
// left in env.Disk(). Handlers are atomic: the effects that they ask for happen
// when the handler returns, in call order.
type Node interface {
	// Start begins an incarnation.
	Start(env *Env)
	// Receive handles a message. The message belongs to the kernel and may be
	// seen by others: it must not be changed.
	Receive(env *Env, from NodeID, m Message)
	// Timeout handles a timer set by this incarnation, or a [Signal].
	Timeout(env *Env, t Timer)
	// Synced handles the completion of a Sync asked for by this incarnation.
	Synced(env *Env, s Sync)
}

// Stopper is a Node that holds something to be released (a coroutine, a guest)
// when its incarnation ends.
type Stopper interface {
	Stop()
}

// Installer is a Node whose disk is not empty when the world begins. Install writes what whoever set
// the server up left there, before anything happens: it is durable, so that a crash at the first instant
// keeps it, and nothing brings it back to a disk that was lost.
type Installer interface {
	Node
	Install(disk Disk)
}

// Copy is what one replica holds for one key when it is inspected.
type Copy struct {
	Key Key
	// Values are the versions held: one, or several siblings; none when the
	// newest version is a delete.
	Values []Value
	// Deletes are the writes whose tombstones are held.
	Deletes []OpID
}

// Inspector is a Node whose replica can be read by the laboratory after the
// run. Inspect yields every key held, in a fixed order; it may only observe.
type Inspector interface {
	Inspect(yield func(Copy))
}

// Keeper is an Inspector that can say whether it is to hold a key that somebody
// wrote, so that one which holds nothing of it is told from one that need not. Keeps
// may only observe.
type Keeper interface {
	Inspector
	Keeps(key Key) bool
}
