package kernel

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/random"
)

// powers is what faults may do to a world.
type powers struct{ w *World }

var _ fault.World = powers{}

// Impose implements fault.World.
func (p powers) Impose(r sim.Rule) fault.RuleID {
	w := p.w
	number := uint32(len(w.rules))
	w.rules = append(w.rules, &rule{net: w.network.Impose(r, number, w.salt)})
	return fault.RuleID(number)
}

// Lift implements fault.World.
func (p powers) Lift(id fault.RuleID) {
	r := p.w.rules[id]
	if r.lifted {
		return
	}
	r.lifted = true
	p.w.network.Lift(r.net)
	p.w.releaseHeld(r)
}

// Crash implements fault.World.
func (p powers) Crash(id sim.NodeID, connections bool) {
	h := &p.w.hosts[id]
	h.downs++
	if h.up {
		h.crash()
	}
	if connections {
		p.w.dropSentBy(id)
	}
}

// dropSentBy condemns what a node had sent and nobody has received: everything of
// its with a sequence number up to now, and what rules hold of it.
func (w *World) dropSentBy(id sim.NodeID) {
	w.hosts[id].severed = w.sequence
	for _, r := range w.rules {
		kept := r.held[:0]
		for i := range r.held {
			if nodeID(r.held[i].event.From) == id {
				w.lose(&r.held[i].event, r.held[i].message, "connection")
				continue
			}
			kept = append(kept, r.held[i])
		}
		r.held = kept
	}
}

// Restart implements fault.World.
func (p powers) Restart(id sim.NodeID) {
	h := &p.w.hosts[id]
	if h.downs > 0 {
		h.downs--
	}
	h.restart()
}

// Retire implements fault.World.
func (p powers) Retire(id sim.NodeID) {
	p.w.hosts[id].retired = true
	p.Crash(id, false)
}

// Pause implements fault.World.
func (p powers) Pause(id sim.NodeID) { p.w.hosts[id].paused++ }

// Resume implements fault.World.
func (p powers) Resume(id sim.NodeID) {
	h := &p.w.hosts[id]
	if h.paused == 0 {
		return
	}
	if h.paused--; h.paused > 0 || !h.up {
		return
	}
	if h.overdue {
		h.workDone()
		return
	}
	h.drain()
}

// Slow implements fault.World.
func (p powers) Slow(id sim.NodeID, permille int64, service sim.Sampler) (end func()) {
	return p.w.hosts[id].slow.begin(permille, service)
}

// Elect implements fault.World.
func (p powers) Elect(id sim.NodeID) {
	if h := &p.w.hosts[id]; h.up {
		p.w.signal(h, sim.SignalElect)
	}
}

// Join implements fault.World.
func (p powers) Join(id, instead sim.NodeID) {
	if h := &p.w.hosts[id]; h.up {
		p.w.signalAbout(h, sim.SignalJoin, instead)
	}
}

// Leave implements fault.World.
func (p powers) Leave(id sim.NodeID) {
	if h := &p.w.hosts[id]; h.up {
		p.w.signal(h, sim.SignalLeave)
	}
}

// Handover implements fault.World.
func (p powers) Handover(id, to sim.NodeID) {
	if h := &p.w.hosts[id]; h.up {
		p.w.signalAbout(h, sim.SignalHandover, to)
	}
}

// CrashAt implements fault.World.
func (p powers) CrashAt(id sim.NodeID, at fault.Boundary, skip int) (disarm func() bool) {
	h := &p.w.hosts[id]
	t := &trap{at: at, skip: skip, salt: p.w.salt}
	h.traps = append(h.traps, t)
	return func() bool {
		h.traps = slices.DeleteFunc(h.traps, func(other *trap) bool { return other == t })
		return t.sprung
	}
}

// SlowSync implements fault.World.
func (p powers) SlowSync(id sim.NodeID, permille int64, sync sim.Sampler) (end func()) {
	return p.w.hosts[id].lag.begin(permille, sync)
}

