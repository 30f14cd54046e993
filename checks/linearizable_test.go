package checks

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
	"simrun/sim/record"
)

// literalOp is one op of a history written by hand. Its end is 0 while pending.
type literalOp struct {
	id       sim.OpID
	code     sim.Code
	key      sim.Key
	from, to uint32
	outcome  sim.Outcome
	n        int64
	parents  []sim.OpID
	values   []sim.Value
	final    bool
}

// id1 is the number-th op of client 1, and so on.
func id1(number uint32) sim.OpID { return sim.NewOpID(1, number) }
func id2(number uint32) sim.OpID { return sim.NewOpID(2, number) }
func id3(number uint32) sim.OpID { return sim.NewOpID(3, number) }

func literalPut(id sim.OpID, from, to uint32) literalOp {
	return literalOp{id: id, code: sim.Put, from: from, to: to, outcome: sim.OK}
}

func literalGet(id sim.OpID, from, to uint32, seen ...sim.OpID) literalOp {
	op := literalOp{id: id, code: sim.Get, from: from, to: to, outcome: sim.OK}
	for _, s := range seen {
		op.values = append(op.values, sim.Value{ID: s})
	}
	return op
}

func (o literalOp) ends(outcome sim.Outcome) literalOp {
	if o.outcome = outcome; outcome == sim.Pending {
		o.to = 0
	}
	return o
}

func (o literalOp) on(key sim.Key) literalOp { o.key = key; return o }

func (o literalOp) number(n int64) literalOp { o.n = n; return o }

func literalRun(ops ...literalOp) *record.Run {
	run := &record.Run{}
	slices.SortFunc(ops, func(a, b literalOp) int { return int(a.from) - int(b.from) })
	for _, o := range ops {
		run.History.Begin(&sim.Call{
			Op: o.id, Code: o.code, Key: o.key, Final: o.final,
			Value: sim.Value{ID: o.id, N: o.n}, Parents: o.parents,
		}, o.from, 0)
	}
	for _, o := range ops {
		if o.outcome != sim.Pending {
			run.History.End(&sim.Result{Op: o.id, Outcome: o.outcome, Values: o.values}, o.to, 0)
		}
	}
	return run
}

