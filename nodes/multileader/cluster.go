package multileader

import (
	"slices"
	"time"

	"simrun/nodes/internal/resolve"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// cluster is what all servers share and nobody changes.
type cluster struct {
	config Config
	// resolver is what becomes of writes that did not know of each other.
	resolver resolve.Resolver
	members  []sim.NodeID
	ranks    []int   // by node: its place among the members, -1 for others
	places   []int   // by rank: its datacentre
	centres  [][]int // by datacentre: the ranks of its servers
}

func newCluster(config Config, l kv.Layout) *cluster {
	c := &cluster{config: config, resolver: config.resolver(), members: l.Members, centres: make([][]int, len(l.Datacentres()))}
	for rank, id := range l.Members {
		for len(c.ranks) <= int(id) {
			c.ranks = append(c.ranks, -1)
		}
		c.ranks[id] = rank
		place := l.Place(rank)
		c.places = append(c.places, place)
		c.centres[place] = append(c.centres[place], rank)
	}
	return c
}

// rank is a server's place among the members, -1 for nobody and others.
func (c *cluster) rank(id sim.NodeID) int {
	if int(id) >= len(c.ranks) {
		return -1
	}
	return c.ranks[id]
}

// causal tells whether updates wait for what they depend on.
func (c *cluster) causal() bool { return c.config.Delivery == "causal" && !c.config.noCausalDelivery() }

// replaces tells whether a lost leader is replaced in a datacentre.
func (c *cluster) replaces(place int) bool {
	return c.config.OnLoss == "promote" && len(c.centres[place]) > 1
}

// majority of a datacentre's servers.
func (c *cluster) majority(place int) int { return len(c.centres[place])/2 + 1 }

// nextEpoch is the first epoch after one that belongs to a server: they are dealt out to the
// servers of a datacentre in turns, so that an epoch has one opener even where nobody can be asked.
func (c *cluster) nextEpoch(after uint64, rank int) uint64 {
	ranks := c.centres[c.places[rank]]
	n, first := uint64(len(ranks)), uint64(slices.Index(ranks, rank))+1
	if first > after {
		return first
	}
	return first + ((after-first)/n+1)*n
}

// The identity of an update is a dot whose actor is one lead: the rank of the server and when,
// on its monotonic clock, it took the lead. Clocks go on through restarts and lost disks, so
// that no identity is given twice whatever a server forgets: it becomes another writer
// (package versions). The time is counted in steps of 2^16 ns, 26 bits of them: 73 minutes.
const (
	rankBits = 6
	leadBits = 32 - rankBits
	leadStep = 65536 * time.Nanosecond
)

// actorOf is the identity of a lead.
func actorOf(rank int, at time.Duration) uint32 {
	return uint32(rank)<<leadBits | uint32(at/leadStep+1)&(1<<leadBits-1)
}

// origin is the datacentre in which an update was made, -1 for what is no update of its own.
func (c *cluster) origin(d kv.Dot) int {
	if rank := int(d.Actor >> leadBits); d.Actor != 0 && rank < len(c.places) {
		return c.places[rank]
	}
	return -1
}

// with is a context, which may have holes, that has seen a dot too.
func with(c kv.Context, d kv.Dot) kv.Context {
	for i := range c {
		alone := (i == 0 || c[i-1].Actor != d.Actor) && (i+1 == len(c) || c[i+1].Actor != d.Actor)
		if c[i].Actor == d.Actor && c[i].Counter+1 == d.Counter && alone {
			grown := slices.Clone(c)
			grown[i].Counter++
			return grown
		}
	}
	return versions.Union(c, versions.Exactly(d))
}

// token is the version vector that names what a context has seen. Of a leader of whom updates
// are missing it names those too: who has seen a later one waits for the earlier.
func token(seen kv.Context) kv.Token {
	names := make(kv.Context, 0, len(seen))
	for _, d := range seen {
		if last := len(names) - 1; last >= 0 && names[last].Actor == d.Actor {
			names[last].Counter = d.Counter
			continue
		}
		names = append(names, d)
	}
	return kv.Token{Seen: names}
}
