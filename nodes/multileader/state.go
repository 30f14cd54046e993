package multileader

import (
	"slices"

	"simrun/nodes/internal/resolve"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// This file is propagation by state: a message carries the whole sets of versions of the keys
// that have changed since a context, and stands for all that the sender had applied beyond
// it. These are the delta-intervals of Almeida, Shoker and Baquero, "Delta State Replicated Data
// Types" (JPDC 2018, section 6): taken in as a whole, and only by who has what the interval
// begins at. A message may come twice, and one that is lost is made up for by the next that
// begins before it.

// sendState sends a server the keys that have changed beyond what it will have once all that was
// sent arrives: by updates that are sent at once, or by all that it lacks.
func (n *Node) sendState(env *sim.Env, rank int, all bool) {
	p := &n.peers[rank]
	carried := func(d kv.Dot) bool { return all || n.carries(rank, d) }
	p.sent = versions.Union(p.sent, p.has)
	var keys []sim.Key
	entries, has, cells := n.shown()
	for i := p.done; i < entries; i++ {
		u := &n.log[i]
		if versions.SeesAll(p.sent, filter(u.stands(), carried)) {
			continue
		}
		for j := range u.Cells {
			keys = append(keys, u.Cells[j].Key)
		}
	}
	if len(keys) == 0 {
		return
	}
	slices.Sort(keys)
	m := &state{Base: p.sent, Seen: has}
	if !all {
		m.Base = versions.Union(filter(p.sent, carried), filter(has, func(d kv.Dot) bool { return n.causal() && !carried(d) }))
		m.Seen = filter(has, carried)
	}
	for _, key := range slices.Compact(keys) {
		m.Cells = append(m.Cells, cell{Key: key, Object: cells[key]})
	}
	p.sent = versions.Union(p.sent, m.Seen)
	env.Send(n.members[rank], m)
}

// firm takes an update that is on disk into the state that may be sent.
func (n *Node) firm(index int) {
	if n.config.Propagate != "state" || n.trustsMemory() {
		return
	}
	for i := range n.log[index].Cells {
		c := &n.log[index].Cells[i]
		for int(c.Key) >= len(n.safe) {
			n.safe = append(n.safe, resolve.Object{})
		}
		n.safe[c.Key], _ = n.resolver.Merge(n.safe[c.Key], c.Object)
	}
}

// carries tells whether what a lead made is sent to a server at once.
func (n *Node) carries(rank int, d kv.Dot) bool {
	place := n.origin(d)
	return place != n.places[rank] && (n.config.Topology != "all-to-all" || place == n.place)
}

// filter is the part of a context that concerns some dots.
func filter(c kv.Context, which func(kv.Dot) bool) kv.Context {
	var part kv.Context
	for _, d := range c {
		if which(d) {
			part = append(part, d)
		}
	}
	return part
}
