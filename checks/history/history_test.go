package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

const recorded = "../../testdata/histories"

func TestRecordedHistories(t *testing.T) {
	for _, model := range Models() {
		t.Run(model, func(t *testing.T) {
			for _, quality := range []string{"good", "bad"} {
				run := readFile(t, model+"-"+quality, model)
				require.Equal(t, quality == "good", passes(t, run, model), quality)
			}
		})
	}
}

// A store can keep every session's promises and still not be linearizable.
func TestGoodSessionIsNotLinearizable(t *testing.T) {
	require.False(t, passes(t, readFile(t, "session-good", "register"), "register"))
}

func TestBadSessionBreaksEveryPromise(t *testing.T) {
	reports, err := Judge(readFile(t, "session-bad", "session"), "session")
	require.NoError(t, err)
	lines := map[string][]uint32{}
	for _, r := range reports {
		require.Equal(t, checks.Fail, r.Verdict.Result, r.Verdict.Checker)
		lines[r.Verdict.Checker] = r.Verdict.Witness.Stamps
	}
	require.Equal(t, uint32(6), lines["read_your_writes"][0])
	require.Equal(t, uint32(10), lines["monotonic_reads"][0])
	require.Equal(t, uint32(18), lines["monotonic_writes"][0])
	require.Equal(t, uint32(28), lines["writes_follow_reads"][0])
}

func TestWitnessSpeaksOfLines(t *testing.T) {
	reports, err := Judge(readFile(t, "register-bad", "register"), "register")
	require.NoError(t, err)
	require.Equal(t, []uint32{7, 5, 2}, reports[0].Verdict.Witness.Stamps)
	require.Equal(t, "k0: c1/1 was current from the end of c1/1 to the beginning of c4/1; yet c3/1, which returned c2/1, "+
		"began and ended within that time", reports[0].Verdict.Witness.Text)
}

func readFile(t *testing.T, name, model string) *record.Run {
	file, err := os.Open(filepath.Join(recorded, name+".jsonl"))
	require.NoError(t, err)
	defer file.Close()
	read, err := Read(file, model)
	require.NoError(t, err)
	return read.Run
}

// passes tells whether all judges pass a run.
func passes(t require.TestingT, run *record.Run, model string) bool {
	reports, err := Judge(run, model)
	require.NoError(t, err)
	require.NotEmpty(t, reports)
	all := true
	for _, r := range reports {
		all = all && r.Verdict.Result != checks.Fail
	}
	return all
}

func event1(process int, kind, f, value string) string {
	return fmt.Sprintf(`{"process":%d,"type":%q,"f":%q,"value":%s}`, process, kind, f, value) + "\n"
}

func TestReadMakesARun(t *testing.T) {
	file, err := Read(strings.NewReader(
		`{"index":3,"time":10,"process":7,"type":"invoke","f":"put","key":"a","value":"x"}`+"\n\n"+
			`{"process":"nemesis","type":"info","f":"partition","value":{"any":"thing"}}`+"\n"+
			`{"index":5,"time":30,"process":7,"type":"ok","f":"write","key":"a","value":"x"}`+"\n"+
			`{"process":2,"type":"invoke","f":"get","key":"b"}`+"\n"+
			`{"process":7,"type":"invoke","f":"read","key":"a","value":null}`+"\n"+
			`{"process":7,"type":"ok","f":"read","key":"a","value":["x","z"]}`+"\n"), "register")
	require.NoError(t, err)
	h := &file.Run.History
	require.Len(t, h.Ops, 3)
	write, pending, read := &h.Ops[0], &h.Ops[1], &h.Ops[2]
	require.Equal(t, []uint32{1, 4, 5, 0, 6, 7}, []uint32{write.Invoked, write.Returned, pending.Invoked, pending.Returned, read.Invoked, read.Returned})
	require.Equal(t, int64(20), int64(write.Latency()))
	require.Equal(t, []sim.Key{0, 1, 0}, []sim.Key{write.Key, pending.Key, read.Key})
	require.Equal(t, sim.Pending, pending.Outcome)
	require.Equal(t, sim.NewOpID(2, 1), pending.ID())
	require.Equal(t, []sim.Value{{ID: write.ID()}, {ID: sim.NewOpID(0, 4)}}, h.Values(read))
	require.Equal(t, uint16(1), read.Session)
	require.Equal(t, "in the file k0 is key \"a\", c1/1 is lines 1 and 4 of process 7, c2/1 is line 5 of process 2",
		file.Legend(&checks.Witness{Ops: []sim.OpID{write.ID(), pending.ID(), sim.NewOpID(0, 4)}}))
	require.Empty(t, file.Legend(&checks.Witness{}))
}

