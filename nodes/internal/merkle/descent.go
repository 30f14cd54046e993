package merkle

import "slices"

// LevelCount is what a descent did on one level.
type LevelCount struct {
	Level     int
	Compared  int // hashes compared with the peer's
	Differing int // nodes whose hashes differ
	Descended int // differing nodes whose children were, or will be, compared; 0 on the leaves
}

// Descent finds the leaves in which two trees differ, level by level. It is kept
// by the replica that began it, and a step is one message there and one back,
// either
//
//	Ask   ->  Tree.Answer   ->  Take    the hashes come back, and are compared here
//	Offer ->  Tree.Compare  ->  Learn   the hashes go there, and are compared there
//
// A lost message is repaired by asking again; what comes twice or too late is
// refused. The peer keeps nothing. Replies of an earlier descent look like those of
// this one: messages must name theirs.
//
// The trees may change meanwhile. A leaf that differs all the time is found; one
// that changes may be missed or found in vain, which the next descent mends.
type Descent struct {
	tree      *Tree
	level     int
	pending   []uint32 // the level's nodes to compare
	compared  int      // how many of them were
	differing [][]uint32
	counts    []LevelCount
}

// Descend begins a descent at the root of the replica's own tree.
func Descend(own *Tree) *Descent {
	d := &Descent{tree: own}
	d.enter(0, []uint32{0})
	return d
}

// enter begins a level. The nodes are a slice of their own, for messages keep
// parts of it.
func (d *Descent) enter(level int, nodes []uint32) {
	d.level, d.pending, d.compared = level, nodes, 0
	d.differing = append(d.differing, nil)
	d.counts = append(d.counts, LevelCount{Level: level})
}

// Done tells whether nothing is left to compare.
func (d *Descent) Done() bool { return d.compared == len(d.pending) }

// Ask is the next question to the peer, about at most limit nodes; 0 is no limit.
// It asks the same again until a reply was taken, and must not be called when the
// descent is done.
func (d *Descent) Ask(limit int) Query {
	left := d.pending[d.compared:]
	if limit > 0 && limit < len(left) {
		left = left[:limit]
	}
	return Query{Level: d.level, First: d.compared, Nodes: slices.Clip(left)}
}

// Offer is Ask together with the replica's own hashes, for the peer to compare.
func (d *Descent) Offer(limit int) Offer {
	q := d.Ask(limit)
	return Offer{Query: q, Hashes: d.tree.Answer(q).Hashes}
}

// Take compares the peer's answer to Ask with the replica's own tree. It returns
// false, and does nothing, where the answer is not to what is pending.
func (d *Descent) Take(a Answer) bool {
	if !d.expects(a.Level, a.First, len(a.Hashes)) {
		return false
	}
	nodes := d.pending[a.First : a.First+len(a.Hashes)]
	d.learn(len(nodes), d.tree.unlike(a.Level, nodes, a.Hashes))
	return true
}

// Learn takes what the peer found when it compared an Offer. It returns false, and
// does nothing, where that is not about what is pending.
func (d *Descent) Learn(f Finding) bool {
	if !d.expects(f.Level, f.First, f.Compared) || !within(f.Differing, d.pending[f.First:f.First+f.Compared]) {
		return false
	}
	d.learn(f.Compared, f.Differing)
	return true
}

func (d *Descent) expects(level, first, count int) bool {
	return level == d.level && first == d.compared && count > 0 && count <= len(d.pending)-first
}

// within tells whether the nodes are some of the asked ones, in their order.
func within(nodes, asked []uint32) bool {
	for _, node := range nodes {
		place := slices.Index(asked, node)
		if place < 0 {
			return false
		}
		asked = asked[place+1:]
	}
	return true
}

func (d *Descent) learn(compared int, differing []uint32) {
	d.compared += compared
	d.differing[d.level] = append(d.differing[d.level], differing...)
	count := &d.counts[d.level]
	count.Compared += compared
	count.Differing += len(differing)
	if d.level == d.tree.shape.Depth {
		return
	}
	count.Descended = count.Differing
	if d.Done() && count.Differing > 0 {
		d.enter(d.level+1, d.children(d.differing[d.level]))
	}
}

func (d *Descent) children(nodes []uint32) []uint32 {
	fanout := uint32(d.tree.shape.Fanout)
	children := make([]uint32, 0, len(nodes)*int(fanout))
	for _, node := range nodes {
		for i := range fanout {
			children = append(children, node*fanout+i)
		}
	}
	return children
}

// Leaves is the leaves found to differ so far, in ascending order: all of them
// when the descent is done. The slice is the descent's own.
func (d *Descent) Leaves() []uint32 { return d.Differing(d.tree.shape.Depth) }

// Differing is the nodes of a level found to differ so far, in ascending order.
// The slice is the descent's own.
func (d *Descent) Differing(level int) []uint32 {
	if level >= len(d.differing) {
		return nil
	}
	return d.differing[level]
}

// Levels counts what was done on each level that was reached, from the root. The
// slice is the descent's own.
func (d *Descent) Levels() []LevelCount { return d.counts }

// Comparisons is how many hashes were compared: 1 where the trees are alike, and
// else one for the root and one for each child of a node that differs.
func (d *Descent) Comparisons() int {
	sum := 0
	for i := range d.counts {
		sum += d.counts[i].Compared
	}
	return sum
}
