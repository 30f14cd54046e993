package network

import (
	"simrun/sim"
	"simrun/sim/random"
)

// legTable remembers which distribution a kind of message has on a link, so that
// names are compared once for each kind.
type legTable struct {
	known []*random.Dist // indexed by class and code
}

func (t *legTable) dist(l *Link, kind sim.Kind) *random.Dist {
	at := int(kind.Class)<<8 | int(kind.Code)
	if at >= len(t.known) {
		t.known = append(t.known, make([]*random.Dist, at+1-len(t.known))...)
	}
	if t.known[at] == nil {
		t.known[at] = l.leg(kind)
	}
	return t.known[at]
}

func (l *Link) leg(kind sim.Kind) *random.Dist {
	for i := range l.Legs {
		leg := &l.Legs[i]
		if leg.Kind == kind.Name || leg.Kind == "" && leg.Class == kind.Class {
			return &leg.Latency
		}
	}
	return &l.Latency
}
