//go:build !mutants

package leaderfollower

import "simrun/nodes/internal/caller"

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) ackLocalOnly() bool      { return false }
func (variant) matchUndurable() bool    { return false }
func (variant) noFencing() bool         { return false }
func (variant) skipGap() bool           { return false }
func (variant) tokenIgnoresEpoch() bool { return false }
func (variant) visibleBeforeAck() bool  { return false }

func (variant) client() caller.Variant { return caller.Variant{} }
