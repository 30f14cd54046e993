package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func TestWriteFanoutW(t *testing.T) {
	c := clientCoordinates("none")
	c.WriteFanout = "w"
	h := newHand(t, c, 3, 1)
	op := h.put(h.client(1), nil)
	require.Len(t, h.mail, 2)
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, 2, h.count(sim.Stored, sim.Durable, op))
}

func TestReadFanoutR(t *testing.T) {
	c := clientCoordinates("none")
	c.ReadFanout = "r"
	h := newHand(t, c, 3, 1)
	h.get(h.client(1))
	require.Len(t, h.mail, 2)
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
}

// TestDrawnSubsets counts how often reads and writes choose each pair of subsets:
// all are equally likely, and neither choice tells anything about the other. The
// statistic is chi-square with 99 degrees of freedom; 174 is exceeded once in 200,000.
func TestDrawnSubsets(t *testing.T) {
	h := newHand(t, Defaults(), 5, 1)
	l := layout{}
	env := h.enter(h.client(1))
	counts := map[[2]uint64]int{}
	const trials = 20000
	for i := range trials {
		about := sim.OpSubject(sim.NewOpID(1, uint32(i+1)), 1)
		r := l.some(env, drawRead, about, h.members, 2)
		w := l.some(env, drawWrite, about, h.members, 3)
		require.Equal(t, []int{2, 3}, []int{r.Count(), w.Count()})
		counts[[2]uint64{uint64(r), uint64(w)}]++
	}
	require.Len(t, counts, 100)
	chi := 0.0
	for _, n := range counts {
		d := float64(n) - trials/100
		chi += d * d / (trials / 100)
	}
	require.Less(t, chi, 174.0)
}

func TestThroughOne(t *testing.T) {
	c := clientCoordinates("none")
	c.WriteFanout, c.W = "through-one", 2
	h := newHand(t, c, 3, 1)
	a := h.put(h.client(1), nil)
	require.Len(t, h.mail, 1)
	first := h.mail[0].to
	h.flush()
	require.Equal(t, 1, h.count(sim.Stored, sim.Durable, a))
	require.NotContains(t, h.replies, h.client(1), "W is 2")
	require.Equal(t, 1, h.fire(first))
	require.Len(t, h.mail, 2)
	h.flush()
	require.Equal(t, 3, h.count(sim.Stored, sim.Durable, a))
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, 2, h.count(sim.Answered, sim.NoReason, a))
}

// TestQueueOfThroughOne has one home pass on several writes, one at a time.
func TestQueueOfThroughOne(t *testing.T) {
	c := clientCoordinates("none")
	c.WriteFanout, c.W, c.SpreadEvery = "through-one", 1, time.Millisecond
	h := newHand(t, c, 3, 1)
	for range 12 {
		h.put(h.client(1), nil)
		h.flush()
		require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	}
	queued := len(h.replica(1).queue)
	require.Greater(t, queued, 1)
	for range queued {
		require.Equal(t, 1, h.fire(1))
		require.Len(t, h.mail, 2)
		h.mail = nil
	}
	require.Zero(t, h.fire(1))
}

func TestThroughOneAtACoordinatorThatIsAHome(t *testing.T) {
	c := Defaults()
	c.WriteFanout, c.W = "through-one", 3
	h := newHand(t, c, 3, 1)
	for range 6 {
		op := h.put(h.client(1), h.reply(h.client(1)).Context)
		h.pass("request", 2)
		h.flush()
		for _, id := range h.members {
			h.envs[id].Timers(func(p sim.TimerID, _ time.Duration) {
				if timer, _ := h.envs[id].Fire(p); timer.Kind == timerSpread {
					h.nodes[id].Timeout(h.enter(id), timer)
					h.leave(id)
				}
			})
		}
		h.flush()
		require.Equal(t, 3, h.count(sim.Stored, sim.Durable, op))
		require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	}
}

// TestClocks shows whose clock decides, and that a clock ahead wins.
func TestClocks(t *testing.T) {
	for _, who := range []string{"coordinator", "client"} {
		c := Defaults()
		c.Versions, c.Clock = "lww", who
		h := newHand(t, c, 3, 3)
		ahead := h.client(1) // asks n2
		h.skew[ahead], h.skew[2] = time.Hour, 0
		older := h.put(ahead, nil)
		h.flush()
		newer := h.put(h.client(2), nil)
		h.flush()
		h.get(h.client(3))
		h.flush()
		want, loser := newer, older
		if who == "client" {
			want, loser = older, newer
		}
		require.Equal(t, []sim.OpID{want}, ids(h.reply(h.client(3)).Values), who)
		require.Equal(t, 3, h.count(sim.Discarded, sim.Resolved, loser))
		require.Equal(t, 1, h.count(sim.Placed, sim.NoReason, older))
	}
}

