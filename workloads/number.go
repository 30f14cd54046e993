package workloads

import "simrun/sim"

// numbering gives a client's ops their numbers, and never the same one twice: it
// reserves them on the client's disk, a block at a time, so that a client that
// crashes goes on behind what it may have used.
type numbering struct {
	reserved uint32
}

// numberBlock is how many numbers are reserved at a time.
const numberBlock = 256

const numberFile = "numbers"

// reservation is the record on disk: every number up to it may be in use.
type reservation struct{ upTo uint32 }

// Encode implements sim.Record.
func (r *reservation) Encode(e *sim.Encoder) { e.Uint("up_to", uint64(r.upTo)) }

// start returns the last number that an earlier incarnation may have used.
func (n *numbering) start(env *sim.Env) uint32 {
	if last := env.Disk().Len(numberFile); last > 0 {
		if r, err := env.Disk().Read(numberFile, last-1); err == nil {
			n.reserved = r.(*reservation).upTo
		}
	}
	return n.reserved
}

// reserve makes sure that a number is never given again.
func (n *numbering) reserve(env *sim.Env, number uint32) {
	if number <= n.reserved {
		return
	}
	n.reserved = number + numberBlock
	env.Disk().Replace(numberFile, &reservation{n.reserved})
	env.Sync(0)
}
