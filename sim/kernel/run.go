package kernel

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/kernel/queue"
	"simrun/sim/record"
)

// Run runs the world with a seed, through its phases, and returns what it left
// behind. The record belongs to the world and is overwritten by the next Run. A
// panic of a handler ends the run and is reported in Stop; a panic of the kernel
// itself is passed on.
func (w *World) Run(seed uint64) *record.Run {
	w.reset(seed)
	w.guarded(func() {
		w.startAll()
		w.phaseWork()
		w.phaseSettle()
		w.inspect()
		w.phaseFinal()
	})
	w.close()
	return w.run
}

// guarded runs f and turns a panic of a handler into a finding.
func (w *World) guarded(f func()) {
	defer func() {
		if w.handling == sim.Nobody {
			return // the kernel's own panic, or none
		}
		if p := recover(); p != nil {
			if !w.stopped {
				w.run.Stop = record.Stop{Reason: record.Panicked, Panic: fmt.Sprint(p), Node: w.handling, Stamp: w.stamp}
			}
			w.stopped, w.handling = true, sim.Nobody
		}
	}()
	f()
}

// blame ends the run with a finding about a node that asked for what cannot be.
func (w *World) blame(h *host, what string) {
	w.handling = h.id
	panic(what)
}

func (w *World) startAll() {
	for i := 1; i < len(w.hosts); i++ {
		h := &w.hosts[i]
		h.incarnate()
		h.install()
		e := queue.Event{Kind: eventStart, To: uint16(i), Life: h.life, Subject: w.hashes[i] >> 8}
		w.push(&e)
	}
}

// until handles every event due before or at a time, in order, and moves the clock
// there. More, when not nil, is asked after each event whether to go on.
func (w *World) until(end int64, more func() bool) {
	for !w.stopped {
		at, ok := w.queue.Peek()
		if !ok || at > end {
			w.now = max(w.now, end)
			return
		}
		w.step()
		if more != nil && !more() {
			return
		}
	}
}

// step handles the next event.
func (w *World) step() {
	var e queue.Event
	w.queue.Pop(&e)
	w.now = e.At
	switch e.Kind {
	case eventMessage:
		w.arriveMessage(&e)
	case eventTimer:
		w.timerDue(&e)
	case eventSync:
		w.syncDone(&e)
	case eventServed:
		w.served(&e)
	case eventResume:
		w.resume(&e)
	case eventSignal, eventStart:
		if h := &w.hosts[e.To]; h.up && e.Life == h.life {
			h.arrive(&e)
		}
	case eventInject:
		w.inject(int(e.Arg))
	case eventHeal:
		w.heal(int(e.Arg))
	case eventLater:
		w.doLater(int(e.Arg))
	}
	if w.events++; w.events >= w.check {
		w.checkpoint()
	}
}

// checkpoint keeps the digest so far and looks at the limits.
func (w *World) checkpoint() {
	if w.events%record.CheckpointEvery == 0 {
		w.run.Checkpoints = append(w.run.Checkpoints, uint64(w.digest))
	}
	w.check = min(w.check+record.CheckpointEvery, w.config.MaxEvents)
	switch {
	case w.events >= w.config.MaxEvents:
		w.stop(record.OutOfEvents)
	case w.used() > w.config.MaxMemory:
		w.stop(record.OutOfMemory)
	case w.config.Interrupted != nil && w.config.Interrupted():
		w.stop(record.Interrupted)
	}
}

func (w *World) stop(why record.StopReason) {
	w.run.Stop.Reason = why
	w.stopped = true
}

func (w *World) close() {
	for i := 1; i < len(w.hosts); i++ {
		w.guarded(w.hosts[i].stopNode)
	}
	w.run.Phases.End = w.time()
	w.run.Events = w.events
	w.run.Digest = uint64(w.digest)
	w.closeFaults()
}
