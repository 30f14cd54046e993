package network

import (
	"simrun/sim"
	"simrun/sim/random"
)

// Rule is a rule in force.
type Rule struct {
	sim.Rule
	// Number tells rules apart, in traces and draws.
	Number uint32
	// Salt is mixed into the address of this rule's draws: that of its fault.
	Salt  uint64
	from  bitset
	to    bitset
	group []uint16 // the node's group, plus 1
}

// Impose puts a rule in force.
func (n *Network) Impose(r sim.Rule, number uint32, salt uint64) *Rule {
	rule := &Rule{Rule: r, Number: number, Salt: salt}
	rule.from, rule.to = newBitset(r.From, n.size), newBitset(r.To, n.size)
	if len(r.Groups) > 0 {
		rule.group = make([]uint16, n.size)
		for g, members := range r.Groups {
			for _, id := range members {
				rule.group[id] = uint16(g) + 1
			}
		}
	}
	n.rules = append(n.rules, rule)
	n.touch(rule, 1)
	return rule
}

// Lift ends a rule.
func (n *Network) Lift(rule *Rule) {
	for i, r := range n.rules {
		if r == rule {
			n.rules = append(n.rules[:i], n.rules[i+1:]...)
			n.touch(rule, ^uint16(0))
			return
		}
	}
}

// touch adds a number (1, or minus 1) to the count of each pair that the rule picks.
func (n *Network) touch(rule *Rule, add uint16) {
	if n.touched == nil {
		n.touched = make([]uint16, n.size*n.size)
	}
	for from := 1; from < n.size; from++ {
		for to := 1; to < n.size; to++ {
			if rule.joins(sim.NodeID(from), sim.NodeID(to)) {
				n.touched[from*n.size+to] += add
			}
		}
	}
}

// joins tells whether the rule picks the pair, whatever the message.
func (r *Rule) joins(from, to sim.NodeID) bool {
	if from == to {
		return false // a node always reaches itself
	}
	if r.group != nil {
		a, b := r.group[from], r.group[to]
		return a != 0 && b != 0 && a != b
	}
	return r.from.has(from) && r.to.has(to) || r.Both && r.from.has(to) && r.to.has(from)
}

// picks tells whether the rule picks the message.
func (r *Rule) picks(from, to sim.NodeID, kind sim.Kind) bool {
	return r.joins(from, to) && r.speaksOf(kind)
}

func (r *Rule) speaksOf(kind sim.Kind) bool {
	if len(r.Classes) == 0 && len(r.Kinds) == 0 {
		return true
	}
	for _, c := range r.Classes {
		if c == kind.Class {
			return true
		}
	}
	for _, name := range r.Kinds {
		if name == kind.Name {
			return true
		}
	}
	return false
}

// block answers whether some rule drops or holds the message.
func (n *Network) block(from, to sim.NodeID, kind sim.Kind) Fate {
	var hold *Rule
	for _, r := range n.rules {
		if !r.Drop && !r.Hold || !r.picks(from, to, kind) {
			continue
		}
		if r.Drop {
			return Fate{Verdict: Drop, Rule: r, Why: r.Name}
		}
		if hold == nil {
			hold = r
		}
	}
	if hold != nil {
		return Fate{Verdict: Hold, Rule: hold}
	}
	return Fate{}
}

// bend applies every rule that picks a message being sent.
func (n *Network) bend(f *Fate, from, to sim.NodeID, kind sim.Kind, a random.Address) {
	if b := n.block(from, to, kind); b.Verdict != Deliver {
		*f = b
		return
	}
	for _, r := range n.rules {
		if !r.picks(from, to, kind) {
			continue
		}
		own := a.With(r.Salt)
		if r.Lose != 0 && random.Probability(r.Lose).Hit(n.source.Draw(own, random.Loss)) {
			*f = Fate{Verdict: Drop, Rule: r, Why: r.Name}
			return
		}
		n.stretch(f, r, own)
	}
}

// stretch applies the delays of one rule.
func (n *Network) stretch(f *Fate, r *Rule, own random.Address) {
	if r.Instead != nil {
		f.Delay, f.Rule = r.Instead.Sample(n.source.Draw(own, random.Latency)), r
	}
	plain := r.Duplicate == 0 && r.Reorder == 0
	if plain && r.Add != nil || r.Reorder != 0 && random.Probability(r.Reorder).Hit(n.source.Draw(own, random.Reorder)) {
		f.Delay, f.Rule = f.Delay+n.extra(r, own), r
	}
	if r.Duplicate != 0 && random.Probability(r.Duplicate).Hit(n.source.Draw(own, random.Duplicate)) {
		f.Copies, f.Rule = 1, r
		f.Copy = f.Delay + n.extra(r, OfCopy(own))
	}
}

func (n *Network) extra(r *Rule, own random.Address) int64 {
	if r.Add == nil {
		return 0
	}
	return r.Add.Sample(n.source.Draw(own.With(2), random.Latency))
}

// bitset is a set of nodes; the empty one stands for every node.
type bitset []uint64

func newBitset(ids []sim.NodeID, size int) bitset {
	if len(ids) == 0 {
		return nil
	}
	b := make(bitset, (size+63)/64)
	for _, id := range ids {
		b[id/64] |= 1 << (id % 64)
	}
	return b
}

func (b bitset) has(id sim.NodeID) bool {
	return b == nil || b[id/64]&(1<<(id%64)) != 0
}
