package merkle

import "simrun/sim"

// Query asks for the hashes of some nodes of one level.
type Query struct {
	Level int
	First int // how many nodes of the level were compared before these
	Nodes []uint32
}

// Answer is the hashes that a Query asked for, in its order.
type Answer struct {
	Level  int
	First  int
	Hashes []uint64
}

// Offer is the hashes of some nodes of one level, to be compared by the peer.
type Offer struct {
	Query
	Hashes []uint64
}

// Finding is which nodes of an Offer differ.
type Finding struct {
	Level     int
	First     int
	Compared  int
	Differing []uint32 // in the Offer's order
}

// Answer looks up the hashes that a peer asked for. The peer's tree must have the
// same shape.
func (t *Tree) Answer(q Query) Answer {
	hashes := make([]uint64, len(q.Nodes))
	for i, node := range q.Nodes {
		hashes[i] = t.Hash(q.Level, int(node))
	}
	return Answer{Level: q.Level, First: q.First, Hashes: hashes}
}

// Compare finds which of the hashes that a peer offers differ from the tree's. The
// peer's tree must have the same shape.
func (t *Tree) Compare(o Offer) Finding {
	return Finding{
		Level: o.Level, First: o.First, Compared: len(o.Nodes),
		Differing: t.unlike(o.Level, o.Nodes, o.Hashes),
	}
}

// unlike picks the nodes of a level whose hashes are not the given ones.
func (t *Tree) unlike(level int, nodes []uint32, hashes []uint64) []uint32 {
	var differing []uint32
	for i, node := range nodes {
		if t.Hash(level, int(node)) != hashes[i] {
			differing = append(differing, node)
		}
	}
	return differing
}

// Encode lists the query.
func (q *Query) Encode(e *sim.Encoder) {
	encodePlace(e, q.Level, q.First, len(q.Nodes))
	encodeNodes(e, q.Nodes)
}

// Encode lists the answer.
func (a *Answer) Encode(e *sim.Encoder) {
	encodePlace(e, a.Level, a.First, len(a.Hashes))
	encodeHashes(e, a.Hashes)
}

// Encode lists the offer.
func (o *Offer) Encode(e *sim.Encoder) {
	o.Query.Encode(e)
	encodeHashes(e, o.Hashes)
}

// Encode lists the finding.
func (f *Finding) Encode(e *sim.Encoder) {
	encodePlace(e, f.Level, f.First, f.Compared)
	e.Uint("differing", uint64(len(f.Differing)))
	encodeNodes(e, f.Differing)
}

func encodePlace(e *sim.Encoder, level, first, nodes int) {
	e.Uint("level", uint64(level))
	e.Uint("first", uint64(first))
	e.Uint("nodes", uint64(nodes))
}

func encodeNodes(e *sim.Encoder, nodes []uint32) {
	for _, node := range nodes {
		e.Uint("node", uint64(node))
	}
}

func encodeHashes(e *sim.Encoder, hashes []uint64) {
	for _, hash := range hashes {
		e.Uint("hash", hash)
	}
}
