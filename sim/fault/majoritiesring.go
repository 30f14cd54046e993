package fault

import "simrun/sim"

// MajoritiesRing puts the servers on a drawn ring and cuts every link between
// servers that are far apart on it, so that each sees a majority and no two see the
// same one. It takes four servers at least; with fewer, everyone would still see
// everyone and the fault is not injected. Messages in flight on cut links are
// dropped when they are due. Clients keep all their links.
type MajoritiesRing struct{}

// Name is majorities-ring.
func (MajoritiesRing) Name() string { return "majorities-ring" }

// Check finds nothing wrong.
func (MajoritiesRing) Check() error { return nil }

// Inject cuts; its undo mends.
func (f MajoritiesRing) Inject(w World) (Done, bool) {
	ring := rank(w, drawRing, w.Servers())
	var rules []sim.Rule
	for i := range ring {
		if far := farOn(ring, i); len(far) > 0 {
			rules = append(rules, sim.Rule{Name: f.Name(), From: ring[i : i+1], To: far, Drop: true})
		}
	}
	if len(rules) == 0 {
		return Done{}, false
	}
	return Done{Heal: impose(w, rules...), Targets: ring, Text: spell(w, ring)}, true
}

// farOn gives whom the i-th of a ring does not see. It sees as many neighbours on
// each side as make a majority with itself.
func farOn(ring []sim.NodeID, i int) []sim.NodeID {
	n := len(ring)
	reach := (n/2 + 1) / 2
	var far []sim.NodeID
	for away := reach + 1; away < n-reach; away++ {
		far = append(far, ring[(i+away)%n])
	}
	return far
}

func drawMajoritiesRing(d dice) Fault {
	if len(d.servers) < 4 {
		return nil
	}
	return MajoritiesRing{}
}
