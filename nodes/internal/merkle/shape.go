package merkle

import (
	"fmt"

	"simrun/sim"
)

// MaxLeaves is the most leaves of a tree.
const MaxLeaves = 1 << 24

// Shape is what two replicas must agree on before they compare trees. Level 0 is
// the root alone, level Depth the leaves, and level l has Fanout^l nodes, numbered
// from 0 in the order of their positions.
type Shape struct {
	Range  Range
	Fanout int // children of a node, at least 2
	Depth  int // levels below the root; 0 is one leaf, without a tree above it
}

// Check says what is wrong with a shape; nil means nothing.
func (s Shape) Check() error {
	if s.Fanout < 2 {
		return fmt.Errorf("merkle: a fan-out of %d, at least 2", s.Fanout)
	}
	if s.Depth < 0 {
		return fmt.Errorf("merkle: a depth of %d, at least 0", s.Depth)
	}
	leaves := uint64(1)
	for range s.Depth {
		leaves *= min(uint64(s.Fanout), MaxLeaves+1) // no overflow: both are small
		if leaves > MaxLeaves {
			return fmt.Errorf("merkle: fan-out %d and depth %d make more than %d leaves", s.Fanout, s.Depth, MaxLeaves)
		}
	}
	if size := s.Range.size(); size != 0 && size < leaves {
		return fmt.Errorf("merkle: %d leaves for %d positions", leaves, size)
	}
	return nil
}

// Nodes is how many nodes a level has.
func (s Shape) Nodes(level int) int {
	nodes := 1
	for range level {
		nodes *= s.Fanout
	}
	return nodes
}

// Leaves is how many leaves the tree has.
func (s Shape) Leaves() int { return s.Nodes(s.Depth) }

// Under is the positions that a node of a level stands for.
func (s Shape) Under(level, node int) Range { return s.Range.Part(node, s.Nodes(level)) }

// Holds tells whether a key belongs to the tree.
func (s Shape) Holds(key sim.Key) bool { return s.Range.Holds(Position(key)) }

// plan is a shape that was checked, with what every step needs at hand.
type plan struct {
	shape  Shape
	leaves uint64
}

// planned panics where the shape was not checked.
func planned(s Shape) plan {
	if err := s.Check(); err != nil {
		panic("the shape was not checked: " + err.Error())
	}
	return plan{s, uint64(s.Leaves())}
}

// Shape is the shape that it was made of.
func (p *plan) Shape() Shape { return p.shape }

// Leaf is the leaf of a key. It panics where the key is outside the range: a
// replica that took such a key for its own has lost its way on the ring.
func (p *plan) Leaf(key sim.Key) int { return p.leafAt(key, Position(key)) }

func (p *plan) leafAt(key sim.Key, at uint64) int {
	if !p.shape.Range.Holds(at) {
		p.refuse(key, at)
	}
	return p.shape.Range.part(at, p.leaves)
}

func (p *plan) refuse(key sim.Key, at uint64) {
	panic(fmt.Sprintf("merkle: %s stands at %#x, outside of [%#x, %#x)", key, at, p.shape.Range.From, p.shape.Range.To))
}
