package checks

import (
	"fmt"
	"math/bits"
	"strings"
	"time"

	"simrun/sim"
)

// custody is what observations tell of the copies of one write.
type custody struct {
	now, ever uint64        // nodes that hold it, and that ever did, by number below 64
	far       uint16        // nodes of higher numbers that hold it
	farEver   uint16        // nodes of higher numbers that ever did
	hints     int16         // hints kept and neither replayed nor dropped
	why       sim.Why       // why its last copy, or hint, was given up
	emptied   uint32        // stamp at which its last copy and hint went; 0 while there is one
	resolved  uint32        // stamp of the first Discarded that says resolved
	spread    time.Duration // when the last node that was new to it stored it
}

func (c *custody) holders() int { return bits.OnesCount64(c.now) + int(c.far) }
func (c *custody) reached() int { return bits.OnesCount64(c.ever) + int(c.farEver) }

// custodians is the custody of every op.
type custodians struct {
	stored bool // some node stated that it stored something
	ops    []custody
	// distant are the nodes with numbers from 64, by op and node: whether they hold
	// the op's write now.
	distant map[uint64]bool
	// hinted is, by op and node, how many hints for the op's write the node keeps.
	hinted map[uint64]int16
	// shelf is, by node, the ops that it has stored, or kept a hint for, since it last
	// lost everything: those that it holds, and some that it gave up.
	shelf map[sim.NodeID][]uint32
}

// custody is gathered once.
func (v *view) custody() *custodians {
	if v.kept != nil {
		return v.kept
	}
	v.kept = &custodians{
		ops: make([]custody, len(v.ops)), distant: map[uint64]bool{}, hinted: map[uint64]int16{}, shelf: map[sim.NodeID][]uint32{},
	}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Stored && seen.Fact != sim.Discarded && seen.Fact != sim.Hint {
			continue
		}
		if seen.Fact == sim.Discarded && seen.Op == 0 {
			if seen.A > 0 {
				continue // one entry of a log, which was no write
			}
			v.kept.lose(seen.Node, seen.Why, seen.Stamp)
			continue
		}
		at, found := v.place(seen.Op)
		if !found {
			continue
		}
		switch seen.Fact {
		case sim.Stored:
			v.kept.stored = true
			v.kept.store(at, seen.Node, seen.At)
		case sim.Discarded:
			v.kept.discard(at, seen.Node, seen.Why, seen.Stamp)
		case sim.Hint:
			v.kept.hint(at, seen.Node, seen.Why, seen.Stamp)
		}
	}
	return v.kept
}

func (c *custodians) store(at uint32, node sim.NodeID, when time.Duration) {
	op := &c.ops[at]
	op.emptied = 0
	if !c.holds(at, node) {
		c.shelf[node] = append(c.shelf[node], at)
	}
	if node < 64 {
		if op.ever&(1<<node) == 0 {
			op.spread = when
		}
		op.now, op.ever = op.now|1<<node, op.ever|1<<node
		return
	}
	name := custodian(at, node)
	held, known := c.distant[name]
	if !known {
		op.farEver++
		op.spread = when
	}
	if !held {
		op.far++
		c.distant[name] = true
	}
}

// custodian names an op's write at a node.
func custodian(at uint32, node sim.NodeID) uint64 { return uint64(at)<<16 | uint64(node) }

// holds tells whether a node holds a write now.
func (c *custodians) holds(at uint32, node sim.NodeID) bool {
	if node < 64 {
		return c.ops[at].now&(1<<node) != 0
	}
	return c.distant[custodian(at, node)]
}

// lose takes from a node all that it holds; of a disk also the hints. What is looked through was stored since
// the node last lost everything, so that all losses together take no longer than all
// that was stored.
func (c *custodians) lose(node sim.NodeID, why sim.Why, stamp uint32) {
	for _, at := range c.shelf[node] {
		if c.holds(at, node) {
			c.discard(at, node, why, stamp)
		}
		for why == sim.Wiped && c.hinted[custodian(at, node)] > 0 {
			c.hint(at, node, why, stamp)
		}
	}
	c.shelf[node] = c.shelf[node][:0]
}

