package kv

import "simrun/sim"

// Codes of the client language's message kinds. Protocols number theirs from
// FirstCode in their own classes.
const (
	codeRequest = iota + 1
	codeReply
	FirstCode
)

// Request asks a node to do one op. A retry is the same op with a higher Attempt.
type Request struct {
	Op      sim.OpID
	Attempt uint8
	Code    sim.Code
	Read    ReadPath // how a get is to be served
	Key     sim.Key
	Value   sim.Value
	Expect  sim.OpID // compare-and-set: the version that must be current
	Context Context  // versions that the write replaces, as an earlier reply gave them
	Parents []sim.OpID
	Token   Token  // the reply must not be older than this
	Epoch   uint64 // the newest that the client has heard of, where clients fence; else 0
	Size    uint32
}

// ReadPath says from where a get may be served. Protocols document which they
// serve; an unknown one is answered by the protocol's strongest.
type ReadPath uint8

// The read paths common to protocols.
const (
	Strongest ReadPath = iota // the strongest that the protocol's ordinary configuration has
	AtLeader                  // from the node that leads, without asking others
	AtReplica                 // from the node asked, whoever it is
)

// Kind implements sim.Message.
func (r *Request) Kind() sim.Kind {
	return sim.Kind{Class: sim.Client, Code: codeRequest, Name: "request"}
}

// Subject implements sim.Message.
func (r *Request) Subject() sim.Subject { return sim.OpSubject(r.Op, r.Attempt) }

// Encode implements sim.Message.
func (r *Request) Encode(e *sim.Encoder) {
	e.Op("op", r.Op)
	e.Uint("attempt", uint64(r.Attempt)|uint64(r.Code)<<8|uint64(r.Read)<<16)
	e.Uint("key", uint64(r.Key))
	e.Value("value", r.Value)
	e.Op("expect", r.Expect)
	r.Context.Encode(e)
	e.Ops("parents", r.Parents)
	r.Token.Encode(e)
	if r.Epoch > 0 {
		e.Uint("heard", r.Epoch)
	}
	e.Pad(int(r.Size))
}

// Reply answers one attempt at an op.
type Reply struct {
	Op      sim.OpID
	Attempt uint8
	Outcome sim.Outcome // OK, Fail (it certainly did not happen) or Unknown
	Error   sim.Error
	Values  []sim.Value // of a get; of a refused compare-and-set, what is current
	Context Context     // to be handed back with a write that replaces these versions
	Token   Token       // of the state that this reply shows or made
	Leader  sim.NodeID  // NotLeader: who is believed to lead; Nobody if unknown
	Epoch   uint64      // that the sender obeys, where clients fence; else 0
	Size    uint32
}

// Kind implements sim.Message.
func (r *Reply) Kind() sim.Kind { return sim.Kind{Class: sim.Client, Code: codeReply, Name: "reply"} }

// Subject implements sim.Message.
func (r *Reply) Subject() sim.Subject { return sim.OpSubject(r.Op, r.Attempt) }

// Encode implements sim.Message.
func (r *Reply) Encode(e *sim.Encoder) {
	e.Op("op", r.Op)
	e.Uint("attempt", uint64(r.Attempt)|uint64(r.Outcome)<<8|uint64(r.Error)<<16)
	e.Values("values", r.Values)
	r.Context.Encode(e)
	r.Token.Encode(e)
	e.Uint("leader", uint64(r.Leader))
	if r.Epoch > 0 {
		e.Uint("obeys", r.Epoch)
	}
	e.Pad(int(r.Size))
}