func TestLinearizableRegister(t *testing.T) {
	unwritten := sim.NewOpID(7, 7)
	tests := []struct {
		name string
		ops  []literalOp
		want Result
		text string
	}{
		{"empty", nil, Vacuous, ""},
		{"writes only", []literalOp{literalPut(id1(1), 1, 2)}, Vacuous, ""},
		{"read of the newest", []literalOp{literalPut(id1(1), 1, 2), literalGet(id2(1), 3, 4, id1(1))}, Pass, ""},
		{
			"stale read",
			[]literalOp{literalPut(id1(1), 1, 2), literalGet(id2(1), 3, 4)},
			Fail,
			"k0: the initial value was current until the beginning of c2/1, which returned it; yet the write c1/1 began and ended within that time",
		},
		{
			"stale read of a value",
			[]literalOp{literalPut(id1(1), 1, 2), literalPut(id1(2), 3, 4), literalGet(id2(1), 5, 6, id1(1))},
			Fail,
			"k0: c1/1 was current from the end of c1/1 to the beginning of c2/1; yet the write c1/2 began and ended within that time",
		},
		{"overlapping read may miss", []literalOp{literalPut(id1(1), 1, 4), literalGet(id2(1), 2, 3)}, Pass, ""},
		{
			"new then old",
			[]literalOp{literalPut(id1(1), 1, 8), literalGet(id2(1), 2, 3, id1(1)), literalGet(id3(1), 4, 5)},
			Fail,
			"k0: the initial value was current until the beginning of c3/1, which returned it; yet c2/1, which returned c1/1, began and ended within that time",
		},
		{
			"two values in turn",
			[]literalOp{
				literalPut(id1(1), 1, 2), literalPut(id2(1), 3, 4), literalPut(id3(1), 5, 20),
				literalGet(id1(2), 6, 7, id3(1)), literalGet(id2(2), 8, 9, id2(1)), literalGet(id1(3), 10, 11, id3(1)),
			},
			Fail,
			"k0: c2/1 was current from the end of c2/1 to the beginning of c2/2; c3/1 was current from the end of c1/2 to the beginning of c1/3; they were both current at one time",
		},
		{"value nobody wrote", []literalOp{literalGet(id2(1), 3, 4, unwritten)}, Fail, "k0: c2/1 returned a value that nobody wrote"},
		{
			"value of another key",
			[]literalOp{literalPut(id1(1), 1, 2).on(1), literalGet(id2(1), 3, 4, id1(1))},
			Fail,
			"k0: c2/1 returned c1/1, which was written to k1",
		},
		{
			"value from the future",
			[]literalOp{literalGet(id2(1), 1, 2, id1(1)), literalPut(id1(1), 3, 4)},
			Fail,
			"k0: c2/1 returned c1/1 and ended before that was invoked",
		},
		{"read begun before its write", []literalOp{literalGet(id2(1), 1, 4, id1(1)), literalPut(id1(1), 2, 3)}, Pass, ""},
		{
			"read of a failed write",
			[]literalOp{literalPut(id1(1), 1, 2).ends(sim.Fail), literalGet(id2(1), 3, 4, id1(1))},
			Fail,
			"k0: c2/1 returned c1/1, which had certainly failed",
		},
		{"failed write not read", []literalOp{literalPut(id1(1), 1, 2).ends(sim.Fail), literalGet(id2(1), 3, 4)}, Pass, ""},
		{"unknown write read late", []literalOp{
			literalPut(id1(1), 1, 2).ends(sim.Unknown), literalGet(id2(1), 3, 4),
			literalGet(id2(2), 5, 6, id1(1)),
		}, Pass, ""},
		{
			"unknown write read and unread",
			[]literalOp{
				literalPut(id1(1), 1, 2).ends(sim.Unknown), literalGet(id2(1), 3, 4, id1(1)),
				literalGet(id2(2), 5, 6),
			},
			Fail,
			"k0: the initial value was current until the beginning of c2/2, which returned it; yet c2/1, which returned c1/1, began and ended within that time",
		},
		{"pending write read", []literalOp{literalPut(id1(1), 1, 0).ends(sim.Pending), literalGet(id2(1), 3, 4, id1(1))}, Pass, ""},
		{"pending read", []literalOp{literalPut(id1(1), 1, 2), literalGet(id2(1), 3, 0).ends(sim.Pending)}, Vacuous, ""},
		{
			"siblings",
			[]literalOp{literalPut(id1(1), 1, 4), literalPut(id2(1), 2, 3), literalGet(id3(1), 5, 6, id1(1), id2(1))},
			Fail,
			"k0: no order explains these: c3/1 read c1/1+c2/1; it shows at the end of c3/1",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Linearizable(literalRun(tt.ops...), Options{}).Verdict
			require.Equal(t, tt.want, v.Result, v.Witness.Text)
			require.Equal(t, tt.text, v.Witness.Text)
			require.LessOrEqual(t, len(v.Witness.Ops), 4)
			require.Len(t, v.Witness.Stamps, len(v.Witness.Ops))
		})
	}
}