func TestReadKeepsIntegers(t *testing.T) {
	file, err := Read(strings.NewReader(
		`{"process":0,"type":"invoke","f":"write","key":9,"value":0}`+"\n"+
			`{"process":0,"type":"ok","f":"write","key":9,"value":0.0}`+"\n"+
			`{"process":1,"type":"invoke","f":"cas","key":9,"value":[0,5]}`+"\n"+
			`{"process":1,"type":"fail","f":"cas","key":9}`+"\n"), "cas-register")
	require.NoError(t, err)
	h := &file.Run.History
	require.Equal(t, sim.Key(9), h.Ops[0].Key)
	require.Equal(t, int64(checks.ZeroNumber), h.Written(&h.Ops[0]).N)
	require.Equal(t, int64(5), h.Written(&h.Ops[1]).N)
	require.Equal(t, h.Ops[0].ID(), h.Parents(&h.Ops[1])[0].ID)
	require.Equal(t, sim.Conflict, h.Ops[1].Error)
}

func TestBadLines(t *testing.T) {
	write := event1(0, "invoke", "write", "1")
	tests := []struct {
		name, model, text string
		line              int
		want              string
	}{
		{"no object", "register", "[1]\n", 1, `"[1]" is not a JSON object`},
		{"no JSON", "register", write + "{\"process\":}\n", 2, `no JSON: invalid character '}' looking for beginning of value`},
		{"cut short", "register", `{"process":1`, 1, `no JSON: unexpected end of JSON input`},
		{"two objects", "register", `{"process":0,"type":"invoke","f":"read"} {}`, 1, `no JSON: invalid character '{' after top-level value`},
		{"blanks and escapes", "register", "{ \"process\" : 0 ,\t\"type\":\"invoke\", \"f\": \"read\" , \"key\" : \"}\\\"{\" , \"value\": [ 1, \"]\" ] }", 1, `a read is invoked with a value`},
		{"escaped field", "register", `{"p\u0072ocess":0}`, 1, `field "p\\u0072ocess" is not one of index, time, process, type, f, key, value`},
		{"unknown field", "register", `{"proces":1}`, 1, `field "proces" is not one of index, time, process, type, f, key, value; did you mean "process"?`},
		{"other case", "register", `{"Process":1}`, 1, `field "Process" is not one of index, time, process, type, f, key, value; did you mean "process"?`},
		{"field twice", "register", `{"process":1,"process":2}`, 1, `"process" is there twice`},
		{"no process", "register", `{"type":"ok"}`, 1, `"process" is missing`},
		{"process no integer", "register", `{"process":1.5}`, 1, `process "1.5" is not an integer`},
		{"negative process", "register", `{"process":-1}`, 1, `process -1 is negative`},
		{"no type", "register", `{"process":1}`, 1, `"type" is missing`},
		{"type no string", "register", `{"process":1,"type":1}`, 1, `type "1" is not a string`},
		{"unknown type", "register", event1(0, "invoked", "read", "null"), 1, `type "invoked" is not one of invoke, ok, fail, info; did you mean "invoke"?`},
		{"unknown f", "register", event1(0, "invoke", "wirte", "1"), 1, `f "wirte" is not one of read, write, delete, get, put; did you mean "write"?`},
		{"f of another model", "register", event1(0, "invoke", "cas", "[1,2]"), 1, `f "cas" is not an op of model register`},
		{"index does not ascend", "register", `{"index":4,"process":0,"type":"invoke","f":"read"}` + "\n" + `{"index":4,"process":1,"type":"invoke","f":"read"}`, 2, `index 4 follows 4`},
		{"time no integer", "register", `{"process":0,"time":"now"}`, 1, `time "\"now\"" is not an integer`},
		{"key no scalar", "register", `{"process":0,"type":"invoke","f":"read","key":{}}`, 1, `"{}" is not a scalar`},
		{"value no scalar", "register", event1(0, "invoke", "write", "{}"), 1, `"{}" is not a scalar`},
		{"write of nothing", "register", event1(0, "invoke", "write", "null"), 1, `the value of a write is a scalar`},
		{"write of a list", "register", event1(0, "invoke", "write", "[1]"), 1, `the value of a write is a scalar`},
		{"list in a list", "register", event1(0, "invoke", "read", "[[1]]"), 1, `"[1]" is not a scalar`},
		{"read with a value", "register", event1(0, "invoke", "read", "1"), 1, `a read is invoked with a value`},
		{"null among siblings", "register", event1(0, "invoke", "read", "null") + event1(0, "ok", "read", "[1,null]"), 2, `a list returned by a read contains null`},
		{"long list", "set", event1(0, "invoke", "read", "null") + event1(0, "ok", "read", "["+strings.Repeat("1,", 255)+"1]"), 2, `value is a list of 256, more than 255`},
		{"cas of a scalar", "cas-register", event1(0, "invoke", "cas", "1"), 1, `the value of a cas is [expected, new]`},
		{"cas to nothing", "cas-register", event1(0, "invoke", "cas", "[1,null]"), 1, `the value of a cas is [expected, new]`},
		{"counter grows by a word", "counter", event1(0, "invoke", "add", `"one"`), 1, `a counter grows by an integer, not by "\"one\""`},
		{"counter is a word", "counter", event1(0, "invoke", "read", "null") + event1(0, "ok", "read", `"one"`), 2, `a read of a counter returns an integer`},
		{"set is a scalar", "set", event1(0, "invoke", "read", "null") + event1(0, "ok", "read", "1"), 2, `a read of a set returns a list`},
		{"end without beginning", "register", event1(3, "ok", "read", "1"), 1, `process 3 has no open op`},
		{"two ops at once", "register", write + write, 2, `process 0 invokes before its op of line 1 ended`},
		{"after info", "register", write + event1(0, "info", "write", "1") + write, 3, `process 0 invokes again after the info of line 2`},
		{"other f", "register", write + event1(0, "ok", "read", "1"), 2, `f "read" ends the "write" of line 1`},
		{"other value", "register", write + event1(0, "ok", "write", "2"), 2, `the value is not that of line 1`},
		{"other key", "register", write + `{"process":0,"type":"ok","f":"write","key":"x"}`, 2, `key "\"x\"" ends the op on key "null" of line 1`},
		{"value twice", "session", write + event1(1, "invoke", "write", "1"), 2, `value "1" was written in line 1 already; model session needs writes that can be told apart`},
		{"number out of range", "register", event1(0, "invoke", "write", "1e999"), 1, `number "1e999" is out of range`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.text), tt.model)
			var wrong *Error
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, tt.line, wrong.Line)
			require.Equal(t, fmt.Sprintf("line %d: %s", tt.line, tt.want), err.Error())
		})
	}
}

