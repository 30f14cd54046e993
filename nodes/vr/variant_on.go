//go:build mutants

package vr

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|vr-accepts-old-view|vr-ack-before-fsync|vr-commit-from-old-view|vr-commits-early|vr-longest-log-wins|vr-old-prepareok-counted|vr-read-joins-round|vr-recovery-below-promise|vr-recovery-quorum-short|vr-recovery-without-nonce|vr-restarted-backup-resumes|vr-restarted-primary-resumes|vr-startview-quorum-short|vr-statetransfer-truncates|vr-view-volatile" doc:"the wrong change"`
}

// stateTransferTruncates: who hears of a newer view first cuts its log to what it knows to be committed, as
// section 5.2 of the paper says.
func (v variant) stateTransferTruncates() bool { return v.Mutant == "vr-statetransfer-truncates" }

// longestLogWins: a view change takes the longest log, whatever view it is of.
func (v variant) longestLogWins() bool { return v.Mutant == "vr-longest-log-wins" }

// viewVolatile: the view that a replica joins does not reach the disk before the view starts.
func (v variant) viewVolatile() bool { return v.Mutant == "vr-view-volatile" }

// commitsEarly: f replicas are enough to commit.
func (v variant) commitsEarly() bool { return v.Mutant == "vr-commits-early" }

// acceptsOldView: a backup takes the prepares of the primary of an older view.
func (v variant) acceptsOldView() bool { return v.Mutant == "vr-accepts-old-view" }

// commitFromOldView: a commit-number of an older view's primary is taken for the log of the present one.
func (v variant) commitFromOldView() bool { return v.Mutant == "vr-commit-from-old-view" }

// startViewShort: a view starts after f DoViewChanges.
func (v variant) startViewShort() bool { return v.Mutant == "vr-startview-quorum-short" }

// recoveryWithoutNonce: answers to a recovery of a former life count.
func (v variant) recoveryWithoutNonce() bool { return v.Mutant == "vr-recovery-without-nonce" }

// restartedPrimaryResumes: a primary that restarts leads on in its view.
func (v variant) restartedPrimaryResumes() bool { return v.Mutant == "vr-restarted-primary-resumes" }

// ackBeforeFsync: entries count before they are on disk.
func (v variant) ackBeforeFsync() bool { return v.Mutant == "vr-ack-before-fsync" }

// recoveryShort: a recovery ends with f answers. With the views on disk no claim is known to break: what the rule
// of the paper adds is that a newer view is heard of.
func (v variant) recoveryShort() bool { return v.Mutant == "vr-recovery-quorum-short" }

// recoversBelowPromise: a replica asks as if its disk had promised nothing, and comes back in any view. It has
// to be both: whom it asks leave views below the promise before they answer.
func (v variant) recoversBelowPromise() bool { return v.Mutant == "vr-recovery-below-promise" }

// countsOldPrepareOK: a PrepareOK of a view that this primary led before counts in the present one.
func (v variant) countsOldPrepareOK() bool { return v.Mutant == "vr-old-prepareok-counted" }

// restartedBackupResumes: a replica that had joined a view, and has none of its log, is a backup in it after a restart.
func (v variant) restartedBackupResumes() bool { return v.Mutant == "vr-restarted-backup-resumes" }

// readJoinsRound: a read is served by the round that was under way when it came.
func (v variant) readJoinsRound() bool { return v.Mutant == "vr-read-joins-round" }
