// Package histories builds literal records for the tests of judges: ops and
// observations with the stamps at which they happened. A stamp is a millisecond.
package histories

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// Builder gathers the ops and observations of one run.
type Builder struct {
	run record.Run
	ops []*Op
	// numbers counts each client's ops.
	numbers map[uint16]uint32
}

// Op is one op under construction; its methods change it and return it.
type Op struct {
	ID       sim.OpID
	call     sim.Call
	result   sim.Result
	from, to uint32
	warmUp   bool
}

// New begins a run with nodes n1 to n-nodes, which have the first numbers.
func New(nodes int) *Builder {
	b := &Builder{numbers: map[uint16]uint32{}}
	b.run.Names, b.run.Places, b.run.IsClient = []string{""}, []string{""}, []bool{false}
	for i := 1; i <= nodes; i++ {
		b.run.Names = append(b.run.Names, fmt.Sprintf("n%d", i))
		b.run.Places, b.run.IsClient = append(b.run.Places, ""), append(b.run.IsClient, false)
	}
	return b
}

func (b *Builder) op(client uint16, code sim.Code, key sim.Key, from, to uint32) *Op {
	b.numbers[client]++
	id := sim.NewOpID(client, b.numbers[client])
	op := &Op{ID: id, from: from, to: to}
	op.call = sim.Call{Op: id, Code: code, Key: key, Session: 1, Value: sim.Value{ID: id}}
	op.result = sim.Result{Op: id, Outcome: sim.OK}
	b.ops = append(b.ops, op)
	return op
}

// Put is a successful write that begins and ends at two stamps.
func (b *Builder) Put(client uint16, key sim.Key, from, to uint32, parents ...*Op) *Op {
	op := b.op(client, sim.Put, key, from, to)
	op.call.Parents = identities(parents)
	return op
}

// CAS is a successful compare-and-set that expected some versions.
func (b *Builder) CAS(client uint16, key sim.Key, from, to uint32, expected ...*Op) *Op {
	op := b.Put(client, key, from, to, expected...)
	op.call.Code = sim.CAS
	return op
}

// Delete is a successful delete.
func (b *Builder) Delete(client uint16, key sim.Key, from, to uint32, parents ...*Op) *Op {
	op := b.Put(client, key, from, to, parents...)
	op.call.Code = sim.Delete
	return op
}

// Add adds an element to a set, or an amount to a counter.
func (b *Builder) Add(client uint16, key sim.Key, from, to uint32, n int64) *Op {
	op := b.op(client, sim.Add, key, from, to)
	op.call.Value.N = n
	return op
}

// Remove removes an element from a set, or an amount from a counter.
func (b *Builder) Remove(client uint16, key sim.Key, from, to uint32, n int64) *Op {
	op := b.Add(client, key, from, to, n)
	op.call.Code = sim.Remove
	return op
}

// Execute is a successful command of the store's own language.
func (b *Builder) Execute(client uint16, row sim.Key, from, to uint32, packed int64) *Op {
	op := b.op(client, sim.Execute, row, from, to)
	op.call.Value.N = packed
	return op
}

// Get is a successful read that returned what some writes wrote.
func (b *Builder) Get(client uint16, key sim.Key, from, to uint32, values ...*Op) *Op {
	op := b.op(client, sim.Get, key, from, to)
	op.call.Value = sim.Value{}
	return op.Got(values...)
}

// Got makes a read return what some writes wrote.
func (o *Op) Got(values ...*Op) *Op {
	o.result.Values = nil
	for _, value := range values {
		o.result.Values = append(o.result.Values, value.call.Value)
	}
	return o
}

// Total makes a read return one number without a writer.
func (o *Op) Total(n int64) *Op {
	o.result.Values = []sim.Value{{N: n}}
	return o
}

// On makes a write carry versions that it was made from.
func (o *Op) On(parents ...*Op) *Op {
	o.call.Parents = identities(parents)
	return o
}

// Saying gives a write the application's integer.
func (o *Op) Saying(n int64) *Op {
	o.call.Value.N = n
	return o
}

// Unknown makes the op time out.
func (o *Op) Unknown() *Op {
	o.result.Outcome, o.result.Error = sim.Unknown, sim.TimedOut
	return o
}

// Pending takes the op's end away.
func (o *Op) Pending() *Op {
	o.result.Outcome = sim.Pending
	return o
}

// Failed makes the op fail with a definite error.
func (o *Op) Failed(why sim.Error) *Op {
	o.result.Outcome, o.result.Error = sim.Fail, why
	return o
}

// Final makes it a final read.
func (o *Op) Final() *Op {
	o.call.Final = true
	return o
}

// WarmUp makes it an op of the warm-up.
func (o *Op) WarmUp() *Op {
	o.warmUp = true
	return o
}

