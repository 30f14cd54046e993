package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

const (
	loseAll = uint64(0)       // words that choose what a crash keeps
	keepAll = uint64(1) << 63 // the middle third
)

func TestAcknowledgedAfterSync(t *testing.T) {
	h := newHand(t, clientCoordinates("none"), 3, 1)
	h.lag = true
	op := h.put(h.client(1), nil)
	h.pass("write", 1, 2)
	require.Equal(t, []string{"write n4>n3"}, h.inMail())
	require.Zero(t, h.count(sim.Stored, sim.Durable, op))
	h.sync(1, false)
	require.Equal(t, []string{"write n4>n3", "written n1>n4"}, h.inMail())
	require.Equal(t, 1, h.count(sim.Stored, sim.Durable, op))
	h.crash(1, loseAll)
	h.crash(2, loseAll)
	require.Equal(t, []sim.OpID{op}, ids(h.holds(1)))
	require.Empty(t, h.holds(2))
}

func TestAcknowledgedBeforeSync(t *testing.T) {
	c := clientCoordinates("none")
	c.Durable = false
	h := newHand(t, c, 3, 1)
	h.lag = true
	op := h.put(h.client(1), nil)
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, 3, h.count(sim.Stored, sim.Volatile, op))
	require.Zero(t, h.count(sim.Stored, sim.Durable, op))
	stated := h.count(sim.Discarded, sim.Unsynced, 0)
	for i, id := range h.members {
		h.crash(id, loseAll)
		require.Empty(t, h.holds(id))
		require.Equal(t, stated+i+1, h.count(sim.Discarded, sim.Unsynced, 0), "all is gone")
	}
	require.Zero(t, h.count(sim.Stored, sim.Durable, op))
	next := h.put(h.client(1), nil)
	h.flush()
	h.sync(1, false)
	require.Equal(t, 1, h.count(sim.Stored, sim.Durable, next))
	h.crash(1, loseAll)
	require.Len(t, h.holds(1), 1)
	require.Equal(t, 2, h.count(sim.Stored, sim.Durable, next), "it is still there")
}

// TestGroupSync has writes wait together while a sync is under way.
func TestGroupSync(t *testing.T) {
	h := newHand(t, clientCoordinates("none"), 3, 4)
	h.lag = true
	for i := range 4 {
		h.call(h.client(i+1), kv.Request{Code: sim.Put, Key: sim.Key(i)})
		h.pass("write", 1)
	}
	h.mail = nil
	require.Len(t, h.syncs[1], 1)
	h.sync(1, false)
	require.Len(t, h.mail, 1)
	require.Len(t, h.syncs[1], 1, "one more sync for the other three")
	h.sync(1, false)
	require.Len(t, h.mail, 4)
	require.Empty(t, h.syncs[1])
	require.Empty(t, h.replica(1).waiting)
}

// TestRepeatedWriteWaitsForItsSync acknowledges a copy no earlier than the first.
func TestRepeatedWriteWaitsForItsSync(t *testing.T) {
	h := newHand(t, clientCoordinates("none"), 3, 1)
	h.lag = true
	op := h.put(h.client(1), nil)
	l := h.take("write", 1)
	h.mail = nil
	h.deliver(l)
	h.deliver(l)
	require.Empty(t, h.mail)
	h.sync(1, false)
	require.Len(t, h.mail, 2)
	require.Equal(t, 1, h.count(sim.Stored, sim.Durable, op))
	h.deliver(l)
	require.Len(t, h.mail, 3)
	require.Equal(t, 1, h.disks[1].Len(logFile))
}

func TestFailedSyncIsAskedAgain(t *testing.T) {
	h := newHand(t, clientCoordinates("none"), 3, 1)
	h.lag = true
	h.put(h.client(1), nil)
	h.pass("write", 1)
	h.mail = nil
	h.sync(1, true)
	require.Empty(t, h.mail)
	require.Empty(t, h.syncs[1])
	require.Equal(t, 1, h.fire(1))
	h.sync(1, false)
	require.Equal(t, []string{"written n1>n4"}, h.inMail())
}

func TestWipedReplicaIsEmpty(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 1)
		h.put(h.client(1), nil)
		h.flush()
		h.disks[1].Wipe()
		h.crash(1, keepAll)
		require.Empty(t, h.holds(1))
	})
}

// TestWipedCoordinatorIsAnotherActor is riak_kv #679: a coordinator that lost its
// disk must not give a new write the dot of an old one.
func TestWipedCoordinatorIsAnotherActor(t *testing.T) {
	h := newHand(t, Defaults(), 3, 2)
	kept, written := wipedCoordinator(h)
	require.ElementsMatch(t, []sim.OpID{kept, written}, ids(h.holds(1)))
}

// wipedCoordinator writes through n2, wipes it, and writes through it again.
func wipedCoordinator(h *hand) (kept, written sim.OpID) {
	client := h.client(1)
	kept = h.put(client, nil)
	h.flush()
	h.disks[2].Wipe()
	h.crash(2, keepAll)
	written = h.put(client, nil)
	h.flush()
	return kept, written
}

