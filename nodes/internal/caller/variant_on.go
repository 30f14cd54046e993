//go:build mutants

package caller

import "simrun/sim"

// Variant is one small wrong change, chosen by name. Only builds with the tag mutants
// have it: there the tests prove that judges notice.
type Variant struct{ Mutant string }

// retriesAnew: each retry has an identity of its own, so that nobody knows it again.
func (v Variant) retriesAnew() bool { return v.Mutant == "cl-retry-new-id" }

// timeoutFails: a write that is not answered in time is said to have failed.
func (v Variant) timeoutFails() bool { return v.Mutant == "cl-timeout-means-failed" }

// anew is another identity for a retry of an op: one of a client that there is not.
func anew(op sim.OpID, attempt uint8) sim.OpID {
	return sim.NewOpID(op.Client()|uint16(attempt)<<8, op.Number())
}
