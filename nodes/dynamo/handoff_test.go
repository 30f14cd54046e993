package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// hintOutage is an outage in which a stand-in keeps so many hints.
func hintOutage(t *testing.T, c Config, n int) (h *hand, holder, home sim.NodeID, ops []sim.OpID) {
	h, order, home := outage(t, c)
	for range n {
		ops = append(ops, h.put(h.client(1), nil))
		h.flushWithout(home)
	}
	return h, order[3], home, ops
}

func (h *hand) hints(holder, owner sim.NodeID) int {
	if o := h.replica(holder).hints.find(owner); o != nil {
		return o.live
	}
	return 0
}

// ofRole counts the facts of a node that holds hints.
func (h *hand) ofRole(why sim.Why) (n int) {
	for _, f := range h.facts {
		if f.Fact == sim.Role && f.Why == why && f.B == sim.HintHolder {
			n++
		}
	}
	return n
}

// recover has a holder notice that an owner is back.
func (h *hand) recover(holder sim.NodeID) {
	h.wait(holder)
	h.flush()
}

func TestHintGoesHome(t *testing.T) {
	for _, custody := range []string{"memory", "disk"} {
		c := sloppyQuorum("client")
		c.Hints = custody
		h, holder, home, ops := hintOutage(t, c, 3)
		require.Equal(t, 3, h.hints(holder, home))
		require.Equal(t, []int{1, 0}, []int{h.ofRole(sim.Held), h.ofRole(sim.Left)})
		require.Empty(t, h.holds(home))
		h.recover(holder)
		require.Equal(t, []sim.OpID{ops[2]}, ids(h.holds(home)))
		for _, other := range preference(h)[:3] {
			require.Equal(t, h.replica(home).store.held(0).set, h.replica(other).store.held(0).set, "the version is the original")
		}
		require.Zero(t, h.hints(holder, home))
		require.Equal(t, []int{1, 1}, []int{h.ofRole(sim.Held), h.ofRole(sim.Left)})
		require.Zero(t, h.disks[holder].Len(hintFile(home)))
		for _, op := range ops {
			require.Equal(t, 1, h.count(sim.Hint, sim.Kept, op))
			require.Equal(t, 1, h.count(sim.Hint, sim.Replayed, op))
		}
		require.Equal(t, 1, h.count(sim.Repaired, sim.ByHint, ops[2]))
	}
}

// TestHintIsDeletedAfterTheOwnersSync lets the owner crash before its sync.
func TestHintIsDeletedAfterTheOwnersSync(t *testing.T) {
	h, holder, home, ops := hintOutage(t, sloppyQuorum("client"), 1)
	h.lag = true
	h.recover(holder)
	require.Equal(t, 1, h.hints(holder, home))
	require.Len(t, h.syncs[home], 1)
	h.crash(home, loseAll)
	h.lag = false
	require.Empty(t, h.holds(home))
	h.clock += h.config.SuspectAfter
	h.fire(holder) // the period
	h.flush()
	require.Zero(t, h.hints(holder, home))
	require.Equal(t, ops, ids(h.holds(home)))
}

// TestHintTwice delivers a replay twice, and once more after a newer write.
func TestHintTwice(t *testing.T) {
	h, holder, home, ops := hintOutage(t, sloppyQuorum("client"), 1)
	h.wait(holder, h.client(1), h.client(2)) // up to the end
	require.Zero(t, h.hints(holder, home))
	old := &replay{leg: leg{Op: ops[0], Round: 1}, Set: h.replica(home).store.held(0).set}
	newer := h.put(h.client(2), nil)
	h.flush()
	for range 2 {
		h.deliver(letter{holder, home, old})
		h.flush()
	}
	require.Equal(t, []sim.OpID{newer}, ids(h.holds(home)))
	require.Equal(t, 1, h.count(sim.Repaired, sim.ByHint, ops[0]))
	require.Equal(t, 1, h.count(sim.Hint, sim.Replayed, ops[0]))
}

func TestHolderCrashes(t *testing.T) {
	for custody, kept := range map[string]int{"memory": 0, "disk": 2} {
		c := sloppyQuorum("client")
		c.Hints = custody
		h, holder, home, ops := hintOutage(t, c, 2)
		h.crash(holder, loseAll)
		require.Equal(t, kept, h.hints(holder, home), custody)
		h.recover(holder)
		require.Zero(t, h.hints(holder, home))
		if kept == 0 {
			require.Empty(t, h.holds(home))
			continue
		}
		require.Equal(t, ops[1:], ids(h.holds(home)))
		require.Equal(t, 2, h.ofRole(sim.Held))
		h.crash(holder, keepAll)
		require.Zero(t, h.hints(holder, home), "what was handed over stays so")
	}
}

