package dynamo

import (
	"simrun/nodes/internal/merkle"
	"simrun/sim"
)

// turn is what the messages of one exchange have in common.
type turn struct {
	Exchange uint64 // of who began it: the actor of its life above, a count below
	Range    uint64 // the name of the key range
}

// Subject implements sim.Message.
func (t *turn) Subject() sim.Subject { return sim.NumberSubject(t.Exchange) }

func (t *turn) encode(e *sim.Encoder) {
	e.Uint("exchange", t.Exchange)
	e.Uint("range", t.Range)
}

// treeAsk asks for hashes of a tree: named tree-ask.
type treeAsk struct {
	turn
	Query merkle.Query
}

// Kind implements sim.Message.
func (m *treeAsk) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeTreeAsk, Name: "tree-ask"}
}

// Encode implements sim.Message.
func (m *treeAsk) Encode(e *sim.Encoder) {
	m.encode(e)
	m.Query.Encode(e)
}

// treeHashes answers it: named tree-hashes.
type treeHashes struct {
	turn
	Answer merkle.Answer
}

// Kind implements sim.Message.
func (m *treeHashes) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeTreeHashes, Name: "tree-hashes"}
}

// Encode implements sim.Message.
func (m *treeHashes) Encode(e *sim.Encoder) {
	m.encode(e)
	m.Answer.Encode(e)
}

// span is leaves that stand side by side.
type span struct{ First, Last uint32 }

// stream hands over everything that the sender holds in some leaves or, under
// anti_entropy: log, some of what it has appended to its log.
type stream struct {
	turn
	Batch  uint64 // counts the streams of an exchange
	By     sim.Why
	Leaves []span
	Cells  []kept
}

// Kind implements sim.Message.
func (m *stream) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeStream, Name: "stream"}
}

// Encode implements sim.Message.
func (m *stream) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("batch", m.Batch)
	e.Uint("by", uint64(m.By))
	e.Uint("spans", uint64(len(m.Leaves)))
	for _, s := range m.Leaves {
		e.Uint("first", uint64(s.First))
		e.Uint("last", uint64(s.Last))
	}
	encodeCells(e, m.Cells)
}

// streamed tells that a stream is stored, and hands back what its sender lacks of the
// same leaves.
type streamed struct {
	turn
	Batch uint64
	By    sim.Why
	Cells []kept
}

// Kind implements sim.Message.
func (m *streamed) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeStreamed, Name: "streamed"}
}

// Encode implements sim.Message.
func (m *streamed) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("batch", m.Batch)
	e.Uint("by", uint64(m.By))
	encodeCells(e, m.Cells)
}

func encodeCells(e *sim.Encoder, cells []kept) {
	e.Uint("cells", uint64(len(cells)))
	for i := range cells {
		cells[i].Encode(e)
	}
}

// Encode lists one key. A stream's keys that brought something new are records, too.
func (k *kept) Encode(e *sim.Encoder) {
	e.Uint("key", uint64(k.Key))
	k.Set.Encode(e)
}

// Damaged implements sim.Damager.
func (k *kept) Damaged(word uint64) sim.Record {
	return &kept{Key: k.Key, Set: damaged(k.Set, word)}
}
