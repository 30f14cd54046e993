//go:build !mutants

package dynamo

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) noWriteback() bool    { return false }
func (variant) asyncWriteback() bool { return false }
func (variant) dotReuse() bool       { return false }