func TestLinearizableGeneral(t *testing.T) {
	remove := literalOp{id: id1(2), code: sim.Delete, from: 3, to: 4, outcome: sim.OK}
	swap := func(id sim.OpID, from, to uint32, expect ...sim.OpID) literalOp {
		return literalOp{id: id, code: sim.CAS, from: from, to: to, outcome: sim.OK, parents: expect}
	}
	refused := swap(id2(1), 5, 6, id3(9)).ends(sim.Fail)
	refused.values = []sim.Value{{}}
	tests := []struct {
		name string
		ops  []literalOp
		want Result
	}{
		{"nothing after a delete", []literalOp{literalPut(id1(1), 1, 2), remove, literalGet(id2(1), 5, 6)}, Pass},
		{"value after its delete", []literalOp{literalPut(id1(1), 1, 2), remove, literalGet(id2(1), 5, 6, id1(1))}, Fail},
		{"unknown delete", []literalOp{
			literalPut(id1(1), 1, 2), remove.ends(sim.Unknown), literalGet(id2(1), 5, 6, id1(1)),
			literalGet(id2(2), 7, 8), literalGet(id2(3), 9, 10),
		}, Pass},
		{"unknown delete undone", []literalOp{
			literalPut(id1(1), 1, 2), remove.ends(sim.Unknown), literalGet(id2(1), 5, 6),
			literalGet(id2(2), 7, 8, id1(1)),
		}, Fail},
		{"swap of the current", []literalOp{literalPut(id1(1), 1, 2), swap(id1(2), 3, 4, id1(1)), literalGet(id2(1), 5, 6, id1(2))}, Pass},
		{"two swaps of one version", []literalOp{literalPut(id1(1), 1, 2), swap(id1(2), 3, 6, id1(1)), swap(id2(1), 4, 5, id1(1))}, Fail},
		{"swap of the initial value", []literalOp{swap(id1(1), 1, 2), literalGet(id2(1), 3, 4, id1(1))}, Pass},
		{"unknown swap that cannot have happened", []literalOp{
			literalPut(id1(1), 1, 2), swap(id1(2), 3, 4, id3(1)).ends(sim.Unknown),
			literalGet(id2(1), 5, 6, id1(2)),
		}, Fail},
		{"failed write read after a delete", []literalOp{remove, literalPut(id1(1), 1, 2).ends(sim.Fail), literalGet(id2(1), 5, 6, id1(1))}, Fail},
		{"refusal that shows an old value", []literalOp{literalPut(id1(1), 1, 2), refused}, Fail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Linearizable(literalRun(tt.ops...), Options{}).Verdict
			require.Equal(t, tt.want, v.Result, v.Witness.Text)
			require.Equal(t, v.Result == Fail, v.Witness.Text != "")
		})
	}
}

func TestLinearizableSiblings(t *testing.T) {
	ops := []literalOp{literalPut(id1(1), 1, 4), literalPut(id2(1), 2, 3), literalGet(id3(1), 5, 6, id1(1), id2(1))}
	require.Equal(t, Pass, Linearizable(literalRun(ops...), Options{Siblings: true}).Verdict.Result)
	ops = append(ops, literalPut(id1(2), 7, 8), literalGet(id3(2), 9, 10, id1(1), id2(1)))
	require.Equal(t, Fail, Linearizable(literalRun(ops...), Options{Siblings: true}).Verdict.Result)
}

func TestLinearizableCollections(t *testing.T) {
	add := func(id sim.OpID, from, to uint32, n int64) literalOp {
		return literalOp{id: id, code: sim.Add, from: from, to: to, outcome: sim.OK, n: n}
	}
	remove := func(id sim.OpID, from, to uint32, n int64) literalOp {
		return literalOp{id: id, code: sim.Remove, from: from, to: to, outcome: sim.OK, n: n}
	}
	read := func(id sim.OpID, from, to uint32, ns ...int64) literalOp {
		op := literalGet(id, from, to)
		for _, n := range ns {
			op.values = append(op.values, sim.Value{N: n})
		}
		return op
	}
	tests := []struct {
		name  string
		model Model
		ops   []literalOp
		want  Result
	}{
		{"set", SetModel, []literalOp{add(id1(1), 1, 2, 7), add(id2(1), 3, 6, 0), read(id3(1), 4, 5, 7), read(id3(2), 7, 8, 0, 7)}, Pass},
		{"set that lost an element", SetModel, []literalOp{add(id1(1), 1, 2, 7), add(id2(1), 3, 4, 8), read(id3(1), 5, 6, 8)}, Fail},
		{"set with a removed element", SetModel, []literalOp{add(id1(1), 1, 2, 7), remove(id2(1), 3, 4, 7), read(id3(1), 5, 6, 7)}, Fail},
		{"set with an unknown removal", SetModel, []literalOp{
			add(id1(1), 1, 2, 7), remove(id2(1), 3, 4, 7).ends(sim.Unknown),
			read(id3(1), 5, 6, 7), read(id3(2), 7, 8),
		}, Pass},
		{"set with a register's write", SetModel, []literalOp{add(id1(1), 1, 2, 7), literalPut(id2(1), 3, 4), read(id3(1), 5, 6, 7)}, Undecided},
		{"counter", InferModel, []literalOp{add(id1(1), 1, 2, 7), add(id2(1), 3, 6, -2), read(id3(1), 4, 5, 7), read(id3(2), 7, 8, 5)}, Pass},
		{"counter below", InferModel, []literalOp{add(id1(1), 1, 2, 7), add(id2(1), 3, 4, 2), read(id3(1), 5, 6, 2)}, Fail},
		{"counter with an unknown add", CounterModel, []literalOp{
			add(id1(1), 1, 2, 7), add(id2(1), 3, 4, 2).ends(sim.Unknown),
			read(id3(1), 5, 6, 7), read(id3(2), 7, 8, 9),
		}, Pass},
		{"numbers that are shared", NumberModel, []literalOp{
			literalPut(id1(1), 1, 2).number(5), literalPut(id1(2), 3, 4).number(ZeroNumber),
			literalPut(id1(3), 5, 6).number(5), read(id3(1), 7, 8, 5),
		}, Pass},
		{"old number", NumberModel, []literalOp{
			literalPut(id1(1), 1, 2).number(5), literalPut(id1(2), 3, 4).number(5),
			literalPut(id1(3), 5, 6).number(ZeroNumber), read(id3(1), 7, 8, 5),
		}, Fail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := LinearizableAs(literalRun(tt.ops...), Options{}, tt.model).Verdict
			require.Equal(t, tt.want, v.Result, v.Why+v.Witness.Text)
		})
	}
}

