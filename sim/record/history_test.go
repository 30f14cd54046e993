package record

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

// TestHistoryAgainstAModel begins and ends ops in any order, with values, numbers
// and parents, and reads everything back.
func TestHistoryAgainstAModel(t *testing.T) {
	h := History{}
	rapid.Check(t, func(t *rapid.T) {
		h.Reset()
		calls, results := map[sim.OpID]sim.Call{}, map[sim.OpID]sim.Result{}
		for stamp := uint32(1); stamp < 60; stamp++ {
			id := sim.NewOpID(rapid.Uint16Range(1, 3).Draw(t, "client"), rapid.Uint32Range(1, 9).Draw(t, "number"))
			_, began := calls[id]
			_, ended := results[id]
			if rapid.Bool().Draw(t, "begin") {
				c := anyCall(t, id)
				require.Equal(t, !began, h.Begin(&c, stamp, time.Duration(stamp)))
				if !began {
					calls[id] = c
				}
				continue
			}
			r := anyResult(t, id)
			require.Equal(t, began && !ended, h.End(&r, stamp, time.Duration(stamp)))
			if began && !ended {
				results[id] = r
			}
		}
		require.Len(t, h.Ops, len(calls))
		for i := range h.Ops {
			op := &h.Ops[i]
			require.Same(t, op, h.Find(op.ID()))
			agree(t, &h, op, calls[op.ID()], results[op.ID()])
		}
	})
}

func anyCall(t *rapid.T, id sim.OpID) sim.Call {
	c := sim.Call{
		Op: id, Code: sim.Code(rapid.IntRange(1, 6).Draw(t, "code")), Final: rapid.Bool().Draw(t, "final"),
		Key: sim.Key(rapid.Uint32().Draw(t, "key")), Session: uint32(rapid.Uint16().Draw(t, "session")),
	}
	if c.Code.Writes() {
		c.Value = sim.Value{ID: id, N: rapid.Int64Range(-1, 1).Draw(t, "n")}
		for range rapid.IntRange(0, 3).Draw(t, "parents") {
			c.Parents = append(c.Parents, sim.NewOpID(1, rapid.Uint32().Draw(t, "parent")))
		}
	}
	return c
}

func anyResult(t *rapid.T, id sim.OpID) sim.Result {
	r := sim.Result{Op: id, Outcome: sim.Outcome(rapid.IntRange(1, 3).Draw(t, "outcome")), Served: 3}
	for range rapid.IntRange(0, 3).Draw(t, "values") {
		r.Values = append(r.Values, sim.Value{ID: sim.NewOpID(1, rapid.Uint32().Draw(t, "value")), N: 5})
	}
	return r
}

// agree compares an op with what was said of it.
func agree(t *rapid.T, h *History, op *Op, c sim.Call, r sim.Result) {
	require.Equal(t, c.Code, op.Code)
	require.Equal(t, c.Key, op.Key)
	require.Equal(t, c.Final, op.Is(Final))
	require.EqualValues(t, c.Session, op.Session)
	if c.Code.Writes() {
		require.Equal(t, c.Value, h.Written(op))
	}
	var parents []sim.OpID
	for _, v := range h.Parents(op) {
		parents = append(parents, v.ID)
	}
	require.Equal(t, c.Parents, parents)
	require.Equal(t, r.Outcome, op.Outcome)
	require.Equal(t, r.Outcome != sim.Pending, op.Ended())
	if op.Ended() {
		require.Less(t, op.Invoked, op.Returned)
		require.Equal(t, time.Duration(op.Returned-op.Invoked), op.Latency())
		require.Equal(t, r.Served, op.Served)
	}
	want := r.Values
	if c.Code.Writes() && c.Code != sim.CAS {
		want = nil // a write returns nothing
	}
	require.Equal(t, append([]sim.Value{}, want...), append([]sim.Value{}, h.Values(op)...))
}

