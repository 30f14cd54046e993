//go:build mutants

package dynamo

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|dy-no-writeback|dy-async-writeback|dy-dot-reuse" doc:"the wrong change"`
}

// noWriteback: a read that promises to write back returns the newest version without doing so.
func (v variant) noWriteback() bool { return v.Mutant == "dy-no-writeback" }

// asyncWriteback: the write-back happens after the reply.
func (v variant) asyncWriteback() bool { return v.Mutant == "dy-async-writeback" }

// dotReuse: a node that coordinates stays the same actor for ever, and begins each
// life's counters anew, from what its replica still holds.
func (v variant) dotReuse() bool { return v.Mutant == "dy-dot-reuse" }
