//go:build !js

package etcdraft

import (
	"encoding/binary"

	"go.etcd.io/raft/v3/raftpb"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// Entries are the library's own inside the library, and [replog.Entry] on disk and on the wire. An
// op is its words; what the library itself put into an entry (a change of members) is bytes,
// kept in Body behind a word that tells their number and the entry's type.

// wordsOfOp is how many words an op is made of.
const wordsOfOp = 6

// entryBytes is about how large the library takes an entry to be.
const entryBytes = 8*wordsOfOp + 12

// opData is an op as the library carries it.
func opData(e *replog.Entry) []byte {
	data := make([]byte, 0, 8*wordsOfOp)
	for _, word := range [wordsOfOp]uint64{
		uint64(e.Op), uint64(e.Code) | uint64(e.Size)<<32, uint64(e.Key), uint64(e.Value.ID), uint64(e.Value.N), uint64(e.Expect),
	} {
		data = binary.LittleEndian.AppendUint64(data, word)
	}
	return data
}

// word is the i-th word of some bytes.
func word(data []byte, i int) uint64 { return binary.LittleEndian.Uint64(data[8*i:]) }

// taken is an entry as the library hands it over.
func taken(p *raftpb.Entry) replog.Entry {
	e := replog.Entry{Epoch: p.GetTerm()}
	data := p.GetData()
	switch {
	case p.GetType() != raftpb.EntryNormal:
		e.Body = packed(data, uint64(p.GetType()))
	case len(data) == 8*wordsOfOp:
		e.Op, e.Code, e.Size = sim.OpID(word(data, 0)), sim.Code(word(data, 1)), uint32(word(data, 1)>>32)
		e.Key, e.Value = sim.Key(word(data, 2)), sim.Value{ID: sim.OpID(word(data, 3)), N: int64(word(data, 4))}
		e.Expect = sim.OpID(word(data, 5))
	}
	return e
}

// given is an entry as the library wants it.
func given(e *replog.Entry, index uint64) *raftpb.Entry {
	p := &raftpb.Entry{Type: raftpb.EntryNormal.Enum(), Term: new(e.Epoch), Index: new(index)}
	switch {
	case e.Op != 0:
		p.Data = opData(e)
	case len(e.Body) > 0:
		p.Type = raftpb.EntryType(e.Body[0] >> 32).Enum()
		p.Data = unpacked(e.Body)
	}
	return p
}

// packed is bytes as words, behind one that tells how many bytes, and of which type.
func packed(data []byte, kind uint64) []uint64 {
	words := []uint64{uint64(len(data)) | kind<<32}
	for len(data) > 0 {
		var last [8]byte
		n := copy(last[:], data)
		words = append(words, binary.LittleEndian.Uint64(last[:]))
		data = data[n:]
	}
	return words
}

// unpacked reads what packed wrote.
func unpacked(words []uint64) []byte {
	n := int(uint32(words[0]))
	data := make([]byte, 0, n+8)
	for _, w := range words[1:] {
		data = binary.LittleEndian.AppendUint64(data, w)
	}
	return data[:min(n, len(data))]
}

// isChange tells whether an entry changes the members.
func isChange(e *replog.Entry) bool { return e.Op == 0 && len(e.Body) > 0 }
