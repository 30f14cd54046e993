//go:build mutants && !js

package etcdraft

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|er-send-before-sync|er-ask-before-sync" doc:"the wrong change"`
}

// sendBeforeSync: what depends on the disk leaves before the disk has it.
func (v variant) sendBeforeSync() bool { return v.Mutant == "er-send-before-sync" }

// askBeforeSync: votes are asked for before the new term is on disk, as the library would.
func (v variant) askBeforeSync() bool { return v.Mutant == "er-ask-before-sync" }
