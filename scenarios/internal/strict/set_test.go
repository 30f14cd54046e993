package strict

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func goodDocument(t *testing.T) *Document {
	_, document, problems := decodeSample(goodText)
	require.NoError(t, problems.Err())
	return document
}

func redecode(t *testing.T, document *Document) sample {
	var into sample
	require.NoError(t, document.Decode(&into).Err())
	return into
}

func TestSet(t *testing.T) {
	document := goodDocument(t)
	for _, setting := range [][2]string{
		{"protocol.r", "2"},
		{"duration", "3s"},
		{"cache", "{size: 9}"},
		{"faults.0.at", "5s"},
		{"faults.0.groups.1.0", "n9"},
		{"faults.0.groups.1.2", "n4"},
		{"faults.2", "{kind: crash, at: 1s, node: n3}"},
		{"requires.1", "hints >= 1"},
		{"weights.a", "5"},
		{"weights.new.one", "6"},
		{"grid.protocol.r", "[7, 8]"},
		{"grid.protocol.n", "[3]"},
		{"grid.protocol.quorum.1", "strict"},
		{"expect.1.when", "n > 1"},
		{"link.latency", "4ms"},
		{"link.latency.exponential.mean", "6ms"},
	} {
		require.NoError(t, document.Set(setting[0], setting[1]), setting[0])
	}
	got := redecode(t, document)
	require.Equal(t, 2, got.Protocol.R)
	require.Equal(t, 3*time.Second, got.Duration)
	require.Equal(t, &cache{9}, got.Cache)
	require.Equal(t, [][]string{{"n1"}, {"n9", "n3", "n4"}}, got.Faults[0].(*partition).Groups)
	require.Equal(t, 5*time.Second, got.Faults[0].(*partition).At)
	require.Equal(t, crash{Window{At: time.Second}, "n3"}, got.Faults[2])
	require.Equal(t, []string{"partition.crossed >= 10", "hints >= 1"}, got.Requires)
	require.Equal(t, map[string]uint8{"a": 5, "b": 2, "new.one": 6}, got.Weights)
	require.Equal(t, "7", got.Grid[0].Value[0].Text)
	require.Equal(t, "strict", got.Grid[1].Value[1].Text)
	require.Equal(t, "protocol.n", got.Grid[2].Key)
	require.Equal(t, "n > 1", got.Expect[1].When)
	require.Equal(t, 6*time.Millisecond, got.Link.Latency.Exponential.Mean)
	require.Nil(t, got.Link.Latency.Constant)
}

func TestSetMakesWhatIsAbsent(t *testing.T) {
	_, document, problems := decodeSample("name: x\nprotocol: {}\n")
	require.NoError(t, problems.Err())
	for _, setting := range [][2]string{
		{"link.latency.exponential.mean", "1ms"},
		{"cache.size", "3"},
		{"faults.0.kind", "crash"},
		{"faults.0.node", "n1"},
		{"faults.0.at", "1s"},
		{"expect.0.never", "stale_reads"},
		{"name", `"a: b"`},
	} {
		require.NoError(t, document.Set(setting[0], setting[1]), setting[0])
	}
	got := redecode(t, document)
	require.Equal(t, time.Millisecond, got.Link.Latency.Exponential.Mean)
	require.Equal(t, &cache{3}, got.Cache)
	require.Equal(t, []fault{crash{Window{At: time.Second}, "n1"}}, got.Faults)
	require.Equal(t, "a: b", got.Name)
}

func TestSetRefuses(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"protocol.quorm", "strict", `--set protocol.quorm=strict: protocol.quorm: unknown key "quorm"; did you mean "quorum"?`},
		{"protocl.r", "1", `--set protocl.r=1: protocl.r: unknown key "protocl"; did you mean "protocol"?`},
		{"protocol.r", "three", `--set protocol.r=three: protocol.r: "three" is not a whole number`},
		{"protocol.r", "0", `--set protocol.r=0: protocol.r: "0" is too small; at least 1`},
		{"protocol.r", "", `--set protocol.r=: protocol.r: "": nothing is written here`},
		{"protocol.r", "~", `--set protocol.r=~: protocol.r: no value is given; leave the key out for its default`},
		{"protocol.r", "[1", `--set protocol.r=[1: protocol.r: "[1": not valid YAML: did not find expected ',' or ']'`},
		{"protocol.r", "1\n2", `--set protocol.r=1\n2: protocol.r: the value must be one line`},
		{"protocol", "r: 1", `--set protocol=r: 1: protocol: "r: 1" needs brackets; did you mean "{r: 1}"?`},
		{"requires", "- a", `--set requires=- a: requires: "- a" needs brackets; did you mean "[a]"?`},
		{"protocol.r.x", "1", `--set protocol.r.x=1: protocol.r.x: protocol.r is a single value; it has no "x"`},
		{"faults.first", "1", `--set faults.first=1: faults.first: faults is a list; "first" does not count its items; the first is 0`},
		{"faults.00", "1", `--set faults.00=1: faults.00: faults is a list; "00" does not count its items; the first is 0`},
		{"faults.7.at", "1s", `--set faults.7.at=1s: faults.7.at: faults has 2 items; there is no 7`},
		{"faults.2.at", "1s", `--set faults.2.at=1s: faults.2.at: faults.2 has no kind yet; set faults.2.kind first`},
		{"faults.0.node", "n1", `--set faults.0.node=n1: faults.0.node: unknown key "node"; it belongs to faults of the kind "crash"`},
		{"faults.0.kind", "crush", `--set faults.0.kind=crush: faults.0.kind: "crush" is not one of partition, crash; did you mean "crash"?`},
		{"cache", "&a {size: 1}", `--set cache=&a {size: 1}: cache: "&a {size: 1}": anchors (&a) are not allowed`},
		{"cache.size", "13", ""}, // its check is for the whole to judge
	} {
		t.Run(c.path+"="+c.value, func(t *testing.T) {
			document := goodDocument(t)
			before := document.Bytes()
			err := document.Set(c.path, c.value)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, c.want)
			require.Equal(t, string(before), string(document.Bytes()))
		})
	}
}

