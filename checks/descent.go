package checks

import (
	"simrun/sim"
	"simrun/sim/record"
)

// Level is what comparisons of trees found on one level.
type Level struct {
	Level     int
	Compared  int64 // hashes
	Differing int64 // nodes whose hashes differ
	Descended int64 // of those, the nodes whose children were compared
	First     int64 // the first node that differs, in the comparison that came first; -1 if none does
}

// Comparisons is what a run tells of its comparisons of trees.
type Comparisons struct {
	Exchanges int64   // comparisons of two trees, from the root down
	Differing int64   // of them, those whose trees differed
	Levels    []Level // over all of them, from the root down
	// Witness is the exchange in which the fewest leaves differed, of those the first;
	// none where no leaf did.
	Witness      []Level
	Began, Asked sim.NodeID // who began the witness, and its peer
}

// descent names one comparison of two trees.
type descent struct {
	node  sim.NodeID
	life  uint32
	op    sim.OpID
	scope sim.Key
}

// Compared gathers the comparisons of trees that a run states: Exchanges is 0 where it
// states none.
func Compared(run *record.Run) Comparisons {
	var order []descent
	levels, peers := map[descent][]Level{}, map[descent]sim.NodeID{}
	for i := range run.Observations {
		seen := &run.Observations[i]
		if seen.Fact != sim.Compared {
			continue
		}
		at := descent{seen.Node, seen.Life, seen.Op, seen.Key}
		if _, known := levels[at]; !known {
			order = append(order, at)
			peers[at] = sim.NodeID(uint32(seen.B))
		}
		levels[at] = note(levels[at], seen)
	}
	var c Comparisons
	for _, at := range order {
		c.add(levels[at], at.node, peers[at])
	}
	return c
}

// note takes in one statement about a level.
func note(levels []Level, seen *record.Observation) []Level {
	level := int(uint32(seen.A))
	levels = deepen(levels, level)
	l := &levels[level]
	l.Compared += int64(seen.C >> 32)
	differing := int64(uint32(seen.C))
	if l.First < 0 && differing > 0 {
		l.First = int64(seen.A >> 32)
	}
	l.Differing += differing
	if level > 0 {
		levels[level-1].Descended = levels[level-1].Differing
	}
	return levels
}

func deepen(levels []Level, level int) []Level {
	for len(levels) <= level {
		levels = append(levels, Level{Level: len(levels), First: -1})
	}
	return levels
}

// add takes in one exchange.
func (c *Comparisons) add(levels []Level, began, asked sim.NodeID) {
	c.Exchanges++
	for _, l := range levels {
		c.Levels = deepen(c.Levels, l.Level)
		all := &c.Levels[l.Level]
		all.Compared += l.Compared
		all.Differing += l.Differing
		all.Descended += l.Descended
	}
	if levels[0].Differing == 0 {
		return
	}
	c.Differing++
	if leaves(levels) > 0 && (c.Witness == nil || simpler(levels, c.Witness)) {
		c.Witness, c.Began, c.Asked = levels, began, asked
	}
}

// simpler tells whether an exchange went as deep as another, and fewer nodes of the
// deepest level differed.
func simpler(a, b []Level) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return leaves(a) < leaves(b)
}

// leaves is how many nodes differed on the deepest level.
func leaves(levels []Level) int64 { return levels[len(levels)-1].Differing }