// FailSyncs implements fault.World.
func (p powers) FailSyncs(id sim.NodeID, on bool) {
	if on {
		p.w.hosts[id].failing++
	} else {
		p.w.hosts[id].failing--
	}
}

// Tear implements fault.World.
func (p powers) Tear(id sim.NodeID, on bool) {
	if on {
		p.w.hosts[id].tearing++
	} else {
		p.w.hosts[id].tearing--
	}
}

// Corrupt implements fault.World.
func (p powers) Corrupt(id sim.NodeID, file string, share uint64) int {
	w := p.w
	n := w.hosts[id].disk.Corrupt(file, random.Probability(share), func(file string, record int) uint64 {
		a := random.Address(random.Mix(w.hashes[id]^random.Hash(file), w.salt)).With(uint64(record))
		return w.source.Draw(a, random.Corrupt)
	})
	w.run.Counters.Add("corrupt.records", int64(n))
	return n
}

// Wipe implements fault.World.
func (p powers) Wipe(id sim.NodeID) {
	h := &p.w.hosts[id]
	if h.up {
		panic("a disk is wiped under a living node")
	}
	h.disk.Wipe()
	p.wiped(h)
}

// wiped states that everything the node had is gone.
func (p powers) wiped(h *host) {
	p.w.observe(h, &sim.Observation{Fact: sim.Discarded, Why: sim.Wiped})
}

// Snapshot implements fault.World.
func (p powers) Snapshot(id sim.NodeID) (restore func()) {
	h := &p.w.hosts[id]
	image := h.disk.Snapshot()
	return func() {
		if h.up {
			panic("a disk is restored under a living node")
		}
		h.disk.Restore(image)
	}
}

// JumpWall implements fault.World.
func (p powers) JumpWall(id sim.NodeID, d time.Duration) {
	p.w.hosts[id].clock.offset += int64(d)
}

// Drift implements fault.World.
func (p powers) Drift(id sim.NodeID, partsPerBillion int64) {
	h := &p.w.hosts[id]
	h.drift += partsPerBillion
	h.clock.setRate(p.w.now, max(second+h.drift, 1))
	h.recordClock()
	h.rearm()
}

// Servers implements fault.World.
func (p powers) Servers() []sim.NodeID { return p.w.nodes(false) }

// Clients implements fault.World.
func (p powers) Clients() []sim.NodeID { return p.w.nodes(true) }

func (w *World) nodes(client bool) []sim.NodeID {
	var ids []sim.NodeID
	for i := 1; i < len(w.hosts); i++ {
		if w.hosts[i].config.Client == client {
			ids = append(ids, sim.NodeID(i))
		}
	}
	return ids
}

// Named implements fault.World.
func (p powers) Named(name string) (sim.NodeID, bool) {
	for i := 1; i < len(p.w.hosts); i++ {
		if p.w.hosts[i].config.Name == name {
			return sim.NodeID(i), true
		}
	}
	return sim.Nobody, false
}

// Name implements fault.World.
func (p powers) Name(id sim.NodeID) string { return p.w.run.Name(id) }

// Place implements fault.World.
func (p powers) Place(id sim.NodeID) string { return p.w.hosts[id].config.Place }

// Up implements fault.World.
func (p powers) Up(id sim.NodeID) bool { return p.w.hosts[id].up }

// Holders implements fault.World.
func (p powers) Holders(role uint64) []fault.Holder { return p.w.holders(role) }

// Draw implements fault.World.
func (p powers) Draw(what uint8) uint64 {
	return p.w.source.Draw(random.Address(p.w.salt).With(uint64(what)), random.Fault)
}

// Now implements fault.World.
func (p powers) Now() time.Duration { return p.w.time() }

// After implements fault.World.
func (p powers) After(d time.Duration, do func()) { p.w.postpone(d, do) }
