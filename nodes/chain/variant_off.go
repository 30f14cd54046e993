//go:build !mutants

package chain

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) newTailEarly() bool { return false }
func (variant) dirtyRead() bool    { return false }
