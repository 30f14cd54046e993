//go:build !mutants

package raft

// variant is where a build for mutation tests keeps its wrong changes. This build
// has none: every method is a constant, and the compiler drops what depends on it.
type variant struct{}

func (variant) commitOldTerm() bool           { return false }
func (variant) voteVolatile() bool            { return false }
func (variant) voteReplyBeforePersist() bool  { return false }
func (variant) grantAny() bool                { return false }
func (variant) ackBeforeFsync() bool          { return false }
func (variant) fsyncByIndex() bool            { return false }
func (variant) noUpToDate() bool              { return false }
func (variant) truncateAlways() bool          { return false }
func (variant) noPrevTerm() bool              { return false }
func (variant) prevZeroAfterCompaction() bool { return false }
func (variant) commitPastMatch() bool         { return false }
func (variant) staleVote() bool               { return false }
func (variant) ackAfterDeposed() bool         { return false }
func (variant) learnerCounted() bool          { return false }
func (variant) termFromSnapshot() bool        { return false }
func (variant) snapshotRegress() bool         { return false }
func (variant) snapshotDropsSuffix() bool     { return false }
func (variant) snapshotOfUnapplied() bool     { return false }
func (variant) readIndexNoOwnCommit() bool    { return false }
func (variant) readIndexNoRound() bool        { return false }
func (variant) readBeforeApply() bool         { return false }
func (variant) followerLocalRead() bool       { return false }
func (variant) leaseFromAck() bool            { return false }
func (variant) leaseOnWallClock() bool        { return false }
func (variant) leaseWithoutDrift() bool       { return false }
func (variant) leaseSurvivesTransfer() bool   { return false }
func (variant) restartedVoterForgets() bool   { return false }
func (variant) noDedup() bool                 { return false }
func (variant) changeBeforeNoop() bool        { return false }
func (variant) twoAtOnce() bool               { return false }
func (variant) configStays() bool             { return false }
func (variant) jointUnion() bool              { return false }
func (variant) jointLostInSnapshot() bool     { return false }
func (variant) wipedSameIdentity() bool       { return false }
func (variant) staleCache() bool              { return false }
func (variant) sessionsByOwnClock() bool      { return false }
func (variant) localApply() bool              { return false }
func (variant) matchWithoutMax() bool         { return false }
func (variant) voteInTwoSteps() bool          { return false }
func (variant) pollsGranted() bool            { return false }
func (variant) stepsDownAtWhim() bool         { return false }
func (variant) oldAcks() bool                 { return false }
func (variant) sharesRound() bool             { return false }
func (variant) learnsFromOthers() bool        { return false }