func TestProblemsOfASettingNameIt(t *testing.T) {
	document := goodDocument(t)
	require.NoError(t, document.Set("protocol.r", "9"))
	require.NoError(t, document.SetFrom("--versus cache.size=13", "cache.size", "13"))
	var into sample
	require.EqualError(t, document.Decode(&into).Err(), `q.yaml:21:8: cache: the cache is cursed
--set protocol.r=9: protocol.r: 9 is more than n, 3
--versus cache.size=13: cache.size: 13 is unlucky`)
}

func TestSettingAnotherKindShowsWhatItLeaves(t *testing.T) {
	document := goodDocument(t)
	require.NoError(t, document.Set("faults.1.kind", "partition"))
	var into sample
	require.EqualError(t, document.Decode(&into).Err(), `q.yaml:12:30: faults.1.node: unknown key; it belongs to faults of the kind "crash"`)
}

func TestCloneIsApart(t *testing.T) {
	document := goodDocument(t)
	before := string(document.Bytes())
	require.NoError(t, document.Clone().Set("protocol.r", "3"))
	require.Equal(t, before, string(document.Bytes()))
}

func TestPositions(t *testing.T) {
	document := goodDocument(t)
	for path, want := range map[string]string{
		"":                    "q.yaml:2:1",
		"name":                "q.yaml:2:7",
		"protocol":            "q.yaml:3:11",
		"protocol.r":          "q.yaml:3:21",
		"protocol.small":      "q.yaml:3:11", // not written: what is around it
		"link.latency":        "q.yaml:5:3",  // indented: its key
		"faults":              "q.yaml:7:1",
		"faults.0":            "q.yaml:8:5",
		"faults.0.at":         "q.yaml:9:9",
		"faults.0.groups.1.1": "q.yaml:11:25",
		"faults.9.at":         "q.yaml:7:1",
		"grid.protocol.r":     "q.yaml:14:20",
		"grid.protocol.r.2":   "q.yaml:14:27",
		"nowhere.at.all":      "q.yaml:2:1",
	} {
		require.Equal(t, want, document.Position(path).String(), path)
	}
	problem := document.Problemf("protocol.r", "%d is odd", 1)
	require.EqualError(t, problem, "q.yaml:3:21: protocol.r: 1 is odd")
	sorted := document.Sort(Problems{problem, document.Problemf("name", "is dull"), problem})
	require.EqualError(t, sorted, "q.yaml:2:7: name: is dull\nq.yaml:3:21: protocol.r: 1 is odd")
}

func TestGet(t *testing.T) {
	document := goodDocument(t)
	got, ok := document.Get("faults.1")
	require.True(t, ok)
	require.Equal(t, Raw{"{kind: crash, at: 1m30s, node: n2}", Pos{"q.yaml", 12, 5}}, got)
	_, ok = document.Get("protocol.small")
	require.False(t, ok)
}

// Apply sets what a mapping of the document lists, and what it brings stays where it was written.
func TestApply(t *testing.T) {
	const text = `name: x
protocol: {r: 1}
grid:
  presets: [{faults: [{kind: crash, at: 1s, node: n1}], protocol.r: 3, requires: one}, {faults: [{kind: crush}], protocol.q: 1}]
`
	_, document, problems := decodeSample(text)
	require.NoError(t, problems.Err())
	require.Empty(t, document.Apply("grid.presets.0"))
	got := redecode(t, document)
	require.Equal(t, 3, got.Protocol.R)
	require.Equal(t, []fault{crash{Window{At: time.Second}, "n1"}}, got.Faults)
	require.Equal(t, []string{"one"}, got.Requires)
	require.Equal(t, 4, document.Position("faults.0.at").Line)
	before := string(document.Bytes())
	problems = document.Apply("grid.presets.1")
	require.Len(t, problems, 2)
	require.ErrorContains(t, problems.Err(), `did you mean "crash"?`)
	require.Equal(t, before, string(document.Bytes()), "what is wrong changes nothing")
	require.Empty(t, document.Apply("nothing.here"))
}

// A value that is not decoded yet can be changed in its parts.
func TestSetInsideOfARawValue(t *testing.T) {
	_, document, problems := decodeSample("name: x\nprotocol: {}\ngrid: {faults: [[{kind: crash, at: 1s}]]}\n")
	require.NoError(t, problems.Err())
	require.NoError(t, document.Set("grid.faults.0.0.at", "2s"))
	require.NoError(t, document.Set("grid.faults.0.0.node", "n1"))
	require.Equal(t, "[{kind: crash, at: 2s, node: n1}]", redecode(t, document).Grid[0].Value[0].Text)
	require.ErrorContains(t, document.Set("grid.faults.0.7.at", "2s"), "there is no")
}