// TestPlaceIsTheOrderOfTheStore compares what is stated with what wins.
func TestPlaceIsTheOrderOfTheStore(t *testing.T) {
	h := newHand(t, clientCoordinates("none"), 3, 2)
	h.skew[h.client(2)] = time.Microsecond // so that both clocks show the same
	h.put(h.client(2), nil)
	h.put(h.client(1), nil)
	h.mail = append(h.mail[3:6:6], h.mail[:3]...)
	h.flush()
	var best fact
	for _, f := range h.facts {
		if f.Fact == sim.Placed && (f.A > best.A || f.A == best.A && f.B > best.B) {
			best = f
		}
	}
	require.Equal(t, []sim.OpID{best.Op}, ids(h.holds(1)))
	require.Equal(t, uint64(worldBegan), best.A/1e9*1e9)
}

func TestRetriesOfAQuorumClient(t *testing.T) {
	c := clientCoordinates("none")
	c.Attempts, c.W = 3, 3
	h := newHand(t, c, 3, 1)
	client := h.client(1)
	op := h.put(client, nil)
	h.pass("write", 1)
	h.pass("written", client)
	h.mail = nil // the other two are lost
	require.Equal(t, 1, h.fire(client))
	require.Equal(t, []string{"write n4>n2", "write n4>n3"}, h.inMail())
	require.Equal(t, sim.OpSubject(op, 2), h.mail[0].m.Subject())
	h.flush()
	require.Equal(t, sim.OK, h.reply(client).Outcome)
	require.Zero(t, h.fire(client), "no timer is left")
	for _, id := range h.members {
		require.Equal(t, []sim.OpID{op}, ids(h.holds(id)))
	}
}

func TestRetriesGoElsewhere(t *testing.T) {
	c := Defaults()
	c.Attempts = 8
	h := newHand(t, c, 5, 1)
	client := h.client(1)
	h.get(client)
	asked := map[sim.NodeID]bool{}
	for range 8 {
		asked[h.mail[0].to] = true
		h.mail = nil
		h.fire(client)
	}
	require.Greater(t, len(asked), 2)
	require.Empty(t, h.mail, "eight were enough")
	h.put(client, nil)
	require.Len(t, h.mail, 1)
	h.mail = nil
	require.Zero(t, h.fire(client), "a repeated put would be another write")
}

// TestRepeatedPutWithTheClientsTime is the same write, whoever coordinates it.
func TestRepeatedPutWithTheClientsTime(t *testing.T) {
	c := Defaults()
	c.Attempts, c.Versions, c.Clock = 5, "lww", "client"
	h := newHand(t, c, 5, 2)
	first := h.put(h.client(1), nil)
	h.fire(h.client(1)) // impatient
	require.Len(t, h.mail, 2)
	again := h.take("request", h.mail[1].to)
	h.flush()
	second := h.put(h.client(2), nil)
	h.flush()
	h.deliver(again)
	h.flush()
	h.get(h.client(2))
	h.flush()
	require.Equal(t, []sim.OpID{second}, ids(h.reply(h.client(2)).Values))
	require.NotEqual(t, first, second)
}

// TestRounds keeps many ops of one coordinator apart.
func TestRounds(t *testing.T) {
	h := newHand(t, Defaults(), 3, 40)
	for i := range 40 {
		h.call(h.client(i+1), kv.Request{Code: sim.Put, Key: sim.Key(i)})
	}
	for len(h.mail) > 0 { // last in, first out
		l := h.mail[len(h.mail)-1]
		h.mail = h.mail[:len(h.mail)-1]
		h.deliver(l)
	}
	for i := range 40 {
		r := h.reply(h.client(i + 1))
		require.Equal(t, sim.OK, r.Outcome)
		require.Equal(t, sim.NewOpID(uint16(h.client(i+1)), 1), r.Op)
	}
}

func TestRoundsKeepWhatIsOfInterest(t *testing.T) {
	var table rounds
	over := func(now, until time.Duration) uint64 {
		r := table.open(7, now)
		r.stage, r.asked, r.until = closed, 1, until
		return r.Round
	}
	first := over(0, time.Second)
	for range 99 {
		over(0, time.Second)
	}
	require.NotNil(t, table.find(first), "late answers may still come")
	require.Nil(t, table.find(first+1<<32), "another actor's")
	require.Len(t, table.ring, 128)

	waiting := table.open(7, time.Second).Round
	for range 100 {
		over(time.Second, 2*time.Second)
	}
	require.NotNil(t, table.find(waiting))
	require.Nil(t, table.find(first), "its time is over")
	table.find(waiting).stage = closed
	for i := range 1000 {
		over(time.Duration(i)*time.Second, 0)
	}
	require.LessOrEqual(t, len(table.ring), 256)
}