// TestHistoryOverflow: what is cut off is flagged.
func TestHistoryOverflow(t *testing.T) {
	var h History
	id := sim.NewOpID(1, 1)
	require.True(t, h.Begin(&sim.Call{Op: id, Code: sim.CAS, Parents: make([]sim.OpID, 300)}, 1, 0))
	op := h.Find(id)
	require.True(t, op.Is(Overflow))
	require.Len(t, h.Parents(op), 255)
	op.Flags = 0
	require.True(t, h.End(&sim.Result{Op: id, Outcome: sim.OK, Values: make([]sim.Value, 300)}, 2, 0))
	require.True(t, op.Is(Overflow))
	require.Len(t, h.Values(op), 255)
	require.Nil(t, h.Find(sim.NewOpID(1, 0)))
	require.Nil(t, h.Find(sim.NewOpID(9, 1)))
	require.Nil(t, h.Find(sim.NewOpID(1, 2)))
}

// TestCounters are sorted by name, whatever the order of counting.
func TestCounters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c Counters
		want := map[string]int64{}
		for range rapid.IntRange(0, 40).Draw(t, "adds") {
			name := rapid.SampledFrom([]string{"a", "b", "ab", "", "z.z", "z"}).Draw(t, "name")
			n := rapid.Int64Range(-3, 3).Draw(t, "n")
			c.Add(name, n)
			want[name] += n
		}
		require.Len(t, c.All(), len(want))
		for i, one := range c.All() {
			require.Equal(t, want[one.Name], one.Count)
			require.Equal(t, want[one.Name], c.Get(one.Name))
			require.True(t, i == 0 || c.All()[i-1].Name < one.Name)
		}
		require.Zero(t, c.Get("nothing"))
		c.Reset()
		require.Empty(t, c.All())
	})
}

// TestDigest: each word, each place of a word and the order of records count.
func TestDigest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.Uint64(), 6, 6).Draw(t, "words")
		before := NewDigest()
		before.Add(rapid.Uint64().Draw(t, "before"), 0, 0, 0, 0, 0)
		mix := func(w []uint64, d Digest) Digest {
			d.Add(w[0], w[1], w[2], w[3], w[4], w[5])
			return d
		}
		want := mix(words, before)
		i, bit := rapid.IntRange(0, 5).Draw(t, "word"), rapid.IntRange(0, 63).Draw(t, "bit")
		words[i] ^= 1 << bit
		require.NotEqual(t, want, mix(words, before))
		words[i] ^= 1 << bit
		require.NotEqual(t, want, mix(words, before^1<<bit))
	})
	a, b := NewDigest(), NewDigest()
	a.Add(1, 0, 0, 0, 0, 0)
	a.Add(2, 0, 0, 0, 0, 0)
	b.Add(2, 0, 0, 0, 0, 0)
	b.Add(1, 0, 0, 0, 0, 0)
	require.NotEqual(t, a, b)
	require.Equal(t, Digest(0xa2912d682dd951c0), a, "recorded digests depend on it")
}

// TestNames: every kind has a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for k := Sent; k <= Resumed; k++ {
		require.False(t, seen[k.String()], k)
		seen[k.String()] = true
	}
	require.Equal(t, "unknown", EventKind(99).String())
	for s := Finished; s <= Interrupted; s++ {
		require.NotEmpty(t, s.String())
	}
	r := Run{Names: []string{"", "n1"}}
	require.Equal(t, "n1", r.Name(1))
	require.Equal(t, "?", r.Name(2))
}

// TestBytesCountWhatReadsReturn, so that a limit of memory sees reads of large sets.
func TestBytesCountWhatReadsReturn(t *testing.T) {
	var h History
	values := make([]sim.Value, 255)
	for i := range uint32(100) {
		op := sim.NewOpID(1, i+1)
		h.Begin(&sim.Call{Op: op, Code: sim.Get}, 2*i+1, 0)
		h.End(&sim.Result{Op: op, Outcome: sim.OK, Values: values}, 2*i+2, 0)
	}
	require.GreaterOrEqual(t, h.Bytes(), 100*255*int(unsafe.Sizeof(sim.Value{})))
}
