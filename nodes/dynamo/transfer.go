package dynamo

import (
	"slices"
	"time"

	"simrun/sim"
)

// This file is how a new home is given what it is to hold. It asks the old homes, a
// batch of keys at a time, for what each is the source of; writes what it is given to
// its disk; and remembers there how far it has come, so that a crash costs one batch.
// Everything may be asked for twice. Sources answer only once they have the version on
// their disk: by then they refuse the writes of older ones, and what they hand over
// lacks none of those that they acknowledged.

// fill is how a transfer goes on.
type fill struct {
	due    []time.Duration // by source: when it is asked again
	tries  []int
	begins int // how often it began anew
}

// fetchTries is how often a source may be silent before others make up for it.
const fetchTries = 3

// longestPatience is how often the time until a source is asked again is doubled.
const longestPatience = 10

// beginFill asks for what the present change makes the node hold, or goes on with it.
func (m *membership) beginFill(env *sim.Env) {
	if m.Config.Step == steady || m.Fill.Done {
		return
	}
	if len(m.Fill.Sources) == 0 {
		list, enough := m.sourcesOf(m.Fill.Without)
		for _, id := range list {
			m.Fill.Sources = append(m.Fill.Sources, source{Node: id})
		}
		m.Fill.Done = enough && len(list) == 0 // nobody is to be asked
	}
	n := len(m.Fill.Sources)
	m.fill = fill{due: make([]time.Duration, n), tries: make([]int, n), begins: m.fill.begins}
	m.askSources(env)
}

// sourcesOf are all sources of what the node gains, without some that are given up, and
// whether they make up for those.
func (m *membership) sourcesOf(without []sim.NodeID) (list []sim.NodeID, enough bool) {
	for i := range m.arcs {
		a := &m.arcs[i]
		if !a.gains(m.self) {
			continue
		}
		some, enough := m.plan.sources(a.old, m.Config.Gone, without)
		if !enough {
			return nil, false
		}
		for _, id := range some {
			if place(list, id) < 0 {
				list = append(list, id)
			}
		}
	}
	return list, true
}

// askSources asks the sources whose time has come. One that has been silent for too
// long is given up, if that is possible.
func (m *membership) askSources(env *sim.Env) {
	if m.Config.Step == steady || m.Fill.Done {
		return
	}
	for i := range m.Fill.Sources {
		s := &m.Fill.Sources[i]
		if s.Done || m.fill.due[i] > env.Now() {
			continue
		}
		if m.fill.tries[i] >= fetchTries && m.giveUp(env, s.Node) {
			return
		}
		m.fill.tries[i]++
		m.ask(env, i)
	}
}

// ask asks one source for its next batch.
func (m *membership) ask(env *sim.Env, i int) {
	s := &m.Fill.Sources[i]
	m.fill.due[i] = env.Now() + m.plan.suspectAfter<<min(m.fill.begins, longestPatience)
	env.Send(s.Node, &fetch{Version: m.changing(), From: s.After, Without: m.Fill.Without})
}

// giveUp begins anew without a source, or, where that does not do, with those that
// were given up before. Other sources have to make up for it, from the first key on. It
// has more patience each time: else it would go round for ever where answers take long.
func (m *membership) giveUp(env *sim.Env, source sim.NodeID) bool {
	without := append(slices.Clone(m.Fill.Without), source)
	if _, enough := m.sourcesOf(without); !enough {
		if len(m.Fill.Without) == 0 {
			return false
		}
		without = nil
	}
	m.Fill = fillRecord{Version: m.Fill.Version, Without: without}
	m.fill.begins++
	m.save(env)
	m.beginFill(env)
	return true
}

// handOver answers a new home.
func (m *membership) handOver(env *sim.Env, from sim.NodeID, ask *fetch) {
	if m.Config.Step == steady || ask.Version != m.changing() {
		m.inform(env, from, ask.Version)
		return
	}
	if !m.saved() {
		m.waiting = append(m.waiting, asking{from, ask})
		return
	}
	answer := &batch{Version: ask.Version, From: ask.From, Without: ask.Without, Done: true}
	cells := m.replica.store.cells
	for key := int(ask.From); key < len(cells); key++ {
		if len(answer.Cells) == m.plan.ring.batch {
			answer.Until, answer.Done = sim.Key(key), false
			break
		}
		if set := cells[key].set; len(set) > 0 && m.due(sim.Key(key), from, ask.Without) {
			answer.Cells = append(answer.Cells, kept{sim.Key(key), set})
		}
	}
	env.Send(from, answer)
}

// due tells whether a node becomes a home of a key, and this one is a source of it.
func (m *membership) due(key sim.Key, to sim.NodeID, without []sim.NodeID) bool {
	l := &m.local.layout
	a := arc{l.homes(key), l.next.homes(key)}
	sources, enough := m.plan.sources(a.old, m.Config.Gone, without)
	return enough && a.gains(to) && place(sources, m.self) >= 0
}

// takeOver takes a batch, and asks for the next.
func (m *membership) takeOver(env *sim.Env, from sim.NodeID, b *batch) {
	i := slices.IndexFunc(m.Fill.Sources, func(s source) bool { return s.Node == from })
	switch {
	case m.Config.Step == steady || m.Fill.Done || b.Version != m.changing() || i < 0:
		return
	case m.Fill.Sources[i].Done || b.From != m.Fill.Sources[i].After || !slices.Equal(b.Without, m.Fill.Without):
		return // it came twice, or late
	}
	m.takeCells(env, b)
	s := &m.Fill.Sources[i]
	s.After, s.Done, m.fill.tries[i] = b.Until, b.Done, 0
	m.Fill.Done = !slices.ContainsFunc(m.Fill.Sources, func(s source) bool { return !s.Done })
	m.save(env)
	if !s.Done {
		m.ask(env, i)
	}
}

// takeCells makes what a batch holds the node's own.
func (m *membership) takeCells(env *sim.Env, b *batch) {
	had := uint64(0)
	for i := range b.Cells {
		cell := &b.Cells[i]
		if _, changed := m.replica.take(env, cell.Key, cell.Set, cell); !changed {
			had++
			continue
		}
		size, _ := m.replica.encoder.Measure(cell)
		env.Observe(sim.Observation{
			Fact: sim.Repaired, Why: sim.ByTransfer, Key: cell.Key, Op: cell.Set.Newest(), A: uint64(size),
		})
	}
	size, _ := m.replica.encoder.Measure(b)
	env.Observe(sim.Observation{
		Fact: sim.Streamed, Why: sim.ByTransfer, A: uint64(len(b.Cells)), B: had, C: uint64(size),
	})
}
