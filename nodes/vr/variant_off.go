//go:build !mutants

package vr

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) stateTransferTruncates() bool  { return false }
func (variant) longestLogWins() bool          { return false }
func (variant) viewVolatile() bool            { return false }
func (variant) commitsEarly() bool            { return false }
func (variant) acceptsOldView() bool          { return false }
func (variant) commitFromOldView() bool       { return false }
func (variant) startViewShort() bool          { return false }
func (variant) recoveryWithoutNonce() bool    { return false }
func (variant) restartedPrimaryResumes() bool { return false }
func (variant) ackBeforeFsync() bool          { return false }
func (variant) recoveryShort() bool           { return false }
func (variant) recoversBelowPromise() bool    { return false }
func (variant) countsOldPrepareOK() bool      { return false }
func (variant) restartedBackupResumes() bool  { return false }
func (variant) readJoinsRound() bool          { return false }
