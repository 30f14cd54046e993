package network

import (
	"simrun/sim"
	"simrun/sim/random"
)

// Network judges messages.
type Network struct {
	links  []Link
	of     []uint16
	size   int
	hashes []uint64 // of the nodes' names
	source *random.Source
	legs   []legTable
	rules  []*Rule
	// touched counts, for each pair, the rules that pick it; nil while there is none.
	touched []uint16
	// last is when the latest message of each ordered pair is due.
	last []int64
	// once keeps the latencies that are drawn once, plus 1.
	once []int64
}

// Fate is what becomes of a message.
type Fate struct {
	Verdict Verdict
	Copies  uint8  // Deliver: further copies, 0 or 1
	Rule    *Rule  // that dropped, held, delayed or duplicated it; nil for the link's own loss
	Delay   int64  // Deliver: nanoseconds from now
	Copy    int64  // the copy's delay
	Why     string // Drop: in a word
}

// Verdict is the kind of fate.
type Verdict uint8

// The verdicts.
const (
	Deliver Verdict = iota
	Drop
	Hold
)

// New makes the network of a world whose nodes' names hash to hashes.
func New(c Config, hashes []uint64, source *random.Source) *Network {
	n := &Network{links: c.Links, of: c.Of, size: len(hashes), hashes: hashes, source: source}
	n.legs = make([]legTable, len(n.links))
	for i := range n.links {
		if n.links[i].Ordered && n.last == nil {
			n.last = make([]int64, n.size*n.size)
		}
		if n.links[i].Once && n.once == nil {
			n.once = make([]int64, n.size*n.size)
		}
	}
	return n
}

// Reset forgets rules and what was drawn, for the next seed.
func (n *Network) Reset() {
	n.rules, n.touched = n.rules[:0], nil
	clear(n.last)
	clear(n.once)
}

func (n *Network) pair(from, to sim.NodeID) int { return int(from)*n.size + int(to) }

func (n *Network) link(pair int) (int, *Link) {
	if n.of == nil {
		return 0, &n.links[0]
	}
	i := int(n.of[pair])
	return i, &n.links[i]
}

// Send judges a message when it is sent at now and puts its fate into f, whatever
// that held; a is the address of the message's draws.
func (n *Network) Send(f *Fate, now int64, from, to sim.NodeID, kind sim.Kind, a random.Address) {
	pair := n.pair(from, to)
	i, l := n.link(pair)
	*f = Fate{Delay: n.latency(pair, i, l, kind, a)}
	if l.Lose != 0 && l.Lose.Hit(n.source.Draw(a, random.Loss)) {
		*f = Fate{Verdict: Drop, Why: "loss"}
		return
	}
	if l.Duplicate != 0 && l.Duplicate.Hit(n.source.Draw(a, random.Duplicate)) {
		f.Copies, f.Copy = 1, n.latency(pair, i, l, kind, OfCopy(a))
	}
	if n.touched != nil && n.touched[pair] != 0 {
		if n.bend(f, from, to, kind, a); f.Verdict != Deliver {
			return
		}
	}
	if l.Ordered {
		n.order(f, pair, now)
	}
}

// OfCopy is the address of the draws about a message's second copy, a being that of
// the first. It is no number that an occurrence could have.
func OfCopy(a random.Address) random.Address { return a.With(1 << 63) }

// latency is the link's own delay of a message.
func (n *Network) latency(pair, i int, l *Link, kind sim.Kind, a random.Address) int64 {
	if l.Once {
		return n.drawnOnce(pair, l)
	}
	d := &l.Latency
	if len(l.Legs) > 0 {
		d = n.legs[i].dist(l, kind)
	}
	if mean, constant := d.Constant(); constant {
		return mean
	}
	return d.Sample(n.source.Draw(a, random.Latency))
}

func (n *Network) drawnOnce(pair int, l *Link) int64 {
	if n.once[pair] == 0 {
		from, to := n.hashes[pair/n.size], n.hashes[pair%n.size]
		a := random.Address(random.Mix(random.Mix(0, from), to))
		n.once[pair] = 1 + l.Latency.Sample(n.source.Draw(a, random.Latency))
	}
	return n.once[pair] - 1
}

// order delays a message until those sent before it on its pair have arrived.
func (n *Network) order(f *Fate, pair int, now int64) {
	f.Delay = max(f.Delay, n.last[pair]-now)
	n.last[pair] = now + f.Delay
	if f.Copies > 0 {
		f.Copy = max(f.Copy, f.Delay)
		n.last[pair] = now + f.Copy
	}
}

// Follow is the delay of a message that a rule has kept since it was sent and now
// lets go: none, except behind those that went before it on an ordered link.
func (n *Network) Follow(now int64, from, to sim.NodeID) (delay int64) {
	pair := n.pair(from, to)
	if _, l := n.link(pair); l.Ordered {
		f := Fate{}
		n.order(&f, pair, now)
		return f.Delay
	}
	return 0
}

// Touched tells whether some rule picks the pair. Where none does, Due has nothing
// to say.
func (n *Network) Touched(from, to sim.NodeID) bool {
	return n.touched != nil && n.touched[n.pair(from, to)] != 0
}

// Due judges a message again when it is due.
func (n *Network) Due(from, to sim.NodeID, kind sim.Kind) Fate {
	if !n.Touched(from, to) {
		return Fate{}
	}
	return n.block(from, to, kind)
}

// Late tells whether a message to a former incarnation reaches the present one.
func (n *Network) Late(from, to sim.NodeID, kind sim.Kind) *Rule {
	for _, r := range n.rules {
		if r.Late && r.picks(from, to, kind) {
			return r
		}
	}
	return nil
}
