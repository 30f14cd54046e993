package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestTimerTableAgainstAModel: slots are used again, identities never.
func TestTimerTableAgainstAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table timerTable
		model, gone := map[TimerID]Timer{}, map[TimerID]bool{}
		var ids []TimerID
		for n := range uint64(rapid.IntRange(0, 60).Draw(t, "steps")) {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				timer := Timer{Kind: 1, A: n}
				id := table.add(timer, time.Duration(n))
				require.False(t, gone[id], "an identity is used once")
				_, there := model[id]
				require.False(t, there)
				model[id] = timer
				ids = append(ids, id)
			case 2:
				if len(ids) == 0 {
					continue
				}
				id := rapid.SampledFrom(ids).Draw(t, "id")
				want, there := model[id]
				got, ok := table.fire(id)
				require.Equal(t, there, ok)
				require.Equal(t, want, got)
				delete(model, id)
				gone[id] = true
			case 3:
				if len(ids) == 0 {
					continue
				}
				id := rapid.SampledFrom(ids).Draw(t, "id")
				_, there := model[id]
				require.Equal(t, there, table.move(id, 5))
			case 4:
				if n%7 == 0 {
					table.clear()
					for id := range model {
						gone[id] = true
					}
					clear(model)
				}
			}
			count := 0
			table.each(func(id TimerID, due time.Duration) {
				count++
				at, timer, when, ok := table.at(id.Slot - 1)
				require.True(t, ok)
				require.Equal(t, id, at)
				require.Equal(t, model[id], timer)
				require.Equal(t, due, when)
			})
			require.Equal(t, len(model), count)
		}
		_, _, _, ok := table.at(1000)
		require.False(t, ok)
	})
}

// TestEnvRecordsEffects: a handler can be tested without a kernel.
func TestEnvRecordsEffects(t *testing.T) {
	env := NewEnv(3, noHost{})
	env.Enter(10, 20)
	require.Equal(t, NodeID(3), env.Self())
	require.Equal(t, time.Duration(10), env.Now())
	require.Equal(t, time.Duration(20), env.Wall())
	id := env.After(5, Timer{Kind: 1})
	env.Reset(id, 7)
	env.Send(1, nil)
	env.Sync(9)
	env.Work(0)
	env.Work(4)
	env.Observe(Observation{A: 1})
	env.Observe(Observation{A: 2})
	env.Begin(Call{Key: 1})
	env.End(Result{Served: 2})
	var does []Do
	for _, x := range env.Effects() {
		does = append(does, x.Do)
	}
	require.Equal(t, []Do{DoSet, DoSet, DoSend, DoSync, DoWork, DoObserve, DoObserve, DoBegin, DoEnd}, does)
	require.EqualValues(t, 2, env.Observation(env.Effects()[6].Index).A)
	require.EqualValues(t, 1, env.Call(env.Effects()[7].Index).Key)
	require.EqualValues(t, 2, env.Result(env.Effects()[8].Index).Served)
	due, ok := env.Pending(id)
	require.True(t, ok)
	require.Equal(t, time.Duration(17), due)
	env.Postpone(id, 30)
	due, _ = env.Pending(id)
	require.Equal(t, time.Duration(30), due)

	env.Enter(11, 21)
	require.Empty(t, env.Effects())
	require.True(t, env.Cancel(id))
	require.False(t, env.Reset(id, 1))
	env.After(1, Timer{})
	env.ForgetTimers()
	env.Timers(func(TimerID, time.Duration) { require.Fail(t, "none is pending") })
}

// noHost is a host that has nothing to give.
type noHost struct{}

func (noHost) Draw(_ NodeID, purpose uint8, about Subject) uint64 {
	return uint64(purpose) + uint64(about)
}
func (noHost) NameHash(id NodeID) uint64 { return uint64(id) * encoderSeed }
func (noHost) Disk(NodeID) Disk          { return nil }

// TestWeight: who has the highest weight does not hang on who else stands.
func TestWeight(t *testing.T) {
	env := NewEnv(1, noHost{})
	wins := map[NodeID]int{}
	for word := range uint64(3000) {
		best := NodeID(1)
		for id := NodeID(2); id <= 3; id++ {
			if env.Weight(word*encoderMultiply, id) > env.Weight(word*encoderMultiply, best) {
				best = id
			}
		}
		wins[best]++
	}
	for id := NodeID(1); id <= 3; id++ {
		require.InDelta(t, 1000, wins[id], 150)
	}
}

// TestSubjects are told apart by what they are about.
func TestSubjects(t *testing.T) {
	seen := map[Subject]bool{0: true}
	for _, s := range []Subject{
		OpSubject(NewOpID(1, 1), 0), OpSubject(NewOpID(1, 1), 1), OpSubject(NewOpID(1, 2), 0), OpSubject(NewOpID(2, 1), 0),
		FaultSubject(1), TimerSubject(1), NumberSubject(1), NumberSubject(2),
	} {
		require.False(t, seen[s], s)
		seen[s] = true
	}
	op, attempt, ok := OpSubject(NewOpID(65535, 1<<32-1), 7).Op()
	require.True(t, ok)
	require.Equal(t, NewOpID(65535, 1<<32-1), op)
	require.EqualValues(t, 7, attempt)
	_, _, ok = NumberSubject(5).Op()
	require.False(t, ok)
}

// TestBelow keeps the order of words and stays below.
func TestBelow(t *testing.T) {
	require.Zero(t, Below(^uint64(0), 0))
	require.EqualValues(t, 9, Below(^uint64(0), 10))
	require.EqualValues(t, 0, Below(0, 10))
	require.EqualValues(t, 5, Below(1<<63, 10))
}

// TestSpelling: everything that is printed has words.
func TestSpelling(t *testing.T) {
	for f := Role; f <= lastFact; f++ {
		require.NotEqual(t, "unknown", f.String())
	}
	for w := Held; w <= ByTransfer; w++ {
		require.NotEmpty(t, w.String())
		require.NotEqual(t, "unknown", w.String())
	}
	require.Equal(t, "unknown", Fact(99).String())
	require.Equal(t, "unknown", Why(99).String())
	require.Equal(t, "aborted", Aborted.String())
	require.Equal(t, "error-99", Error(99).String())
	require.Equal(t, "c1/17", NewOpID(1, 17).String())
	require.Equal(t, "initial", OpID(0).String())
	require.Equal(t, "c1/2=-3", Value{ID: NewOpID(1, 2), N: -3}.String())
	require.Equal(t, "k9", Key(9).String())
	for c := Get; c <= Remove; c++ {
		require.NotEqual(t, "none", c.String())
		require.Equal(t, c != Get, c.Writes())
	}
	require.Equal(t, "pending", Pending.String())
	require.Equal(t, "control", Control.String())
}
