//go:build mutants

package multileader

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|ml-no-causal-delivery|ml-no-origin-filter" doc:"the wrong change"`
}

// noCausalDelivery: updates are applied before those that they depend on.
func (v variant) noCausalDelivery() bool { return v.Mutant == "ml-no-causal-delivery" }

// noOriginFilter: a ring forwards and applies its own updates again.
func (v variant) noOriginFilter() bool { return v.Mutant == "ml-no-origin-filter" }