// TestCrashedCoordinatorIsAnotherActor loses the coordinator's own copy only: the
// versions that it sent before must survive those that it sends now.
func TestCrashedCoordinatorIsAnotherActor(t *testing.T) {
	h := newHand(t, Defaults(), 3, 2)
	h.lag = true
	kept := h.put(h.client(1), nil)
	h.pass("request", 2)
	h.pass("write", 1, 3)
	h.crash(2, loseAll)
	h.lag = false
	h.sync(1, false)
	h.sync(3, false)
	h.flush()
	blind := h.put(h.client(1), nil)
	h.flush()
	h.get(h.client(2))
	h.flush()
	require.ElementsMatch(t, []sim.OpID{kept, blind}, ids(h.reply(h.client(2)).Values))
}

// TestRebuild compares memory before a crash with what the disk gives back, with
// every message type as a record and with compaction on the way.
func TestRebuild(t *testing.T) {
	for _, rule := range []versions.Rule{versions.Causal, versions.LastWrite} {
		rapid.Check(t, func(t *rapid.T) {
			c := Defaults()
			if rule == versions.LastWrite {
				c.Versions = "lww"
			}
			c.TombstoneGrace = time.Minute
			h := newHand(t, c, 3, 1)
			r := h.replica(1)
			for i := range rapid.IntRange(0, 40).Draw(t, "writes") {
				key := sim.Key(rapid.IntRange(0, 3).Draw(t, "key"))
				set := versions.Set{drawVersion(t, rule, uint32(i+1))}
				record := rapid.SampledFrom([]sim.Record{
					&write{leg: leg{Key: key}, Set: set}, &spread{leg: leg{Key: key}, Set: set}, &mend{leg: leg{Key: key}, Set: set},
					&hint{leg: leg{Key: key}, Set: set}, &replay{leg: leg{Key: key}, Set: set},
				}).Draw(t, "record")
				r.take(h.enter(1), key, set, record)
				h.leave(1)
				if rapid.IntRange(0, 4).Draw(t, "collect") == 0 {
					h.clock += rapid.SampledFrom([]time.Duration{time.Nanosecond, time.Minute}).Draw(t, "age")
					r.collect(h.enter(1))
					h.leave(1)
				}
				if rapid.IntRange(0, 9).Draw(t, "compact") == 0 {
					r.store.records = 1 << 20
					r.store.compact(h.disks[1])
				}
			}
			before := inspected(h, 1)
			h.crash(1, keepAll)
			require.Equal(t, before, inspected(h, 1))
		})
	}
}

func drawVersion(t *rapid.T, rule versions.Rule, n uint32) versions.Version {
	v := versions.Version{Value: sim.Value{ID: sim.NewOpID(1, n)}, Deleted: rapid.Bool().Draw(t, "deleted")}
	if v.Deleted {
		v.Time = worldBegan + rapid.Uint64Range(0, uint64(time.Hour)).Draw(t, "of death")
	}
	if rule == versions.LastWrite {
		v.Time = rapid.Uint64Range(1, 9).Draw(t, "time")
		return v
	}
	v.Dot = kv.Dot{Actor: 1, Counter: uint64(n)}
	if rapid.Bool().Draw(t, "blind") {
		v.Past = kv.Context{{Actor: 1, Counter: uint64(n) - 1}}
	}
	return v
}

func inspected(h *hand, id sim.NodeID) []sim.Copy {
	var copies []sim.Copy
	h.nodes[id].(sim.Inspector).Inspect(func(c sim.Copy) { copies = append(copies, c) })
	return copies
}

func TestCompactionBoundsTheFile(t *testing.T) {
	h := newHand(t, clientCoordinates("none"), 3, 1)
	var last sim.OpID
	for range 3 * compactAbove {
		last = h.put(h.client(1), nil)
		h.flush()
		require.LessOrEqual(t, h.disks[1].Len(logFile), compactAbove+compactTimes)
	}
	h.crash(1, loseAll)
	require.Equal(t, []sim.OpID{last}, ids(h.holds(1)))
}

func corruptAll(h *hand, id sim.NodeID, word uint64) {
	h.disks[id].Corrupt(logFile, random.Certain, func(string, int) uint64 { return word })
	h.crash(id, keepAll)
}

// TestDamagedRecordsAreSkipped loses what the disk lost, and nothing else.
func TestDamagedRecordsAreSkipped(t *testing.T) {
	h := newHand(t, clientCoordinates("none"), 3, 1)
	h.put(h.client(1), nil)
	h.flush()
	corruptAll(h, 1, 0)
	require.Empty(t, h.holds(1))
	again := h.put(h.client(1), nil)
	h.flush()
	h.crash(1, keepAll)
	require.Equal(t, []sim.OpID{again}, ids(h.holds(1)))
}

// TestDamageWithoutChecksums shows other versions than were written, and leaves the
// messages that were the records as they are.
func TestDamageWithoutChecksums(t *testing.T) {
	for word := range uint64(64) {
		h := newHand(t, clientCoordinates("none"), 3, 1)
		h.disks[1].Checksums = false
		op := h.put(h.client(1), nil)
		h.flush()
		if word%3 == 0 {
			h.replica(1).store.records = 1 << 20
			h.replica(1).store.compact(h.disks[1])
			h.crash(1, keepAll)
		}
		before := h.replica(1).store.held(0).set
		corruptAll(h, 1, word)
		after := h.replica(1).store.held(0).set
		require.Len(t, after, 1)
		require.False(t, after.Has(&before[0]))
		require.Equal(t, op, before[0].Value.ID)
	}
}
