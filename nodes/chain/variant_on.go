//go:build mutants

package chain

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|cr-new-tail-early|craq-dirty-read" doc:"the wrong change"`
}

// newTailEarly: a new tail serves reads before it has all that the old one had.
func (v variant) newTailEarly() bool { return v.Mutant == "cr-new-tail-early" }

// dirtyRead: a server answers from a version that it does not know to be committed, and
// does not ask the tail.
func (v variant) dirtyRead() bool { return v.Mutant == "craq-dirty-read" }