func TestLinearizableCountsKeys(t *testing.T) {
	swap := func(key sim.Key, client uint16, from uint32) literalOp {
		return literalOp{id: sim.NewOpID(client, 1), code: sim.CAS, key: key, from: from, to: from + 100, outcome: sim.OK}
	}
	run := literalRun(literalPut(id1(1), 1, 2).on(1), literalGet(id2(1), 3, 4, id1(1)).on(1),
		literalPut(id1(2), 5, 6).on(4_000_000_000), literalGet(id2(2), 7, 8).on(4_000_000_000),
		swap(3, 4, 10), swap(3, 5, 11), swap(3, 6, 12))
	report := Linearizable(run, Options{MaxSearch: 2})
	require.Equal(t, Fail, report.Verdict.Result)
	require.Equal(t, int64(1), report.Verdict.Count)
	require.Equal(t, sim.Key(4_000_000_000), report.Verdict.Witness.Key)
	for i, name := range []string{"linearizability_keys_ok", "linearizability_keys_failed", "linearizability_keys_unknown"} {
		require.Equal(t, Measure{Name: name, Kind: Count, Count: 1}, report.Measures[i])
	}
	report = Linearizable(literalRun(swap(3, 4, 10), swap(3, 5, 11), swap(3, 6, 12)), Options{MaxSearch: 2})
	require.Equal(t, Undecided, report.Verdict.Result)
	require.Equal(t, "1 of 1 keys not decided; k3: 3 ops overlap, more than 2", report.Verdict.Why)
}

func TestLinearizableIgnoresReadsOfTheWarmUp(t *testing.T) {
	run := literalRun(literalPut(id1(1), 1, 2), literalGet(id2(1), 3, 4), literalGet(id2(2), 5, 6, id1(1)))
	require.Equal(t, Fail, Linearizable(run, Options{}).Verdict.Result)
	run.History.Find(id1(1)).Flags |= record.WarmUp
	run.History.Find(id2(1)).Flags |= record.WarmUp
	require.Equal(t, Pass, Linearizable(run, Options{}).Verdict.Result)
}

func TestLinearizableJudgesFinalReads(t *testing.T) {
	final := literalGet(id2(1), 3, 4)
	final.final = true
	require.Equal(t, Fail, Linearizable(literalRun(literalPut(id1(1), 1, 2), final), Options{}).Verdict.Result)
}

// linearRounds is how many random histories a test judges.
func linearRounds(ordinary int) int {
	if os.Getenv("SIMRUN_LONG") == "1" {
		return 100_000
	}
	return ordinary
}

