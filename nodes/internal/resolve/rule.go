package resolve

import (
	"errors"
	"fmt"
	"slices"

	"simrun/nodes/internal/versions"
)

// Rule says what becomes of writes that were made without knowledge of each other.
type Rule uint8

// The rules.
const (
	Wall        Rule = iota // the last by its leader's wall clock
	Lamport                 // the last by Lamport's logical clocks
	HLC                     // the last by hybrid logical clocks
	HighestNode             // what follows none of the others, of the leader with the highest number
	Siblings                // all of them, for the reader to merge
	Union                   // sets: whatever any of them holds
	Append                  // texts: what any of them appended, in the order of stamps
	Cart                    // sets: whatever any holds and none knows to be removed
	GCounter                // a counter that only grows
	PNCounter               // a counter
	ORSet                   // a set from which what was seen is removed: additions win
	LWWRegister             // the last by a clock that respects causality
	MVRegister              // all that no reader has replaced
)

// Names lists the rules as scenarios spell them.
func Names() []string {
	return []string{
		"wall", "lamport", "hlc", "highest-node", "siblings", "union", "append", "cart",
		"g-counter", "pn-counter", "or-set", "lww-register", "mv-register",
	}
}

// Named is the rule of a name; an unknown one is Wall.
func Named(name string) Rule { return Rule(max(slices.Index(Names(), name), 0)) }

// String spells the rule as scenarios do.
func (r Rule) String() string { return Names()[r] }

// byStamp tells whether the rule keeps the version with the greatest stamp.
func (r Rule) byStamp() bool { return r <= HLC || r == LWWRegister }

// byHeads tells whether the rule keeps what no other write replaced.
func (r Rule) byHeads() bool { return r >= HighestNode && r <= Cart }

// byDots tells whether keys hold data types that merge by themselves.
func (r Rule) byDots() bool { return r >= GCounter && r != LWWRegister }

// Type is what a key holds.
type Type uint8

// The types.
const (
	Register Type = iota
	Counter
	Set
)

// Types lists the types as scenarios spell them.
func Types() []string { return []string{"register", "counter", "set"} }

// TypeNamed is the type of a name; an unknown one is Register.
func TypeNamed(name string) Type { return Type(max(slices.Index(Types(), name), 0)) }

// Resolver is how one deployment resolves. It is a value, and never changes.
type Resolver struct {
	Rule Rule
	// Type is what keys hold, where the rule leaves it open; see Holds.
	Type Type
	// Stamps detects conflicts by stamps instead of version vectors: nothing else is kept
	// and sent.
	Stamps bool
	// DeleteWins has a delete win against the updates that it did not know of, under rules by
	// version vectors. Else updates win.
	DeleteWins bool
}

// Holds is what keys hold.
func (r *Resolver) Holds() Type {
	switch r.Rule {
	case Union, Append, Cart, ORSet:
		return Set
	case GCounter, PNCounter:
		return Counter
	case MVRegister, Siblings:
		return Register
	}
	return r.Type
}

// Check tells what does not go together, and of which of resolve, type, detect and deletes
// that is; nil if all does.
func (r *Resolver) Check() (field string, err error) {
	switch {
	case r.Type != Register && r.Type != r.Holds():
		return "type", fmt.Errorf("with resolve: %v a key holds a %s", r.Rule, Types()[r.Holds()])
	case r.Stamps && !r.Rule.byStamp():
		return "detect", fmt.Errorf("%v goes by version vectors, or data types of its own: only what goes by stamps can detect by them", r.Rule)
	case r.DeleteWins && !r.Rule.byHeads():
		return "deletes", errors.New("who wins, a delete or an update, is a choice of rules by version vectors: highest-node, siblings, union, append, cart")
	}
	return "", nil
}

// Reveals tells whether a reader may be shown several versions.
func (r *Resolver) Reveals() bool { return r.Rule == Siblings || r.Rule == MVRegister }

// vectors tells whether the heads of a key are kept.
func (r *Resolver) vectors() bool { return r.Rule.byHeads() || r.Rule.byStamp() && !r.Stamps }

// contents tells whether each version says what it made of the key.
func (r *Resolver) contents() bool { return r.Holds() == Set && !r.Rule.byDots() }

// kept is how the versions of Object.Set are merged.
func (r *Resolver) kept() versions.Rule {
	if r.Rule.byDots() {
		return versions.Dots
	}
	return versions.LastWrite
}
