//go:build mutants

package vr

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|vr-accepts-old-view|vr-ack-before-fsync|vr-commit-from-old-view|vr-commits-early|vr-longest-log-wins|vr-recovery-without-nonce|vr-restarted-primary-resumes|vr-startview-quorum-short|vr-statetransfer-truncates|vr-view-volatile" doc:"the wrong change"`
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
