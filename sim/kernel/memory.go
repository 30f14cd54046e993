package kernel

import (
	"fmt"
	"sort"
	"unsafe"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel/queue"
	"simrun/sim/record"
)

// used is about how much memory the run needs by now, in bytes. It depends on the run alone, not on
// what former runs made room for: where a run stops that needs too much is a matter of its seed.
func (w *World) used() int64 {
	r := w.run
	n := w.queue.Len()*eventCost + len(w.messages.list)*messageCost + w.sends.used() + w.resends.used() + r.History.Used()
	n += len(r.Observations)*int(unsafe.Sizeof(record.Observation{})) + 8*len(r.Checkpoints) + len(r.Trace)*traceCost
	for i := 1; i < len(w.hosts); i++ {
		h := &w.hosts[i]
		n += h.disk.Records()*recordCost + h.inbox.length*eventCost
	}
	for _, rule := range w.rules {
		n += len(rule.held) * (messageCost + 64)
	}
	return int64(n)
}

// held is about how much memory the world keeps, in bytes: also what earlier runs needed.
func (w *World) held() int64 {
	r := w.run
	n := w.queue.Bytes() + w.messages.bytes() + w.sends.bytes() + w.resends.bytes() + r.History.Bytes() + 8*cap(r.Checkpoints)
	n += cap(r.Observations) * int(unsafe.Sizeof(record.Observation{}))
	for i := 1; i < len(w.hosts); i++ {
		n += cap(w.hosts[i].inbox.ring) * eventCost
	}
	return int64(n)
}

// What is counted for one of each, with what the kernel cannot see of it.
const (
	eventCost   = int(unsafe.Sizeof(queue.Event{}))
	messageCost = 176
	recordCost  = 128
	traceCost   = 256
)

// Used is about how much memory the run needed, in bytes.
func (w *World) Used() int64 { return w.used() }

// Held is about how much memory the world keeps for its next run, in bytes.
func (w *World) Held() int64 { return w.held() }

// Memory is what worlds may have in common that never run at the same time: whichever runs
// takes over the queue, the tables, the disks and the lists of the record from the one that ran
// before, whose record is then gone. The cells of a grid need not each keep their own. The
// zero Memory is ready.
type Memory struct{ owner *World }

// mostInherited divides the limit of a world's memory: more is let go than handed on.
const mostInherited = 8

// inherit takes over the memory of the world that ran last.
func (w *World) inherit() {
	m := w.config.Memory
	if m == nil || m.owner == w {
		return
	}
	if last := m.owner; last != nil {
		if last.held() <= w.config.MaxMemory/mostInherited {
			w.exchange(last)
		} else {
			last.letGo()
		}
	}
	m.owner = w
}

// letGo forgets what the last run left.
func (w *World) letGo() {
	fresh := New(w.config)
	fresh.makeRun()
	w.exchange(fresh)
}

// exchange swaps the memory of two worlds.
func (w *World) exchange(other *World) {
	w.queue, other.queue = other.queue, w.queue
	w.messages, other.messages = other.messages, w.messages
	w.sends, other.sends = other.sends, w.sends
	w.resends, other.resends = other.resends, w.resends
	for i := range min(len(w.hosts), len(other.hosts)) {
		w.hosts[i].disk, other.hosts[i].disk = other.hosts[i].disk, w.hosts[i].disk
	}
	w.run.Exchange(other.run)
}

// checkUnchanged compares a message with what it was when it was sent.
func (w *World) checkUnchanged(e *queue.Event) {
	m := w.messages.list[e.Message]
	w.handling = nodeID(e.From)
	if _, print := w.encoder.Measure(m); print != w.messages.prints[e.Message] {
		panic(fmt.Sprintf("message %q of %s was changed after it was sent", m.Kind().Name, w.run.Name(nodeID(e.From))))
	}
	w.handling = sim.Nobody
}

// holders are the living nodes with a role, highest epoch first.
func (w *World) holders(role uint64) []fault.Holder {
	var all []fault.Holder
	for i := 1; i < len(w.hosts); i++ {
		h := &w.hosts[i]
		for j := range h.roles {
			if h.up && h.kinds[j] == role {
				all = append(all, h.roles[j])
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Epoch > all[j].Epoch })
	return all
}
