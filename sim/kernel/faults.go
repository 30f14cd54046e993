package kernel

import (
	"sort"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel/queue"
	"simrun/sim/random"
	"simrun/sim/record"
)

// planned is one entry of the schedule on its way.
type planned struct {
	fault.Entry
	state  planState
	heal   func()
	end    int64  // when its window ends
	record int    // place in the run's faults, when it was injected
	stamp  uint32 // of the injection
}

type planState uint8

const (
	planAhead planState = iota
	planWaiting
	planActive
	planOver
)

// planFaults puts the schedule into the queue. Faults come before every other
// event of their instant because the lowest sequence numbers are theirs.
func (w *World) planFaults() {
	schedule := w.config.Schedule
	if w.config.Nemesis != nil {
		schedule = append(append(fault.Schedule(nil), schedule...), w.config.Nemesis(&w.source)...)
	}
	w.plan = w.plan[:0]
	w.reserved = uint32(2*len(schedule)) + 2
	w.sequence = w.reserved + reservedForFaults
	w.later = w.later[:0]
	for i, entry := range schedule {
		end := int64(entry.At + entry.For)
		if entry.For == 0 || end > int64(w.config.Work) {
			end = int64(w.config.Work)
		}
		w.plan = append(w.plan, planned{Entry: entry, end: end, record: -1})
		if entry.At >= w.config.Work {
			continue
		}
		w.queue.Push(&queue.Event{At: int64(entry.At), Seq: uint32(2*i + 1), Kind: eventInject, Arg: uint32(i)})
		if end < int64(w.config.Work) {
			w.queue.Push(&queue.Event{At: end, Seq: uint32(2*i + 2), Kind: eventHeal, Arg: uint32(i)})
		}
	}
}

// reservedForFaults is how many sequence numbers, before all others, are kept for
// what faults postpone.
const reservedForFaults = 1 << 12

// postponed is something that a fault wants done later.
type postponed struct {
	entry int
	do    func()
}

// postpone has the fault being executed do something later, before the other
// events of that instant.
func (w *World) postpone(d time.Duration, do func()) {
	w.later = append(w.later, postponed{w.executing, do})
	e := queue.Event{At: w.now + max(int64(d), 0), Kind: eventLater, Arg: uint32(len(w.later) - 1)}
	if w.reserved++; w.reserved < uint32(2*len(w.plan))+2+reservedForFaults {
		e.Seq = w.reserved
		w.queue.Push(&e)
		return
	}
	w.push(&e)
}

// doLater does what a fault had postponed, unless the fault is over.
func (w *World) doLater(i int) {
	if l := w.later[i]; w.plan[l.entry].state == planActive {
		w.attribute(l.entry, w.plan[l.entry].stamp)
		l.do()
	}
}

// inject begins a fault, or has it wait for its target.
func (w *World) inject(i int) {
	p := &w.plan[i]
	if !w.working || p.state == planActive || p.state == planOver {
		return
	}
	p.stamp = w.next()
	w.attribute(i, p.stamp)
	line := len(w.run.Trace) // before its consequences
	if w.config.Trace {
		w.trace(record.Event{Kind: record.Injected, Stamp: p.stamp})
	}
	done, ok := p.Fault.Inject(powers{w})
	if !ok {
		p.state, w.run.Trace = planWaiting, w.run.Trace[:line]
		return
	}
	p.state, p.heal, p.record = planActive, done.Heal, len(w.run.Faults)
	w.run.Faults = append(w.run.Faults, record.Fault{
		Name: p.Fault.Name(), Index: i, Injected: w.time(), Stamp: p.stamp,
		Targets: done.Targets, Text: done.Text,
	})
	w.run.Counters.Add(p.Fault.Name()+".injected", 1)
	if w.config.Trace {
		w.run.Trace[line].Text = p.Fault.Name() + " " + done.Text
	}
}

// attribute makes what follows be done by fault i, and caused by what has the stamp.
func (w *World) attribute(i int, stamp uint32) {
	w.executing = i
	number := w.plan[i].Number
	if number == 0 {
		number = i + 1
	}
	w.cause, w.subject = stamp, sim.FaultSubject(number)
	w.salt = random.Mix(addressFault, uint64(number))
	w.digest.Add(uint64(stamp), uint64(w.now), uint64(record.Injected), uint64(i), uint64(w.plan[i].state), w.salt)
}

// heal ends a fault at the end of its window.
func (w *World) heal(i int) {
	p := &w.plan[i]
	switch p.state {
	case planActive:
		stamp := w.next()
		w.attribute(i, stamp)
		if w.config.Trace {
			w.trace(record.Event{Kind: record.Healed, Stamp: stamp, Cause: p.stamp, Text: p.Fault.Name() + " healed"})
		}
		if p.heal != nil {
			p.heal()
		}
		w.run.Faults[p.record].Healed = w.time()
	case planWaiting, planAhead:
		w.skip(i)
	}
	p.state = planOver
}

func (w *World) skip(i int) {
	p := &w.plan[i]
	w.run.Faults = append(w.run.Faults, record.Fault{Name: p.Fault.Name(), Index: i, Skipped: true})
	w.run.Counters.Add(p.Fault.Name()+".skipped", 1)
}

// retryFaults injects the faults whose targets have come to exist.
func (w *World) retryFaults() {
	w.waiting = false
	for i := range w.plan {
		if w.plan[i].state == planWaiting && w.now < w.plan[i].end {
			w.inject(i)
		}
	}
}

// healAll ends every fault at the end of work; networks, clocks and speeds are
// right again and crashed nodes restart. What was wiped or retired stays so.
func (w *World) healAll() {
	for i := range w.plan {
		w.heal(i)
	}
	for i := 1; i < len(w.hosts); i++ {
		h := &w.hosts[i]
		h.traps, h.downs = nil, 0
		for h.paused > 0 {
			powers{w}.Resume(h.id)
		}
		h.restart()
	}
}

// closeFaults completes the record of the faults.
func (w *World) closeFaults() {
	for i := range w.run.Faults {
		if f := &w.run.Faults[i]; !f.Skipped && f.Healed == 0 {
			f.Healed = w.run.Phases.Work
		}
	}
	sort.SliceStable(w.run.Faults, func(i, j int) bool { return w.run.Faults[i].Injected < w.run.Faults[j].Injected })
	for _, r := range w.rules {
		r.flush(w.run)
	}
}
