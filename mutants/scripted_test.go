//go:build mutants

package mutants

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
)

// scriptSeeds is how many seeds, from 1 on, a script is tried with. Seeds vary what
// clients do, not what goes wrong: nearly all scripts kill with the first.
const scriptSeeds = 5

// mutant is one wrong change, by its name. The scripted scenario that kills it is a
// file of the same name.
type mutant string

// mutants lists every wrong change of a build with the tag mutants.
var mutants = []mutant{
	"2pc-decision-not-logged", "2pc-prepare-volatile",
	"cl-retry-new-id", "cl-timeout-means-failed",
	"cr-new-tail-early", "craq-dirty-read",
	"crdt-actor-reuse", "crdt-delta-holes",
	"isr-truncate-to-hw", "isr-last-replica", "isr-hw-ignores-pending", "isr-expand-at-hw", "isr-no-epoch-fence", "isr-stale-version",
	"isr-ack-at-min", "isr-read-below-start", "isr-identity-early", "isr-corrupt-is-whole",
	"isr-same-epoch", "isr-former-fetch", "isr-former-peer", "isr-read-ignores-pending", "isr-read-below-min", "pb-stale-promoted",
	"dy-async-writeback", "dy-dot-reuse", "dy-hint-after-gc", "dy-hint-volatile", "dy-no-writeback",
	"dy-repair-resurrects", "dy-ring-change-split",
	"lf-ack-local-only", "lf-match-undurable", "lf-no-fencing", "lf-skip-gap", "lf-token-ignores-epoch", "lf-visible-before-ack",
	"ml-cart-union", "ml-no-causal-delivery", "ml-no-origin-filter", "ml-tombstone-early-gc",
	"px-promise-before-sync", "px-promise-volatile", "px-own-value", "px-ballot-not-unique", "px-promises-per-message", "px-accept-no-bump",
	"px-single-ballot-field", "px-learner-minority", "px-flexq-disjoint", "mp-gap-noop", "mp-config-immediately",
	"pqr-no-barrier", "pqr-minority", "pqr-first-acceptors",
}

// change makes the wrong change. One is an option that ships, and promises less.
func (m mutant) change() scenarios.Edit {
	if m == "ml-cart-union" {
		return set("workload.merge", "union")
	}
	return set("protocol.mutant", string(m))
}

// family is the default scenario that catches the mutant.
func (m mutant) family() string {
	switch {
	case strings.HasPrefix(string(m), "2pc-"):
		return "two-phase"
	case strings.HasPrefix(string(m), "dy-hint-"), m == "dy-repair-resurrects":
		return "dynamo-hints"
	case m == "dy-ring-change-split":
		return "ring-change"
	case strings.HasPrefix(string(m), "dy-"):
		return "dynamo"
	case m == "lf-match-undurable":
		return "leader-follower-disks"
	case m == "ml-tombstone-early-gc":
		return "leaders"
	case strings.HasPrefix(string(m), "ml-cart-"):
		return "carts"
	case strings.HasPrefix(string(m), "ml-"):
		return "multi-leader"
	case strings.HasPrefix(string(m), "cr-"), strings.HasPrefix(string(m), "craq-"):
		return "chain"
	case m == "isr-last-replica", strings.HasPrefix(string(m), "isr-former-"):
		return "in-sync-unflushed"
	case m == "isr-identity-early", m == "isr-corrupt-is-whole":
		return "in-sync-lost-disk"
	case strings.HasPrefix(string(m), "isr-"), strings.HasPrefix(string(m), "pb-"):
		return "in-sync-replicas"
	case strings.HasPrefix(string(m), "crdt-"):
		return "crdt"
	case m == "mp-config-immediately":
		return "paxos-members"
	case strings.HasPrefix(string(m), "pqr-"):
		return "paxos-quorum-reads"
	case m.isPaxos():
		return "paxos"
	case strings.HasPrefix(string(m), "r-lease-"), m == "r-restarted-voter", m == "r-round-joined-late":
		return "raft-leases"
	case m == "r-wiped-node-same-id":
		return "raft-disks"
	case strings.HasPrefix(string(m), "r-"):
		return "raft"
	case strings.HasPrefix(string(m), "vr-recovery-"):
		return "viewstamped-recovery"
	case strings.HasPrefix(string(m), "vr-"):
		return "viewstamped"
	case strings.HasPrefix(string(m), "er-"):
		return "etcd-raft"
	}
	return "leader-follower"
}

// isPaxos tells the mutants of Paxos, whose scripts are tests beside the protocol: they say
// which message arrives, which no file can.
func (m mutant) isPaxos() bool {
	return strings.HasPrefix(string(m), "px-") || strings.HasPrefix(string(m), "mp-") || strings.HasPrefix(string(m), "pqr-")
}

// One script kills each mutant. The very same file is held by the protocol that ships,
// with other seeds too.
func TestScriptsKill(t *testing.T) {
	for _, m := range mutants {
		if m.isPaxos() {
			continue
		}
		t.Run(string(m), func(t *testing.T) {
			holds(t, string(m), scriptSeeds, scriptSeeds)
			found := hunt(runner(t, string(m), m.change()), 1, scriptSeeds)
			require.NotNil(t, found, "nothing was noticed")
			t.Logf("seed %d: %s: %s", found.Seed, found.Claim, found.Why)
		})
	}
}

// The default scenarios find at random what is found within few runs. The rest is
// measured.
func TestDefaultScenariosFindTheEasyMutants(t *testing.T) {
	for _, m := range mutants {
		switch m {
		case "dy-async-writeback", "mp-config-immediately", "px-promise-before-sync", "isr-no-epoch-fence", "isr-read-below-start",
			"isr-same-epoch", "isr-former-fetch", "isr-former-peer", "isr-read-ignores-pending", "isr-read-below-min":
			continue // it takes hundreds of seeds, or more
		}
		t.Run(string(m), func(t *testing.T) {
			found := hunt(runner(t, m.family(), m.change()), 1, 300)
			require.NotNil(t, found, "nothing was noticed")
			t.Logf("seed %d: %s: %s", found.Seed, found.Claim, found.Why)
		})
	}
}