func (c *custodians) discard(at uint32, node sim.NodeID, why sim.Why, stamp uint32) {
	op := &c.ops[at]
	if why == sim.Resolved && op.resolved == 0 {
		op.resolved = stamp
	}
	if node < 64 {
		op.now &^= 1 << node
	} else if name := custodian(at, node); c.distant[name] {
		op.far--
		c.distant[name] = false
	}
	op.why = why
	op.empty(stamp)
}

// hint is of what a node states of a hint that it was given. Only one that it kept can
// go: one that it refused was never there.
func (c *custodians) hint(at uint32, node sim.NodeID, why sim.Why, stamp uint32) {
	op, name := &c.ops[at], custodian(at, node)
	switch why {
	case sim.Kept:
		op.hints++
		op.emptied = 0
		c.hinted[name]++
		c.shelf[node] = append(c.shelf[node], at)
		return
	case sim.Dropped, sim.Expired, sim.Wiped:
		if op.holders() > 0 || op.why != sim.Collected {
			op.why = why // a hint that outlived a tombstone that homes have collected was no loss
		}
	}
	if c.hinted[name] > 0 {
		c.hinted[name]--
		op.hints--
	}
	op.empty(stamp)
}

// empty notes that nobody holds the write any more.
func (op *custody) empty(stamp uint32) {
	if op.holders() == 0 && op.hints == 0 && op.reached() > 0 {
		op.emptied = stamp
	}
}

// cause is why a write is lost.
type cause uint8

const (
	unexplained cause = iota
	truncated
	resolved
	expired
	collected
	wiped
	unsynced
	dropped
	died
	neverReplicated
	leftOut
	hidden
	causesEnd
)

var causeNames = [causesEnd]string{
	"unexplained", "truncated", "resolved", "expired", "collected", "wiped",
	"unsynced", "dropped", "died", "never_replicated", "left_out", "hidden",
}

// causes counts losses by cause.
type causes struct {
	known bool // observations tell of copies at all
	count [causesEnd]int64
}

func (v *view) causes(ops []uint32) *causes {
	keep := v.custody()
	c := &causes{known: keep.stored}
	if !c.known {
		return c
	}
	for _, at := range ops {
		c.count[v.cause(at, &keep.ops[at])]++
	}
	return c
}

// cause is the last thing known of a lost write.
func (v *view) cause(at uint32, kept *custody) cause {
	if v.held(at) {
		return hidden
	}
	switch kept.why {
	case sim.Truncated:
		return truncated
	case sim.Resolved:
		return resolved
	case sim.Expired:
		return expired
	case sim.Collected:
		return collected
	case sim.Wiped:
		return wiped
	case sim.Unsynced:
		return unsynced
	case sim.Dropped:
		return dropped
	}
	switch {
	case v.keyOf(v.ops[at].Key).shape == shapeSet && v.firstChildren()[at] != forever:
		return leftOut
	case kept.reached() == 0:
		return unsynced // it was answered for from memory
	case kept.reached() == 1:
		return neverReplicated
	case kept.holders() > 0 && v.allDead(kept.now):
		return died
	}
	return unexplained
}

// held tells whether a live replica holds the write itself in the end.
func (v *view) held(at uint32) bool {
	id := v.ops[at].ID()
	for _, copy := range v.copiesOf(v.ops[at].Key) {
		for _, value := range copy.Values {
			if value.ID == id {
				return true
			}
		}
		for _, tombstone := range copy.Deletes {
			if tombstone == id {
				return true
			}
		}
	}
	return false
}

// allDead tells whether the nodes of a set will never come back.
func (v *view) allDead(nodes uint64) bool {
	for _, node := range v.run.Dead {
		if node < 64 {
			nodes &^= 1 << node
		}
	}
	return nodes == 0
}

// words lists the causes: " (3 truncated, 1 wiped)".
func (c *causes) words() string {
	var words []string
	for i, n := range c.count {
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, strings.ReplaceAll(causeNames[i], "_", " ")))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

func (c *causes) measures() []Measure {
	list := make([]Measure, 0, causesEnd)
	for i, n := range c.count {
		list = append(list, Measure{Name: "lost_writes_" + causeNames[i], Kind: Count, Count: n, Undefined: !c.known})
	}
	return list
}
