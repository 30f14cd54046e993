//go:build linux

package bench

import (
	"simrun/sim"
	"simrun/sim/kernel"
)

// plainWorld is a trial in handlers that do nothing else: no versions, contexts,
// retries, time limits, ledger or facts.
func plainWorld() *kernel.World {
	return kernel.New(worldConfig(func(sim.NodeID) sim.Node { return &plainServer{} },
		func(number uint16) sim.Node { return &plainClient{number: number} }))
}

// plainMessage asks a server for an op, or answers it.
type plainMessage struct {
	op    sim.OpID
	key   sim.Key
	value sim.OpID
	time  uint64
	code  uint8
}

const (
	plainWrite uint8 = iota + 1
	plainWritten
	plainRead
	plainValue
)

func (m *plainMessage) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: m.code, Name: "plain"}
}
func (m *plainMessage) Subject() sim.Subject { return sim.OpSubject(m.op, 1) }
func (m *plainMessage) Encode(e *sim.Encoder) {
	e.Op("op", m.op)
	e.Uint("key", uint64(m.key))
	e.Op("value", m.value)
	e.Uint("time", m.time)
}

type plainServer struct {
	cells [trialKeys]plainMessage
	boxes []plainMessage
}

func (s *plainServer) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	q, cell := m.(*plainMessage), &s.cells[m.(*plainMessage).key]
	if q.code == plainWrite && q.time >= cell.time {
		*cell = *q
	}
	if len(s.boxes) == 0 {
		s.boxes = make([]plainMessage, 64)
	}
	reply := &s.boxes[0]
	s.boxes = s.boxes[1:]
	*reply = *cell
	reply.op, reply.code = q.op, q.code+1
	env.Send(from, reply)
}

func (s *plainServer) Start(*sim.Env)              {}
func (s *plainServer) Timeout(*sim.Env, sim.Timer) {}
func (s *plainServer) Synced(*sim.Env, sim.Sync)   {}

// plainClient does a trial at a time.
type plainClient struct {
	number uint16
	trial  uint32
	op     sim.OpID
	key    sim.Key
	got    int
	newest plainMessage
	values []sim.Value
}

func (c *plainClient) Start(env *sim.Env) { env.After(every, sim.Timer{Kind: 1}) }

func (c *plainClient) Timeout(env *sim.Env, t sim.Timer) {
	if t.Kind != 1 {
		return
	}
	env.After(every, sim.Timer{Kind: 1})
	if c.op == 0 {
		c.trial++
		c.key = sim.Key((c.trial*askers + uint32(c.number)) % trialKeys)
		c.ask(env, 2*c.trial-1, sim.Put, plainWrite)
	}
}

func (c *plainClient) ask(env *sim.Env, number uint32, code sim.Code, ask uint8) {
	c.op, c.got, c.newest = sim.NewOpID(c.number, number), 0, plainMessage{}
	m := &plainMessage{op: c.op, key: c.key, code: ask}
	call := sim.Call{Op: c.op, Code: code, Key: c.key}
	if code == sim.Put {
		m.value, m.time, call.Value = c.op, uint64(env.Wall()), sim.Value{ID: c.op}
	}
	env.Begin(call)
	for to := sim.NodeID(1); to <= replicas; to++ {
		env.Send(to, m)
	}
}

func (c *plainClient) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	answer := m.(*plainMessage)
	if answer.op != c.op {
		return // late
	}
	if answer.time >= c.newest.time {
		c.newest = *answer
	}
	if c.got++; c.got < quorum {
		return
	}
	r := sim.Result{Op: c.op, Outcome: sim.OK, Served: from}
	c.op = 0
	if answer.code == plainWritten {
		env.End(r)
		c.ask(env, 2*c.trial, sim.Get, plainRead)
		return
	}
	c.values = append(c.values[:0], sim.Value{ID: c.newest.value})
	r.Values = c.values
	env.End(r)
}

func (c *plainClient) Synced(*sim.Env, sim.Sync) {}
