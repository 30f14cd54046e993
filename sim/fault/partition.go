package fault

import (
	"simrun/sim"
	"simrun/sim/random"
)

// Partition cuts every link between groups, in both directions. Messages in flight
// across the cut are dropped when they are due. Nodes in no group keep all their
// links.
//
// Clients in no group sit where Clients says: everywhere (the default: they reach
// all sides, as clients on another network would), with-majority or with-minority
// (beside the group with most or fewest servers; of equal ones the first or the
// last), or spread (each beside a group drawn by the client's name).
type Partition struct {
	Groups  []Targets `yaml:"groups" required:"true" doc:"the sides: lists of targets (simrun show --targets); rest is every other server"`
	Clients string    `yaml:"clients" default:"everywhere" one:"everywhere|with-majority|with-minority|spread" doc:"on which side clients sit that no group names"`
}

// Name is partition.
func (Partition) Name() string { return "partition" }

// Check judges the groups.
func (f Partition) Check() error {
	switch f.Clients {
	case "", "everywhere", "with-majority", "with-minority", "spread":
		return checkGroups("groups", f.Groups)
	}
	return wrong("clients", "%q is not one of everywhere, with-majority, with-minority, spread", f.Clients)
}

// Inject cuts; its undo mends.
func (f Partition) Inject(w World) (Done, bool) {
	groups, ok := sides(w, f.Groups)
	if !ok {
		return Done{}, false
	}
	f.seat(w, groups)
	return cut(w, f.Name(), groups), true
}

// seat puts the clients that no group names beside servers.
func (f Partition) seat(w World, groups [][]sim.NodeID) {
	if f.Clients == "" || f.Clients == "everywhere" {
		return
	}
	most, fewest := extremes(w, groups)
	waiting := w.Clients()
	for _, group := range groups {
		waiting = without(waiting, group)
	}
	for _, client := range waiting {
		side := most
		switch f.Clients {
		case "with-minority":
			side = fewest
		case "spread":
			word := random.Mix(w.Draw(drawSeat), random.Hash(w.Name(client)))
			side = int(random.Below(word, uint64(len(groups))))
		}
		groups[side] = append(groups[side], client)
	}
}

// extremes finds the groups with most and with fewest servers.
func extremes(w World, groups [][]sim.NodeID) (most, fewest int) {
	size := make([]int, len(groups))
	for i, group := range groups {
		size[i] = len(group) - len(without(group, w.Servers()))
		if size[i] > size[most] {
			most = i
		}
		if size[i] <= size[fewest] {
			fewest = i
		}
	}
	return most, fewest
}

func drawPartition(d dice) Fault {
	few := d.few("few")
	if d.bounds.Roles && d.yes("leader", 3) {
		few = Targets{"minority-with-leader"}
	}
	if len(d.servers) < 2 {
		return nil
	}
	clients := d.pick("clients", "everywhere", "with-majority", "with-minority", "spread")
	return Partition{Groups: []Targets{few, {rest}}, Clients: clients}
}