func TestUnknownModel(t *testing.T) {
	_, err := Read(strings.NewReader(""), "registre")
	require.EqualError(t, err, `model "registre" is not one of register, cas-register, set, counter, session; did you mean "register"?`)
	_, err = Judge(&record.Run{}, "queue")
	require.EqualError(t, err, `model "queue" is not one of register, cas-register, set, counter, session`)
	require.Error(t, Write(&bytes.Buffer{}, &record.Run{}, "queue"))
}

func TestLimits(t *testing.T) {
	text := event1(0, "invoke", "write", "1") + event1(0, "ok", "write", "1") + event1(0, "invoke", "read", "null") + event1(0, "ok", "read", "[1,2]")
	within := limits{line: 100, ops: 2, values: 2, names: 200}
	read := func(l limits) error { _, err := readWithin(strings.NewReader(text), "register", l); return err }
	require.NoError(t, read(within))
	tests := []struct {
		less limits
		want string
	}{
		{limits{line: 30, ops: 2, values: 2, names: 200}, "line 1: longer than 30 bytes"},
		{limits{line: 100, ops: 1, values: 2, names: 200}, "line 3: more than 1 ops"},
		{limits{line: 100, ops: 2, values: 1, names: 200}, "line 4: reads returned more than 1 values"},
		{limits{line: 100, ops: 2, values: 2, names: 100}, "line 4: too many different keys and values"},
	}
	for _, tt := range tests {
		require.EqualError(t, read(tt.less), tt.want)
	}
	require.Equal(t, 1<<20, defaultLimits().line)
}