// TestHintIsAcknowledgedAfterItsSync is what makes a promise of a hint on disk.
func TestHintIsAcknowledgedAfterItsSync(t *testing.T) {
	c := sloppyQuorum("client")
	c.Durable = false // which is about the homes' own data
	h, order, home := outage(t, c)
	h.lag = true
	op := h.put(h.client(1), nil)
	h.pass("write-hint", order[3])
	require.NotContains(t, h.inMail(), "hint-written n4>n6")
	require.Zero(t, h.count(sim.Hint, sim.Kept, op))
	require.Zero(t, h.count(sim.Answered, sim.NoReason, op))
	h.sync(order[3], false)
	require.Equal(t, 1, h.count(sim.Hint, sim.Kept, op))
	h.pass("hint-written", h.client(1))
	require.Equal(t, 1, h.count(sim.Answered, sim.NoReason, op))
	h.crash(order[3], loseAll)
	require.Equal(t, 1, h.hints(order[3], home))
}

func TestHintExpires(t *testing.T) {
	c := sloppyQuorum("client")
	c.HintTTL = time.Second
	h, holder, home, ops := hintOutage(t, c, 1)
	h.clock += time.Second
	h.put(h.client(1), nil) // a younger one
	h.flushWithout(home)
	h.fire(holder)
	h.cut(home)
	require.Equal(t, 1, h.count(sim.Hint, sim.Expired, ops[0]))
	require.Equal(t, 1, h.hints(holder, home))
	require.Zero(t, h.ofRole(sim.Left))
}

// TestLateReplayIsRefused has a hint expire on its way.
func TestLateReplayIsRefused(t *testing.T) {
	c := sloppyQuorum("client")
	c.HintTTL = time.Second
	h, holder, home, ops := hintOutage(t, c, 1)
	h.clock += c.SuspectAfter
	h.fire(holder)
	h.pass("ping", home)
	h.pass("pong", holder)
	h.clock += time.Second
	h.flush()
	require.Empty(t, h.holds(home))
	require.Zero(t, h.hints(holder, home))
	require.Equal(t, 1, h.count(sim.Hint, sim.Expired, ops[0]))
}

func TestTooManyHints(t *testing.T) {
	c := sloppyQuorum("client")
	c.MaxHints, c.W = 2, 3
	h, holder, home, ops := hintOutage(t, c, 2)
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	op := h.put(h.client(1), nil)
	h.flushWithout(home)
	require.NotContains(t, h.replies, h.client(1), "what is not kept is not acknowledged")
	require.Equal(t, 1, h.count(sim.Hint, sim.Dropped, op))
	require.Equal(t, 2, h.hints(holder, home))
	require.False(t, h.stores[h.client(1)].(*quorumClient).coordinator.health.suspects(holder), "a refusal is an answer")
	require.Len(t, ops, 2)
}

func TestThrottle(t *testing.T) {
	c := sloppyQuorum("client")
	c.HintRate = 100
	h, holder, home, _ := hintOutage(t, c, 4)
	for left := 3; left >= 0; left-- {
		h.recover(holder)
		require.Equal(t, left, h.hints(holder, home))
	}
}

// TestThrottledPassStops has the owner fall silent again.
func TestThrottledPassStops(t *testing.T) {
	c := sloppyQuorum("client")
	c.HintRate = 100
	h, holder, home, _ := hintOutage(t, c, 4)
	h.recover(holder)
	for range 4 {
		h.wait(holder, home)
	}
	require.True(t, h.replica(holder).local.health.suspects(home))
	require.False(t, h.replica(holder).hints.find(home).passing)
	before := h.hints(holder, home)
	require.NotZero(t, before)
	for range 2 * before {
		h.recover(holder)
	}
	require.Zero(t, h.hints(holder, home))
}

// TestLostReplayIsRepeated loses a replay, then its answer.
func TestLostReplayIsRepeated(t *testing.T) {
	for _, lost := range []string{"hint-replay", "hint-done"} {
		h, holder, home, _ := hintOutage(t, sloppyQuorum("client"), 1)
		h.clock += h.config.SuspectAfter
		h.fire(holder)
		h.pass("ping", home)
		h.pass("pong", holder)
		if lost == "hint-done" {
			h.pass("hint-replay", home)
		}
		h.take(lost, sim.Nobody)
		h.flush()
		require.Equal(t, 1, h.hints(holder, home), lost)
		h.recover(holder)
		require.Zero(t, h.hints(holder, home), lost)
	}
}

// TestAnswerOfAnotherLife must not delete a hint that has the same number.
func TestAnswerOfAnotherLife(t *testing.T) {
	c := sloppyQuorum("client")
	c.Hints = "memory"
	h, holder, home, ops := hintOutage(t, c, 1)
	h.crash(holder, loseAll)
	op := h.put(h.client(1), nil)
	h.flushWithout(home)
	h.deliver(letter{home, holder, &replayed{leg: leg{Op: ops[0], Round: 1}}})
	require.Equal(t, 1, h.hints(holder, home))
	h.deliver(letter{home, holder, &replayed{leg: leg{Op: op, Round: 1}}})
	require.Zero(t, h.hints(holder, home))
	h.deliver(letter{home, holder, &replayed{leg: leg{Op: op, Round: 1}}})
	h.deliver(letter{home, holder, &replayed{leg: leg{Op: op, Round: 99}}})
	h.deliver(letter{holder, home, &replayed{leg: leg{Op: op, Round: 1}}})
}

