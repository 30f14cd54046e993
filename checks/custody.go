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
}

// custody is gathered once.
func (v *view) custody() *custodians {
	if v.kept != nil {
		return v.kept
	}
	v.kept = &custodians{ops: make([]custody, len(v.ops)), distant: map[uint64]bool{}}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Stored && seen.Fact != sim.Discarded && seen.Fact != sim.Hint {
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
			v.kept.ops[at].hint(seen.Why, seen.Stamp)
		}
	}
	return v.kept
}

func (c *custodians) store(at uint32, node sim.NodeID, when time.Duration) {
	op := &c.ops[at]
	op.emptied = 0
	if node < 64 {
		if op.ever&(1<<node) == 0 {
			op.spread = when
		}
		op.now, op.ever = op.now|1<<node, op.ever|1<<node
		return
	}
	name := uint64(at)<<16 | uint64(node)
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

func (c *custodians) discard(at uint32, node sim.NodeID, why sim.Why, stamp uint32) {
	op := &c.ops[at]
	if why == sim.Resolved && op.resolved == 0 {
		op.resolved = stamp
	}
	if node < 64 {
		op.now &^= 1 << node
	} else if name := uint64(at)<<16 | uint64(node); c.distant[name] {
		op.far--
		c.distant[name] = false
	}
	op.why = why
	op.empty(stamp)
}

func (op *custody) hint(why sim.Why, stamp uint32) {
	switch why {
	case sim.Kept:
		op.hints++
		op.emptied = 0
		return
	case sim.Dropped, sim.Expired:
		if op.holders() > 0 || op.why != sim.Collected {
			op.why = why // a hint that outlived a tombstone that homes have collected was no loss
		}
	}
	op.hints = max(op.hints-1, 0)
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
	case kept.reached() <= 1:
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