type brokenSource struct{}

var errBroken = errors.New("broken")

func (brokenSource) Read([]byte) (int, error) { return 0, errBroken }

func TestReadReportsItsSource(t *testing.T) {
	_, err := Read(brokenSource{}, "register")
	require.ErrorIs(t, err, errBroken)
}

func TestRecordedHistoriesComeBack(t *testing.T) {
	for _, model := range Models() {
		for _, quality := range []string{"good", "bad"} {
			run := readFile(t, model+"-"+quality, model)
			again := comeBack(t, run, model)
			requireSame(t, run, again)
			require.Equal(t, quality == "good", passes(t, again, model))
		}
	}
}

func TestRunsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := rapid.SampledFrom(Models()).Draw(t, "model")
		run := drawRun(t, model)
		again := comeBack(t, run, model)
		requireSame(t, run, again)
		if model != "session" {
			require.Equal(t, passes(t, run, model), passes(t, again, model))
		}
		requireSame(t, again, comeBack(t, again, model))
	})
}

func comeBack(t require.TestingT, run *record.Run, model string) *record.Run {
	var text bytes.Buffer
	require.NoError(t, Write(&text, run, model))
	again, err := Read(&text, model)
	require.NoError(t, err, "%s", text.String())
	return again.Run
}

// requireSame requires two runs to be the same but for the names of clients,
// values and keys and the distances between stamps.
func requireSame(t require.TestingT, a, b *record.Run) {
	require.Equal(t, len(a.History.Ops), len(b.History.Ops))
	require.Equal(t, orderOf(a), orderOf(b))
	for i := range a.History.Ops {
		x, y := &a.History.Ops[i], &b.History.Ops[i]
		require.Equal(t, x.Code, y.Code)
		require.Equal(t, x.Outcome, y.Outcome)
		require.Equal(t, x.InvokedAt, y.InvokedAt)
		require.Equal(t, firstOnKey(a, x), firstOnKey(b, y))
		require.Equal(t, writersOf(a, a.History.Parents(x)), writersOf(b, b.History.Parents(y)))
		if x.Outcome == sim.OK && x.Code == sim.Get {
			require.Equal(t, writersOf(a, a.History.Values(x)), writersOf(b, b.History.Values(y)))
		}
	}
}

// orderOf lists the beginnings and ends of ops in their order.
func orderOf(run *record.Run) []int {
	w := writer{history: &run.History}
	var order []int
	for _, e := range w.ends() {
		place := int(e.place)
		if e.back {
			place = -place - 1
		}
		if op := &run.History.Ops[e.place]; !e.back || op.Ended() {
			order = append(order, place)
		}
	}
	return order
}

