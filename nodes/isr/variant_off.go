//go:build !mutants

package isr

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) truncateToHW() bool       { return false }
func (variant) lastReplica() bool        { return false }
func (variant) stalePromoted() bool      { return false }
func (variant) hwIgnoresPending() bool   { return false }
func (variant) expandAtHW() bool         { return false }
func (variant) noEpochFence() bool       { return false }
func (variant) staleVersion() bool       { return false }
func (variant) ackAtMin() bool           { return false }
func (variant) readBelowStart() bool     { return false }
func (variant) identityEarly() bool      { return false }
func (variant) corruptIsWhole() bool     { return false }
func (variant) sameEpoch() bool          { return false }
func (variant) formerFetch() bool        { return false }
func (variant) formerPeer() bool         { return false }
func (variant) readIgnoresPending() bool { return false }
func (variant) readBelowMin() bool       { return false }