// Session puts the op into another session than 1.
func (o *Op) Session(session uint32) *Op {
	o.call.Session = session
	return o
}

// From tells which node answered.
func (o *Op) From(node sim.NodeID) *Op {
	o.result.Served = node
	return o
}

func identities(ops []*Op) []sim.OpID {
	var ids []sim.OpID
	for _, op := range ops {
		ids = append(ids, op.ID)
	}
	return ids
}

// State makes a node state a fact at a stamp, in its first life.
func (b *Builder) State(stamp uint32, node sim.NodeID, fact sim.Observation) *Builder {
	return b.StateIn(1, stamp, node, fact)
}

// StateIn makes a node state a fact in one of its lives.
func (b *Builder) StateIn(life, stamp uint32, node sim.NodeID, fact sim.Observation) *Builder {
	b.run.Observations = append(b.run.Observations,
		record.Observation{Observation: fact, At: at(stamp), Stamp: stamp, Life: life, Node: node})
	return b
}

// Apply states that a node applied an op's slot, and what that left of a key.
func (b *Builder) Apply(stamp uint32, node sim.NodeID, slot uint64, op *Op, key sim.Key, print uint64) *Builder {
	return b.State(stamp, node, sim.Observation{Fact: sim.Applied, Op: op.ID, Key: key, A: slot, C: print})
}

// Reach states a node's fingerprint as of a slot.
func (b *Builder) Reach(stamp uint32, node sim.NodeID, slot, covers, print uint64) *Builder {
	return b.State(stamp, node, sim.Observation{Fact: sim.Replica, A: slot, B: covers, C: print})
}

// Break is a fault on a node between two stamps.
func (b *Builder) Break(node sim.NodeID, injected, healed uint32) *Builder {
	b.run.Faults = append(b.run.Faults, record.Fault{Name: "crash", Stamp: injected, Injected: at(injected), Healed: at(healed), Targets: []sim.NodeID{node}})
	return b
}

// Place states the place of a write in its key's order.
func (b *Builder) Place(stamp uint32, node sim.NodeID, op *Op, major, minor uint64) *Builder {
	return b.State(stamp, node, sim.Observation{Fact: sim.Placed, Op: op.ID, Key: op.call.Key, A: major, B: minor})
}

// Tell states a fact about a write that has no numbers.
func (b *Builder) Tell(stamp uint32, node sim.NodeID, fact sim.Fact, why sim.Why, op *Op) *Builder {
	return b.State(stamp, node, sim.Observation{Fact: fact, Why: why, Op: op.ID, Key: op.call.Key})
}

// Hold makes a replica hold some writes of a key in the end; deletes are held as
// tombstones.
func (b *Builder) Hold(node sim.NodeID, key sim.Key, held ...*Op) *Builder {
	copy := record.Copy{Node: node, Copy: sim.Copy{Key: key}}
	for _, op := range held {
		if op.call.Code == sim.Delete {
			copy.Deletes = append(copy.Deletes, op.ID)
			continue
		}
		copy.Values = append(copy.Values, op.call.Value)
	}
	b.run.Copies = append(b.run.Copies, copy)
	return b
}

// Lack says that a replica should hold a key in the end, and holds nothing.
func (b *Builder) Lack(node sim.NodeID, key sim.Key) *Builder {
	b.run.Lacks = append(b.run.Lacks, record.Lack{Key: key, Node: node})
	return b
}

// Phases says when the phases of the run ended.
func (b *Builder) Phases(p record.Phases) *Builder {
	b.run.Phases = p
	return b
}

// Die makes a node one that never came back.
func (b *Builder) Die(node sim.NodeID) *Builder {
	b.run.Dead = append(b.run.Dead, node)
	return b
}

// Run is the record.
func (b *Builder) Run() *record.Run {
	slices.SortStableFunc(b.ops, func(x, y *Op) int { return cmp.Compare(x.from, y.from) })
	slices.SortStableFunc(b.run.Observations, func(x, y record.Observation) int { return cmp.Compare(x.Stamp, y.Stamp) })
	b.run.History = record.History{}
	h := &b.run.History
	for _, op := range b.ops {
		h.Begin(&op.call, op.from, at(op.from))
		h.Ops[len(h.Ops)-1].Flags |= op.flags()
	}
	for _, op := range b.ops {
		if op.result.Outcome != sim.Pending {
			h.End(&op.result, op.to, at(op.to))
		}
	}
	return &b.run
}

func (o *Op) flags() (flags record.Flag) {
	if o.warmUp {
		flags |= record.WarmUp
	}
	return flags
}

func at(stamp uint32) time.Duration { return time.Duration(stamp) * time.Millisecond }
