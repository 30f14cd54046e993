//go:build !mutants

package caller

import "simrun/sim"

// Variant is where a build for mutation tests keeps its wrong changes. This build has
// none: every method is a constant.
type Variant struct{}

func (Variant) retriesAnew() bool  { return false }
func (Variant) timeoutFails() bool { return false }

func anew(op sim.OpID, _ uint8) sim.OpID { return op }
