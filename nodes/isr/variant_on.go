//go:build mutants

package isr

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|isr-truncate-to-hw|isr-last-replica|pb-stale-promoted|isr-hw-ignores-pending|isr-expand-at-hw|isr-no-epoch-fence|isr-stale-version|isr-ack-at-min|isr-read-below-start|isr-identity-early|isr-corrupt-is-whole|isr-same-epoch|isr-former-fetch|isr-former-peer|isr-read-ignores-pending|isr-read-below-min" doc:"the wrong change"`
}

// truncateToHW: a follower cuts its log to its own high watermark (before KIP-101).
func (v variant) truncateToHW() bool { return v.Mutant == "isr-truncate-to-hw" }

// lastReplica: who came back without what it had acknowledged counts as before, and
// leads if it was the last (before KIP-966).
func (v variant) lastReplica() bool { return v.Mutant == "isr-last-replica" }

// stalePromoted: any replica that lives may lead.
func (v variant) stalePromoted() bool { return v.Mutant == "pb-stale-promoted" }

// hwIgnoresPending: the high watermark goes by the in-sync set that the controller last told
// of, not by what it may have agreed to since (KIP-497).
func (v variant) hwIgnoresPending() bool { return v.Mutant == "isr-hw-ignores-pending" }

// expandAtHW: who has reached the high watermark of a new leader, which lags, is in sync
// (KAFKA-7128).
func (v variant) expandAtHW() bool { return v.Mutant == "isr-expand-at-hw" }

// noEpochFence: fetches and answers of other epochs are obeyed (before KIP-320).
func (v variant) noEpochFence() bool { return v.Mutant == "isr-no-epoch-fence" }

// staleVersion: the controller grants an in-sync set that was asked in view of another version, or by
// who leads no more.
func (v variant) staleVersion() bool { return v.Mutant == "isr-stale-version" }

// ackAtMin: what min_isr replicas have is taken for committed.
func (v variant) ackAtMin() bool { return v.Mutant == "isr-ack-at-min" }

// readBelowStart: a new leader answers reads before it knows what is committed (before KIP-207).
func (v variant) readBelowStart() bool { return v.Mutant == "isr-read-below-start" }

// identityEarly: a disk gets an identity before the controller has heard that it had none.
func (v variant) identityEarly() bool { return v.Mutant == "isr-identity-early" }

// corruptIsWhole: who had to cut its log at a corrupt record counts as before.
func (v variant) corruptIsWhole() bool { return v.Mutant == "isr-corrupt-is-whole" }

// sameEpoch: a leader that stopped and came back leads on in the same epoch.
func (v variant) sameEpoch() bool { return v.Mutant == "isr-same-epoch" }

// formerFetch: what a server's former life has fetched counts (before KIP-903).
func (v variant) formerFetch() bool { return v.Mutant == "isr-former-fetch" }

// formerPeer: what a follower had in its former life counts as what it has.
func (v variant) formerPeer() bool { return v.Mutant == "isr-former-peer" }

// readIgnoresPending: a read waits for the in-sync set last told of alone.
func (v variant) readIgnoresPending() bool { return v.Mutant == "isr-read-ignores-pending" }

// readBelowMin: who is alone in sync asks nobody before a read.
func (v variant) readBelowMin() bool { return v.Mutant == "isr-read-below-min" }
