//go:build !mutants

package multileader

import "simrun/sim"

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) noCausalDelivery() bool { return false }
func (variant) noOriginFilter() bool   { return false }

func (n *Node) repeat(*sim.Env, *cell) {}

func (variant) tombstoneEarly() bool { return false }