// firstOnKey is the place of the first op on an op's key.
func firstOnKey(run *record.Run, op *record.Op) int {
	for i := range run.History.Ops {
		if run.History.Ops[i].Key == op.Key {
			return i
		}
	}
	return -1
}

// writersOf are the places of the ops that wrote some values; -1 for none.
func writersOf(run *record.Run, values []sim.Value) []int {
	places := []int{}
	for _, v := range values {
		place := -1
		for i := range run.History.Ops {
			if v.ID == run.History.Ops[i].ID() {
				place = i
			}
		}
		places = append(places, place)
	}
	return places
}

// drawRun draws a run as the kernel records it: values of registers go by their
// writers, and sessions go on after an op that nobody knows the outcome of.
func drawRun(t *rapid.T, name string) *record.Run {
	m, _ := find(name)
	run := &record.Run{}
	h := &run.History
	var numbers [4]uint32
	open := map[int]*sim.Call{}
	written := map[sim.Key][]sim.Value{}
	count := rapid.IntRange(0, 30).Draw(t, "events")
	for stamp := uint32(1); stamp <= uint32(count); stamp++ {
		client := rapid.IntRange(1, 3).Draw(t, "client")
		if call := open[client]; call != nil {
			delete(open, client)
			if rapid.IntRange(0, 9).Draw(t, "ends") > 0 {
				h.End(drawResult(t, m, call, written[call.Key]), stamp, 0)
			}
			continue
		}
		numbers[client]++
		call := &sim.Call{
			Op: sim.NewOpID(uint16(client), numbers[client]), Session: uint32(client),
			Code: rapid.SampledFrom(m.codes).Draw(t, "code"), Key: sim.Key(rapid.IntRange(0, 1).Draw(t, "key")),
		}
		drawCall(t, m, call, written[call.Key])
		if call.Code.Writes() && call.Code != sim.Delete && call.Code != sim.Remove && m.name != "counter" {
			written[call.Key] = append(written[call.Key], call.Value)
		}
		h.Begin(call, stamp, 0)
		open[client] = call
	}
	return run
}

func drawCall(t *rapid.T, m model, call *sim.Call, written []sim.Value) {
	if call.Code != sim.Get {
		call.Value.ID = call.Op
	}
	if call.Code == sim.Add || call.Code == sim.Remove {
		call.Value.N = int64(call.Op.Client())<<20 | int64(call.Op.Number())
	}
	if call.Code == sim.CAS && len(written) > 0 {
		call.Parents = []sim.OpID{rapid.SampledFrom(written).Draw(t, "expected").ID}
	}
}

func drawResult(t *rapid.T, m model, call *sim.Call, written []sim.Value) *sim.Result {
	result := &sim.Result{Op: call.Op, Outcome: rapid.SampledFrom([]sim.Outcome{sim.OK, sim.OK, sim.Fail, sim.Unknown}).Draw(t, "outcome")}
	if call.Code != sim.Get || result.Outcome != sim.OK {
		return result
	}
	switch {
	case m.name == "counter":
		result.Values = []sim.Value{{N: rapid.Int64Range(-3, 3).Draw(t, "total")}}
	case len(written) > 0:
		result.Values = rapid.SliceOfNDistinct(rapid.SampledFrom(written), 0, min(2, len(written)), rapid.ID[sim.Value]).Draw(t, "values")
	}
	return result
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(recorded, "*.jsonl"))
	require.NoError(f, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		for i := range Models() {
			f.Add(uint8(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		model := Models()[int(which)%len(Models())]
		run, err := readWithin(bytes.NewReader(text), model, limits{line: 1 << 14, ops: 200, values: 1000, names: 1 << 16})
		if err != nil {
			var wrong *Error
			require.ErrorAs(t, err, &wrong)
			require.Positive(t, wrong.Line)
			return
		}
		again := comeBack(t, run.Run, model)
		require.Equal(t, len(run.Run.History.Ops), len(again.History.Ops))
		require.Equal(t, passes(t, run.Run, model), passes(t, again, model))
	})
}
