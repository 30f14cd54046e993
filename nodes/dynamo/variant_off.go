//go:build !mutants

package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) noWriteback() bool       { return false }
func (variant) asyncWriteback() bool    { return false }
func (variant) dotReuse() bool          { return false }
func (variant) hintVolatile() bool      { return false }
func (variant) hintAfterGC() bool       { return false }
func (variant) prepareVolatile() bool   { return false }
func (variant) decisionNotLogged() bool { return false }
func (variant) repairResurrects() bool  { return false }
func (variant) ringSplit() bool         { return false }
func (variant) actorReuse() bool        { return false }
func (variant) deltaHoles() bool        { return false }

func (c *coordinator) reusedDot(sim.Key, kv.Context) kv.Dot { return kv.Dot{} }

func (*replica) gapless(_, brought versions.Set, _ sim.Record) versions.Set { return brought }

func (c *coordinator) usedDot(sim.Key) kv.Dot { return kv.Dot{} }