// TestRepeatedHint is kept once, and acknowledged each time.
func TestRepeatedHint(t *testing.T) {
	h, order, home := outage(t, sloppyQuorum("client"))
	op := h.put(h.client(1), nil)
	l := h.take("write-hint", order[3])
	h.mail = nil
	h.deliver(l)
	h.deliver(l)
	require.Equal(t, 1, h.hints(order[3], home))
	require.Equal(t, 1, h.count(sim.Hint, sim.Kept, op))
	h.flushWithout(home)
	require.Equal(t, 1, h.count(sim.Answered, sim.NoReason, op))
}

// TestHintsUnderVersions keeps siblings apart.
func TestHintsUnderVersions(t *testing.T) {
	c := sloppyQuorum("client")
	c.Versions = "dvv"
	h, holder, home, ops := hintOutage(t, c, 3) // blind writes
	require.Equal(t, 3, h.hints(holder, home))
	h.recover(holder)
	require.ElementsMatch(t, ops, ids(h.holds(home)))
}

// TestDamagedHint loses what the disk lost, and hands over the rest.
func TestDamagedHint(t *testing.T) {
	c := sloppyQuorum("client")
	c.Versions = "dvv"
	h, holder, home, ops := hintOutage(t, c, 3)
	h.disks[holder].Corrupt(hintFile(home), 1<<63, func(_ string, i int) uint64 { return uint64(1-i%2) << 63 })
	h.crash(holder, keepAll)
	require.Equal(t, 2, h.hints(holder, home))
	h.recover(holder)
	require.ElementsMatch(t, []sim.OpID{ops[0], ops[2]}, ids(h.holds(home)))
	require.Zero(t, h.disks[holder].Len(hintFile(home)))
}

// TestHintsAgainstAList does anything to the hints of one owner, and compares them
// with a plain list: what is not given back is held, in its order, whatever crashes.
func TestHintsAgainstAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := sloppyQuorum("client")
		c.Versions = "dvv"
		h := newHand(t, c, 5, 0)
		const holder, owner = 4, 5
		var list []sim.OpID
		last := uint32(0)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			r := h.replica(holder)
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1, 2:
				last++
				op := sim.NewOpID(1, last)
				v := versions.Version{Value: sim.Value{ID: op}, Dot: kv.Dot{Actor: last, Counter: 1}}
				key := sim.Key(rapid.IntRange(0, 2).Draw(t, "key"))
				m := &hint{leg: leg{Op: op, Key: key}, Owner: owner, Set: versions.Set{v}}
				r.takeHint(h.enter(holder), 1, m)
				h.leave(holder)
				list = append(list, op)
			case 3, 4:
				o := r.hints.find(owner)
				if o == nil || len(list) == 0 {
					continue
				}
				at := rapid.IntRange(0, len(list)-1).Draw(t, "which")
				for n := o.first; n < o.end(); n++ {
					if held := o.at(n); held != nil && held.message.Op == list[at] {
						m := &replayed{leg: held.message.leg}
						m.Round = n
						r.done(h.enter(holder), owner, m)
						h.leave(holder)
						break
					}
				}
				list = append(list[:at:at], list[at+1:]...)
			case 5:
				h.crash(holder, rapid.SampledFrom([]uint64{loseAll, keepAll}).Draw(t, "keep"))
			}
			h.mail = nil
			held := heldHints(h, holder, owner)
			require.Subset(t, held, list)
			require.Equal(t, len(held) > 0, h.replica(holder).hints.kept > 0)
		}
		require.LessOrEqual(t, h.disks[holder].Len(hintFile(owner)), int(last))
	})
}

// heldHints lists the hints held, and checks that the keys know the same.
func heldHints(h *hand, holder, owner sim.NodeID) (ops []sim.OpID) {
	o := h.replica(holder).hints.find(owner)
	if o == nil {
		return nil
	}
	count := 0
	for n := o.first; n < o.end(); n++ {
		if held := o.at(n); held != nil {
			ops = append(ops, held.message.Op)
			require.True(h.t, o.keys[held.message.Key].set.Has(&held.message.Set[0]))
			count++
		}
	}
	for key := range sim.Key(3) {
		count -= o.keys[key].count
	}
	require.Zero(h.t, count)
	require.Equal(h.t, len(ops), o.live)
	require.Equal(h.t, len(o.hints), h.disks[holder].Len(o.file))
	return ops
}