func TestZonesAndSearchAgree(t *testing.T) {
	seen := map[Result]int{}
	for seed := range linearRounds(3000) {
		run := randomRegister(uint64(seed), 4, 24, false)
		zones, search := judgeBothWays(run, RegisterModel)
		require.Equal(t, search, zones, "seed %d", seed)
		seen[zones]++
	}
	require.Greater(t, seen[Pass], linearRounds(3000)/10)
	require.Greater(t, seen[Fail], linearRounds(3000)/10)
}

func TestBothAgreeWithEveryOrder(t *testing.T) {
	for seed := range linearRounds(3000) {
		run := randomRegister(uint64(seed), 3, 7, false)
		zones, search := judgeBothWays(run, RegisterModel)
		want := Pass
		if !anyOrder(run, RegisterModel) {
			want = Fail
		}
		require.Equal(t, want, zones, "seed %d", seed)
		require.Equal(t, want, search, "seed %d", seed)
	}
}

func TestSearchAgreesWithEveryOrder(t *testing.T) {
	for _, model := range []Model{RegisterModel, NumberModel, SetModel, CounterModel} {
		seen := map[bool]int{}
		for seed := range linearRounds(3000) {
			run := randomGeneral(uint64(seed), 3, 7, model)
			s, why := newSearch(&run.History, wholeGroup(run, model), Options{})
			require.Empty(t, why)
			got, _ := s.judge()
			want := anyOrder(run, model)
			require.Equal(t, want, got == Pass, "model %d seed %d", model, seed)
			seen[want]++
			if got == Fail {
				requireWitness(t, s)
			}
		}
		require.Greater(t, seen[true], linearRounds(3000)/20)
		require.Greater(t, seen[false], linearRounds(3000)/20)
	}
}

// requireWitness checks that what is left of a history really cannot be ordered
// and that nothing more can go.
func requireWitness(t *testing.T, s *search) {
	calls := s.fewest(s.shortest())
	require.Equal(t, Fail, s.run(calls, 1000))
	for i := range calls {
		if less := s.without(calls, i, i+1); len(less) < len(calls) {
			require.Equal(t, Pass, s.run(less, 1000))
		}
	}
}

// judgeBothWays judges a register of unique values by zones and by search.
func judgeBothWays(run *record.Run, model Model) (zones, search Result) {
	zones = Linearizable(run, Options{}).Verdict.Result
	s, why := newSearch(&run.History, wholeGroup(run, model), Options{MaxSearch: 64})
	if why != "" {
		panic(why)
	}
	search, _ = s.judge()
	if zones == Vacuous {
		zones = Pass
	}
	return zones, search
}

// wholeGroup takes all ops as one key's.
func wholeGroup(run *record.Run, model Model) keyGroup {
	group := keyGroup{state: &keyState{model: model}}
	for i := range run.History.Ops {
		group.ops = append(group.ops, &run.History.Ops[i])
	}
	return group
}

// A perfect register is never accused, whatever overlaps.
func TestPerfectRegisterIsNeverAccused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := randomRegister(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 12).Draw(t, "clients"),
			rapid.IntRange(1, 200).Draw(t, "ops"), true)
		require.NotEqual(t, Fail, Linearizable(run, Options{}).Verdict.Result)
	})
}

// What nobody wrote is refused however much overlaps.
func TestUnwrittenNeedsNoSearch(t *testing.T) {
	var ops []literalOp
	for i := range uint32(15) {
		ops = append(ops, literalPut(sim.NewOpID(uint16(i)+4, 1), i+1, i+100).number(int64(i%8)+1))
	}
	read := literalGet(id1(1), 50, 51)
	read.values = []sim.Value{{N: 77}}
	v := LinearizableAs(literalRun(append(ops, read)...), Options{}, NumberModel).Verdict
	require.Equal(t, Fail, v.Result)
	require.Equal(t, "k0: no order explains these: c1/1 read 77; it shows at the end of c1/1", v.Witness.Text)
}

func TestUndecidedByStatesIsReproducible(t *testing.T) {
	run := randomGeneral(1, 8, 60, CounterModel)
	s, why := newSearch(&run.History, wholeGroup(run, CounterModel), Options{MaxSearch: 100})
	require.Empty(t, why)
	require.Equal(t, Undecided, s.run(s.calls, 20))
	require.Equal(t, Undecided, s.run(s.calls, 20))
}
