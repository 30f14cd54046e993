package kernel

import (
	"simrun/sim"
	"simrun/sim/kernel/queue"
	"simrun/sim/network"
	"simrun/sim/random"
)

// full tells whether the inbox refuses another message. What is in service counts.
func (h *host) full() bool {
	return h.config.Inbox > 0 && h.inbox.messages+h.busy >= h.config.Inbox
}

// arrive hands an event to the node: now, or after what came before it.
func (h *host) arrive(e *queue.Event) {
	if h.paused > 0 || h.blocked || h.saturated() {
		h.inbox.push(e)
		return
	}
	h.admit(e)
}

// saturated tells whether every server is at work. A node without service has one
// server while a fault gives it a service time, and until what that began is over.
func (h *host) saturated() bool {
	servers := h.config.Servers
	if servers == 0 && (h.slow.instead != nil || h.busy > 0) {
		servers = 1
	}
	return servers > 0 && h.busy >= servers
}

// admit begins the service of an event, or handles it where there is no service. A
// start takes none: nothing may overtake it.
func (h *host) admit(e *queue.Event) {
	if h.config.Servers == 0 && h.slow.instead == nil || e.Kind == eventStart {
		h.world.handle(h, e)
		return
	}
	h.busy++
	place := h.place(e)
	end := queue.Event{
		At: h.world.now + h.serviceTime(e), Kind: eventServed, To: uint16(h.id), Arg: place, Life: h.life,
		Cause: e.Cause, Subject: e.Subject,
	}
	h.world.push(&end)
}

// serviceTime draws how long an event keeps a server busy, by the event's address.
func (h *host) serviceTime(e *queue.Event) int64 {
	word := h.world.source.Draw(h.world.eventAddress(e), random.Service)
	if h.slow.instead != nil {
		return h.slow.apply(h.slow.instead.Sample(word))
	}
	return h.slow.apply(h.config.Service.Sample(word))
}

// eventAddress is what the draw of an event's service is keyed by. Timers and syncs of
// one subject at one node are counted, as messages of one address are.
func (w *World) eventAddress(e *queue.Event) random.Address {
	if e.Kind == eventMessage {
		return w.messageAddress(e, w.messages.list[e.Message])
	}
	return w.nodeAddressAgain(nodeID(e.To), uint64(e.Kind)+addressService, simSubject(e))
}

// messageAddress is what the draws about an arriving message are keyed by.
func (w *World) messageAddress(e *queue.Event, m sim.Message) random.Address {
	a := w.address(simSubject(e), nodeID(e.From), nodeID(e.To), m.Kind(), e.Arg)
	if e.Flag&flagCopy != 0 {
		a = network.OfCopy(a)
	}
	return a
}

// place keeps an event while it is in service.
func (h *host) place(e *queue.Event) uint32 {
	if n := len(h.places); n > 0 {
		at := h.places[n-1]
		h.places = h.places[:n-1]
		h.serving[at] = *e
		return at
	}
	h.serving = append(h.serving, *e)
	return uint32(len(h.serving) - 1)
}

// served ends a service: the handler runs now.
func (w *World) served(e *queue.Event) {
	h := &w.hosts[e.To]
	if !h.up || e.Life != h.life {
		return
	}
	inner := h.serving[e.Arg]
	h.places = append(h.places, e.Arg)
	if h.paused > 0 || h.blocked {
		h.served.push(&inner)
		return
	}
	h.finish(&inner)
	h.drain()
}

// finish handles an event whose service is over.
func (h *host) finish(e *queue.Event) {
	life := h.life
	h.world.handle(h, e)
	if h.up && h.life == life {
		h.busy--
	}
}

// drain takes whatever the node can handle now: first what has been served, then
// what waits for service.
func (h *host) drain() {
	var e queue.Event
	for h.up && h.paused == 0 && !h.blocked {
		switch {
		case h.served.length > 0:
			h.served.pop(&e)
			h.finish(&e)
		case h.inbox.length > 0 && !h.saturated():
			h.inbox.pop(&e)
			h.admit(&e)
		default:
			return
		}
	}
}
