//go:build !mutants

package paxos

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) promiseVolatile() bool    { return false }
func (variant) ownValue() bool           { return false }
func (variant) ballotNotUnique() bool    { return false }
func (variant) promisesPerMessage() bool { return false }
func (variant) acceptNoBump() bool       { return false }
func (variant) singleBallotField() bool  { return false }
func (variant) learnerMinority() bool    { return false }
func (variant) disjointQuorums() bool    { return false }
func (variant) gapNoop() bool            { return false }
func (variant) configImmediately() bool  { return false }
func (variant) campaignsAtWhim() bool    { return false }
func (variant) promiseUnsynced() bool    { return false }
func (variant) noBarrier() bool          { return false }
func (variant) inquiresMinority() bool   { return false }
func (variant) inquiresFirst() bool      { return false }
