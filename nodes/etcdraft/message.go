//go:build !js

package etcdraft

import (
	"encoding/binary"

	"go.etcd.io/raft/v3/raftpb"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the message kinds: the library's from codeWire on, in the order of its own types.
const (
	codeJoin = kv.FirstCode + iota
	codeLeave
	codeGone
	codeImage
	codeConfirm
	codeWire
)

// about is the subject that a message names.
type about sim.Subject

// Subject implements sim.Message.
func (a about) Subject() sim.Subject { return sim.Subject(a) }

// wire is a message of the library's, as plain data.
type wire struct {
	about
	Type     raftpb.MessageType
	To, From uint64 // the library's numbers
	Term     uint64
	Prev     replog.Position // the library's index and log term
	Commit   uint64
	Round    uint64 // of heartbeats: the reads that it confirms
	Hint     uint64 // of a refusal: where the logs may meet
	Reject   bool
	Forced   bool   // a campaign that the leader asked for
	Read     uint64 // the read that asks for an index
	Entries  []replog.Entry
}

// Kind implements sim.Message.
func (m *wire) Kind() sim.Kind {
	class, code, name := sim.Control, codeWire+uint8(m.Type), "other"
	switch m.Type {
	case raftpb.MsgApp:
		class, name = sim.Replicate, "append"
	case raftpb.MsgAppResp:
		class, name = sim.Replicate, "appended"
	case raftpb.MsgHeartbeat:
		name = "beat"
		if m.Round > 0 {
			code, name = codeConfirm, "confirm"
		}
	case raftpb.MsgHeartbeatResp:
		name = "beaten"
	case raftpb.MsgPreVote, raftpb.MsgVote:
		name = "ask"
	case raftpb.MsgPreVoteResp, raftpb.MsgVoteResp:
		name = "vote"
	case raftpb.MsgTimeoutNow:
		name = "timeout-now"
	case raftpb.MsgReadIndex:
		name = "read-ask"
	case raftpb.MsgReadIndexResp:
		name = "read-index"
	}
	return sim.Kind{Class: class, Code: code, Name: name}
}

// Encode implements sim.Message.
func (m *wire) Encode(e *sim.Encoder) {
	e.Uint("type", uint64(m.Type))
	e.Uint("to", m.To)
	e.Uint("from", m.From)
	e.Uint("term", m.Term)
	m.Prev.Encode(e)
	e.Uint("commit", m.Commit)
	e.Uint("round", m.Round)
	e.Uint("hint", m.Hint)
	e.Bool("reject", m.Reject)
	e.Bool("forced", m.Forced)
	e.Uint("read", m.Read)
	replog.EncodeAll(e, m.Entries)
}

// campaignTransfer is the context of a vote that the leader asked for, which is no secret of the library's:
// it is compared there by its text.
const campaignTransfer = "CampaignTransfer"

// packedMessage is a message of the library's as plain data.
func packedMessage(p *raftpb.Message, subject about) *wire {
	m := &wire{
		about: subject, Type: p.GetType(), To: p.GetTo(), From: p.GetFrom(), Term: p.GetTerm(),
		Prev: replog.Position{Epoch: p.GetLogTerm(), Index: p.GetIndex()}, Commit: p.GetCommit(),
		Hint: p.GetRejectHint(), Reject: p.GetReject(), Forced: string(p.GetContext()) == campaignTransfer,
	}
	switch m.Type {
	case raftpb.MsgHeartbeat, raftpb.MsgHeartbeatResp:
		if len(p.GetContext()) == 8 {
			m.Round = binary.LittleEndian.Uint64(p.GetContext())
		}
	case raftpb.MsgReadIndex, raftpb.MsgReadIndexResp:
		m.Read = word(p.GetEntries()[0].GetData(), 0)
	default:
		for _, e := range p.GetEntries() {
			m.Entries = append(m.Entries, taken(e))
		}
	}
	return m
}

// unpack is the message as the library wants it.
func (m *wire) unpack() *raftpb.Message {
	p := &raftpb.Message{
		Type: m.Type.Enum(), To: new(m.To), From: new(m.From), Term: new(m.Term), LogTerm: new(m.Prev.Epoch), Index: new(m.Prev.Index),
		Commit: new(m.Commit), Reject: new(m.Reject), RejectHint: new(m.Hint),
	}
	switch {
	case m.Type == raftpb.MsgReadIndex || m.Type == raftpb.MsgReadIndexResp:
		p.Entries = []*raftpb.Entry{{Data: binary.LittleEndian.AppendUint64(nil, m.Read)}}
	case m.Forced:
		p.Context = []byte(campaignTransfer)
	case m.Round > 0:
		p.Context = binary.LittleEndian.AppendUint64(nil, m.Round)
	}
	for i := range m.Entries {
		p.Entries = append(p.Entries, given(&m.Entries[i], m.Prev.Index+uint64(i)+1))
	}
	return p
}

// image hands over a snapshot: the library's message, and what it stands for.
type image struct {
	about
	To, From, Term uint64
	Image          machine.Image
	Members        members
	MembersAt      replog.Position
}

// Kind implements sim.Message.
func (*image) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeImage, Name: "snapshot"}
}

// Encode implements sim.Message.
func (m *image) Encode(e *sim.Encoder) {
	e.Uint("to", m.To)
	e.Uint("from", m.From)
	e.Uint("term", m.Term)
	m.Image.Encode(e)
	m.Members.Encode(e)
	m.MembersAt.Encode(e)
}

// unpack is the message as the library wants it.
func (m *image) unpack() *raftpb.Message {
	return &raftpb.Message{
		Type: raftpb.MsgSnap.Enum(), To: new(m.To), From: new(m.From), Term: new(m.Term),
		Snapshot: described(m.Image.At, &m.Members),
	}
}

// join is a server's wish to be a voter under a number.
type join struct {
	about
	Number  uint64
	Instead sim.NodeID // whose place it takes, Nobody if nobody's
}

// Kind implements sim.Message.
func (*join) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeJoin, Name: "join"} }

// Encode implements sim.Message.
func (m *join) Encode(e *sim.Encoder) {
	e.Uint("number", m.Number)
	e.Uint("instead", uint64(m.Instead))
}

// leave is a server's wish to be no member any more.
type leave struct {
	about
	Number uint64
}

// Kind implements sim.Message.
func (*leave) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeLeave, Name: "leave"} }

// Encode implements sim.Message.
func (m *leave) Encode(e *sim.Encoder) { e.Uint("number", m.Number) }

// gone tells a server that it is no member as of a place in the log.
type gone struct {
	about
	Number, Index uint64
}

// Kind implements sim.Message.
func (*gone) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeGone, Name: "gone"} }

// Encode implements sim.Message.
func (m *gone) Encode(e *sim.Encoder) {
	e.Uint("number", m.Number)
	e.Uint("index", m.Index)
}
