package merkle

import (
	"math/bits"

	"simrun/nodes/internal/ring"
	"simrun/sim"
)

// Absent is the print of a key that the replica does not hold.
const Absent = 0

// Tree is the hashes of what a replica holds in a range. Which prints it was told
// decides it, never in what order. Hashes above the leaves are computed when
// somebody asks for them.
type Tree struct {
	plan
	starts []int    // where each level begins in hashes
	hashes []uint64 // level by level: the children of i are i*fanout+1 to i*fanout+fanout
	stale  []bool   // of the nodes above the leaves; whoever is stale has stale ancestors
	hashed uint64
}

// New makes the tree of a replica that holds nothing. It panics where
// Shape.Check refuses the shape.
func New(shape Shape) *Tree {
	t := &Tree{plan: planned(shape)}
	nodes := 0
	for level := range shape.Depth + 1 {
		t.starts = append(t.starts, nodes)
		nodes += shape.Nodes(level)
	}
	t.hashes = make([]uint64, nodes)
	t.stale = make([]bool, t.starts[shape.Depth])
	return t
}

// Set says that a key's print was old and is now another; Absent means that the
// replica did not, or does not, hold the key. A print is the caller's fingerprint
// of all the versions of the key; the old one must be what the tree was told last.
// It costs at most Depth steps.
func (t *Tree) Set(key sim.Key, old, now uint64) {
	at := Position(key)
	node := t.starts[t.shape.Depth] + t.leafAt(key, at)
	t.hashes[node] += share(at, now) - share(at, old)
	for node > 0 {
		node = (node - 1) / t.shape.Fanout
		if t.stale[node] {
			return
		}
		t.stale[node] = true
	}
}

// Remove says that the replica no longer holds a key whose print was old.
func (t *Tree) Remove(key sim.Key, old uint64) { t.Set(key, old, Absent) }

// share is what a key adds to its leaf. Sums, unlike exclusive-or, do not forget
// two equal shares. The halves of one addend change places because at is mixed from
// the key as the other is from the print: else key 0 with print 2 would be key 1
// with print 1.
func share(at, print uint64) uint64 {
	if print == Absent {
		return 0
	}
	return ring.Mix(at + bits.RotateLeft64(ring.Mix(print), 32))
}

// Clear forgets every key.
func (t *Tree) Clear() {
	clear(t.hashes)
	clear(t.stale)
}

// Root is the hash of the whole tree; 0 where it holds no key.
func (t *Tree) Root() uint64 { return t.Hash(0, 0) }

// Hash is the hash of a node of a level; 0 where no key stands under it. It first
// hashes again what changed under the node.
func (t *Tree) Hash(level, node int) uint64 {
	i := t.starts[level] + node
	t.refresh(i)
	return t.hashes[i]
}

func (t *Tree) refresh(node int) {
	if node >= len(t.stale) || !t.stale[node] {
		return
	}
	first := node*t.shape.Fanout + 1
	hash, content := uint64(0), uint64(0)
	for child := first; child < first+t.shape.Fanout; child++ {
		t.refresh(child)
		content |= t.hashes[child]
		hash = ring.Mix(hash ^ t.hashes[child])
	}
	if content == 0 {
		hash = 0 // so that an empty tree is all zeros and costs nothing to make
	}
	t.hashes[node] = hash
	t.stale[node] = false
	t.hashed++
}

// Hashed is how many nodes above the leaves were hashed so far, each from its
// Fanout children: what rebuilding has cost.
func (t *Tree) Hashed() uint64 { return t.hashed }
