//go:build !mutants && !js

package etcdraft

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) sendBeforeSync() bool { return false }
func (variant) askBeforeSync() bool  { return false }
