//go:build !mutants

package mutants

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
)

// families are the default scenarios: one for each family of protocols.
var families = []string{
	"leader-follower", "dynamo", "dynamo-hints", "crdt", "carts", "two-phase", "anti-entropy", "ring-change",
	"paxos", "multi-leader", "raft", "viewstamped", "viewstamped-recovery", "viewstamped-forgetful", "etcd-raft", "abd", "chain", "leaders",
	"leaders-clocks", "in-sync-replicas", "in-sync-unflushed", "in-sync-lost-disk",
}

// shippedSeeds is how many seeds the protocols that ship must hold.
func shippedSeeds() int {
	switch {
	case long:
		return 5000
	case testing.Short():
		return 20
	}
	return 200
}

// machines are the default scenarios of replicated state machines and their kin.
var machines = []string{
	"raft", "raft-disks", "raft-leases", "viewstamped", "viewstamped-recovery", "viewstamped-forgetful", "etcd-raft", "paxos", "paxos-members",
	"paxos-lease", "paxos-roles", "paxos-quorum-reads", "abd", "chain", "in-sync-replicas", "in-sync-unflushed",
}

// machineSeeds is how many seeds those must hold, each of one cell.
func machineSeeds() int {
	if long {
		return 100_000
	}
	return 5 * shippedSeeds()
}

// What ships keeps what it promises, whatever goes wrong.
func TestWhatShipsHolds(t *testing.T) {
	seeds := shippedSeeds()
	for _, name := range append([]string{"dynamo-majorities", "statements", "paxos-members", "paxos-lease", "raft-disks", "raft-leases", "paxos-roles", "paxos-quorum-reads", "locks", "leader-follower-disks", "chain-patient", "dynamo-disks"}, families...) {
		t.Run(name, func(t *testing.T) {
			if slices.Contains(machines, name) {
				holdsInTurns(t, name, machineSeeds(), machineSeeds())
				return
			}
			holds(t, name, seeds, seeds)
		})
	}
}

// An option that is another way to the same promise keeps it.
func TestOtherWaysToThePromiseHold(t *testing.T) {
	seeds := shippedSeeds() / 4
	for _, way := range []struct{ scenario, path, value string }{
		{"leader-follower", "protocol.detector", "witness"},
		{"leader-follower", "protocol.client_fencing", "true"},
		{"leader-follower", "nemesis.kinds", "[handover, elect, isolate, one-way, crash, crash-at, pause]"},
	} {
		t.Run(way.scenario+" "+way.path+"="+way.value, func(t *testing.T) {
			holds(t, way.scenario, seeds, seeds, set(way.path, way.value))
		})
	}
}

// An option that promises less breaks the promise of the default scenario. So the
// scenario could fail.
func TestWeakerOptionsBreakThePromise(t *testing.T) {
	for _, weaker := range []struct{ scenario, path, value string }{
		{"leader-follower", "protocol.fencing", "false"},
		{"leader-follower", "protocol.reads", "leader"},
		{"leader-follower", "protocol.reads", "any"}, // lf-read-any-follower
		{"leader-follower", "protocol.visible", "before-ack"},
		{"leader-follower", "protocol.detector", "naive"},
		{"leader-follower", "protocol.short_of_answers", "promote"},
		{"leader-follower", "protocol.promote", "first"},
		{"leader-follower", "protocol.answers", "1"},
		{"leader-follower", "protocol.degrade", "20ms"},
		{"leader-follower", "protocol.apply", "received"},
		{"leader-follower", "workload.tokens", "false"},
		{"dynamo", "protocol.w", "1"},
		{"dynamo", "protocol.r", "1"},
		{"dynamo", "protocol.read_repair", "none"},
		{"dynamo", "protocol.read_repair", "async"},
		{"dynamo", "protocol.versions", "vv"}, // dy-vv-no-dots: more siblings than writers
		{"ring-change", "protocol.ring_change", "eager"},
		{"ring-change", "protocol.r", "1"},
		{"anti-entropy", "protocol.anti_entropy", "none"},
		{"anti-entropy", "protocol.tombstone_grace", "100ms"},
		{"two-phase", "protocol.writes", "parallel"},
		{"two-phase", "protocol.r", "1"},
		{"two-phase", "nemesis.kinds", "[isolate, crash, wipe]"},
		{"carts", "workload.merge", "union"}, // ml-cart-union: what was removed comes back
		{"carts", "workload.merge", "lww"},
		{"locks", "workload.token", "ignored"}, // cl-lock-no-token
		{"abd", "protocol.write_back", "never"},
		{"chain", "nemesis.kinds", "[isolate, crash, wipe]"},
		{"leaders-clocks", "protocol.resolve", "wall"}, // ml-lww-wallclock: a clock that is behind drops what knew what it loses against
		{"crdt", "protocol.w", "1"},
		{"crdt", "protocol.r", "1"},
		{"statements", "protocol.ship", "command"}, // lf-statement-replication, r-nondeterministic-apply
		{"statements", "protocol.ship", "captured"},
		{"dynamo-majorities", "nemesis.kinds", "[isolate, partition, wipe]"},
		{"dynamo-majorities", "protocol.quorum", "sloppy"}, // dy-sloppy-as-strict: stand-ins count, and the overlap is claimed
		{"dynamo-hints", "protocol.hints", "none"},
		{"multi-leader", "protocol.delivery", "arrival"},
		{"multi-leader", "workload.tokens", "false"},
		{"paxos", "protocol.reads", "leader"}, // who believes to lead is asked, and is wrong
		{"viewstamped", "protocol.reads", "leader"},
		{"paxos-lease", "protocol.drift", "0"}, // clocks are trusted more than they deserve
		{"dynamo-hints", "protocol.hints", "memory"},
		{"in-sync-replicas", "protocol.acks", "leader"},
		{"in-sync-replicas", "protocol.acks", "none"},
		{"in-sync-replicas", "protocol.unclean", "true"},
		{"in-sync-replicas", "protocol.reads", "leader"},
		{"in-sync-replicas", "nemesis.kinds", "[isolate, crash, wipe]"},
		{"in-sync-unflushed", "protocol.min_isr", "1"},
	} {
		t.Run(weaker.scenario+" "+weaker.path+"="+weaker.value, func(t *testing.T) {
			edits := []scenarios.Edit{set(weaker.path, weaker.value)}
			if weaker.scenario == "leader-follower" {
				edits = append(edits, set("protocol.mode", "semi-sync")) // which promises most
			}
			found := hunt(runner(t, weaker.scenario, edits...), 1, 1000)
			require.NotNil(t, found)
			t.Logf("seed %d: %s: %s", found.Seed, found.Claim, found.Why)
		})
	}
}
