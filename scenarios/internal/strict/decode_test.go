package strict

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDecodeReadsOneOfEverything(t *testing.T) {
	got, _, problems := decodeSample(goodText)
	require.NoError(t, problems.Err())
	stale, lost := "stale_reads", "lost_writes"
	want := &sample{
		Name: "quorum-overlap",
		Protocol: protocol{
			N: 3, R: 1, Quorum: "sloppy", Reads: 250, Skew: -5 * time.Millisecond, Big: math.MaxUint64,
		},
		Link: link{distribution{Exponential: &exponential{1500 * time.Microsecond}, Floor: time.Microsecond}},
		Faults: []fault{
			&partition{Window{2 * time.Second, 3 * time.Second}, [][]string{{"n1"}, {"n2", "n3"}}},
			crash{Window{At: 90 * time.Second}, "n2"},
		},
		Duration: 100 * time.Microsecond,
		Expect:   []expectation{{Never: &stale, When: "r + w > n"}, {Sometimes: &lost}},
		Weights:  map[string]uint8{"a": 1, "b": 2},
		Verbose:  true,
		Cache:    &cache{7},
		Requires: []string{"partition.crossed >= 10"},
		Grid: Pairs[[]Raw]{
			{"protocol.r", []Raw{{"1", Pos{"q.yaml", 14, 21}}, {"2", Pos{"q.yaml", 14, 24}}, {"3", Pos{"q.yaml", 14, 27}}}, Pos{"q.yaml", 14, 8}},
			{"protocol.quorum", []Raw{{"strict", Pos{"q.yaml", 14, 49}}, {"sloppy", Pos{"q.yaml", 14, 57}}}, Pos{"q.yaml", 14, 31}},
		},
	}
	require.Equal(t, want, got)
}

func TestDefaultsHoldForWhatIsAbsent(t *testing.T) {
	got, _, problems := decodeSample("name: x\nprotocol: {}\n")
	require.NoError(t, problems.Err())
	require.Equal(t, protocol{N: 3, R: 2, Quorum: "strict", Reads: 500}, got.Protocol)
	require.Equal(t, 10*time.Second, got.Duration)
	require.Equal(t, time.Microsecond, got.Link.Latency.Floor)
	require.Nil(t, got.Cache)
}

func TestShorthand(t *testing.T) {
	got, _, problems := decodeSample("name: x\nprotocol: {}\nlink: {latency: 2ms}\n")
	require.NoError(t, problems.Err())
	require.Equal(t, 2*time.Millisecond, *got.Link.Latency.Constant)
	require.Equal(t, time.Microsecond, got.Link.Latency.Floor)
}

// Every refusal, with its exact words. The text goes after a good beginning of two lines.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "verbos: true", `q.yaml:3:1: verbos: unknown key; did you mean "verbose"?`},
		{"unknown inner key", "link: {latancy: 2ms}", `q.yaml:3:8: link.latancy: unknown key; did you mean "latency"?`},
		{"misplaced key", "mean: 2ms", `q.yaml:3:1: mean: unknown key; it belongs under "link.latency.exponential"`},
		{"misplaced at top", "link: {grid: {}}", `q.yaml:3:8: link.grid: unknown key; it belongs at the top`},
		{"strange key", "link: {zzzzzz: 1}", `q.yaml:3:8: link.zzzzzz: unknown key; known keys: latency`},
		{"word for a number", "cache: {size: three}", `q.yaml:3:15: cache.size: "three" is not a whole number`},
		{"octal", "cache: {size: 010}", `q.yaml:3:15: cache.size: "010" is not a whole number; did you mean "10"?`},
		{"hexadecimal", "cache: {size: 0x10}", `q.yaml:3:15: cache.size: "0x10" is not a whole number`},
		{"exponent", "cache: {size: 1e9}", `q.yaml:3:15: cache.size: "1e9" is not a whole number`},
		{"underscore", "cache: {size: 1_000}", `q.yaml:3:15: cache.size: "1_000" is not a whole number; did you mean "1000"?`},
		{"decimal", "cache: {size: 3.0}", `q.yaml:3:15: cache.size: "3.0" is not a whole number; did you mean "3"?`},
		{"cut decimal", "cache: {size: 3.7}", `q.yaml:3:15: cache.size: "3.7" is not a whole number`},
		{"plus", "cache: {size: +3}", `q.yaml:3:15: cache.size: "+3" is not a whole number; did you mean "3"?`},
		{"quoted number", `cache: {size: "3"}`, `q.yaml:3:15: cache.size: "3" is quoted, so it is text: it is not a whole number; did you mean "3"?`},
		{"infinity", "cache: {size: .inf}", `q.yaml:3:15: cache.size: ".inf" is not a whole number`},
		{"not a number", "cache: {size: .nan}", `q.yaml:3:15: cache.size: ".nan" is not a whole number`},
		{"overflow", "cache: {size: 9223372036854775808}", `q.yaml:3:15: cache.size: "9223372036854775808" is too large; at most 9223372036854775807`},
		{"underflow", "cache: {size: -9223372036854775809}", `q.yaml:3:15: cache.size: "-9223372036854775809" is too small; at least -9223372036854775808`},
		{"small unsigned", "weights: {a: 256}", `q.yaml:3:14: weights.a: "256" is too large; at most 255`},
		{"maximum of a map", "weights: {a: 101}", `q.yaml:3:14: weights.a: "101" is too large; at most 100`},
		{"negative unsigned", "weights: {a: -1}", `q.yaml:3:14: weights.a: "-1" is negative; at least 0`},
		{"yes", "verbose: yes", `q.yaml:3:10: verbose: "yes" is neither true nor false; did you mean "true"?`},
		{"True", "verbose: False", `q.yaml:3:10: verbose: "False" is neither true nor false; did you mean "false"?`},
		{"bare duration", "duration: 2", `q.yaml:3:11: duration: "2" has no unit; did you mean "2s"?`},
		{"long unit", "duration: 2 sec", `q.yaml:3:11: duration: "2 sec" is not a duration such as 2ms, 1.5s or 3m; did you mean "2s"?`},
		{"upper case unit", "duration: 2MS", `q.yaml:3:11: duration: "2MS" is not a duration such as 2ms, 1.5s or 3m; did you mean "2ms"?`},
		{"no leading digit", "duration: .5s", `q.yaml:3:11: duration: ".5s" is not a duration such as 2ms, 1.5s or 3m; did you mean "0.5s"?`},
		{"negative duration", "duration: -2ms", `q.yaml:3:11: duration: "-2ms" is negative`},
		{"too fine", "duration: 0.1ns", `q.yaml:3:11: duration: "0.1ns" is finer than a nanosecond`},
		{"too long", "duration: 9999999h", `q.yaml:3:11: duration: "9999999h" is too long for a duration; at most 2562047h`},
		{"above the maximum", "duration: 25h", `q.yaml:3:11: duration: "25h" is too large; at most 24h`},
		{"bare shorthand", "link: {latency: 2}", `q.yaml:3:17: link.latency: "2" has no unit; did you mean "2ms"?`},
		{"no alternative", "link: {latency: {}}", `q.yaml:3:17: link.latency: one of constant, exponential must be given`},
		{"two alternatives", "link: {latency: {constant: 1ms, exponential: {mean: 1ms}}}", `q.yaml:3:33: link.latency.exponential: only one of constant, exponential may be given, and constant is`},
		{"missing key", "link: {latency: {exponential: {}}}", `q.yaml:3:31: link.latency.exponential.mean: this key is required`},
		{"list for a mapping", "link: [1]", `q.yaml:3:7: link: a mapping {key: value} is expected, not a list`},
		{"list for a shorthand", "link: {latency: [1]}", `q.yaml:3:17: link.latency: a mapping {key: value} or a single value is expected, not a list`},
		{"mapping for a value", "duration: {a: 1}", `q.yaml:3:11: duration: a single value is expected, not a mapping`},
		{"scalar for a list", "expect: never", `q.yaml:3:9: expect: a list is expected, not the single value "never"; did you mean "[never]"?`},
		{"scalar for free keys", "grid: never", `q.yaml:3:7: grid: a mapping {key: value} is expected, not the single value "never"`},
		{"null", "duration:", `q.yaml:3:10: duration: no value is given; leave the key out for its default`},
		{"tilde", "duration: ~", `q.yaml:3:11: duration: no value is given; leave the key out for its default`},
		{"unknown kind", "faults: [{kind: partiton, at: 1s}]", `q.yaml:3:17: faults.0.kind: "partiton" is not one of partition, crash; did you mean "partition"?`},
		{"no kind", "faults: [{at: 1s}]", `q.yaml:3:10: faults.0.kind: this key is required: one of partition, crash`},
		{"kind alone", "faults: [crash]", `q.yaml:3:10: faults.0: a mapping {kind: ...} is expected, not the single value "crash"; did you mean "{kind: crash}"?`},
		{"list as kind", "faults: [{kind: [a]}]", `q.yaml:3:17: faults.0.kind: a word is expected, not a list`},
		{"key of another kind", "faults: [{kind: partition, at: 1s, node: n1}]", `q.yaml:3:36: faults.0.node: unknown key; it belongs to faults of the kind "crash"`},
		{"scalar in nested list", "faults: [{kind: partition, at: 1s, groups: [n1]}]", `q.yaml:3:45: faults.0.groups.0: a list is expected, not the single value "n1"; did you mean "[n1]"?`},
		{"check of an embedded struct", "faults: [{kind: crash, node: a, at: 1s, for: 13s}]", `q.yaml:3:46: faults.0.for: 13s is unlucky`},
		{"promoted check is told once", "faults: [{kind: partition, at: 1s, for: 13s}]", `q.yaml:3:41: faults.0.for: 13s is unlucky`},
		{"several from one check", "cache: {size: 13}", "q.yaml:3:8: cache: the cache is cursed\nq.yaml:3:15: cache.size: 13 is unlucky"},
		{"panic of a check", "cache: {size: 66}", `q.yaml:3:8: cache: cannot be checked: order`},
		{"anchor", "cache: &a {size: 1}", `q.yaml:3:8: anchors (&a) are not allowed`},
		{"alias", "cache: &a {size: 1}\nlink: *a", "q.yaml:3:8: anchors (&a) are not allowed\nq.yaml:4:7: aliases (*a) are not allowed; write the value out"},
		{"unknown alias", "cache: *b", "q.yaml:3:8: not valid YAML: unknown anchor 'b' referenced"},
		{"merge key", "cache: {<<: {size: 1}}", `q.yaml:3:9: merge keys (<<) are not allowed; write the keys out`},
		{"tag", "cache: {size: !!int 3}", `q.yaml:3:15: tags (!!int) are not allowed`},
		{"own tag", "cache: !cache {size: 3}", `q.yaml:3:8: tags (!cache) are not allowed`},
		{"bare tag", "cache: {size: ! 3}", `q.yaml:3:15: tags (!) are not allowed`},
		{"binary", "cache: {size: !!binary aGk=}", "q.yaml:3:15: tags (!!binary) are not allowed\nq.yaml:3:15: cache.size: \"aGk=\" is not a whole number"},
		{"duplicate", "verbose: true\nverbose: false", `q.yaml:4:1: the key "verbose" stands here a second time; the first is on line 3`},
		{"list as key", "[1, 2]: 3", `q.yaml:3:1: a key must be a word, not a list or a mapping`},
		{"empty key", `"": 3`, `q.yaml:3:1: a key is empty`},
		{"second document", "---\nname: other", `q.yaml:3:1: a second document (---) is not allowed`},
		{"tab", "link:\n\tlatency: 2ms", `q.yaml:4:1: a tab stands in the indentation; indent with spaces`},
		{"zero byte", "verbose: \x00", `q.yaml:3:10: the control character U+0000 is not allowed`},
		{"escape", "verbose: \x1b[31m", `q.yaml:3:10: the control character U+001B is not allowed`},
		{"no UTF-8", "verbose: \xff", `q.yaml:3:10: byte 0xff is not UTF-8 text; save the file as UTF-8`},
		{"byte order mark inside", "verbose: \uFEFF", `q.yaml:3:10: a byte order mark (U+FEFF) is not allowed; save the file as UTF-8 without it`},
		{"syntax", "link: {latency: [1", `q.yaml:4:1: not valid YAML: did not find expected ',' or ']'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, problems := decodeSample("name: x\nprotocol: {}\n" + c.text + "\n")
			require.EqualError(t, problems.Err(), c.want)
		})
	}
}

func TestRefusedAsAWhole(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "q.yaml:1:1: nothing is written here"},
		{"comment only", "# x\n", "q.yaml:1:1: nothing is written here"},
		{"null", "~\n", "q.yaml:1:1: no value is given; leave the key out for its default"},
		{"scalar", "x\n", `q.yaml:1:1: a mapping {key: value} is expected, not the single value "x"`},
		{"byte order mark", "\uFEFFname: x", "q.yaml:1:1: a byte order mark (U+FEFF) is not allowed; save the file as UTF-8 without it"},
		{"directive", "# x\n%YAML 1.1\n---\nname: x", "q.yaml:2:1: directives (%) are not allowed"},
		{"carriage return", "name: x\rverbose: true", "q.yaml:1:8: a carriage return without a line feed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, document, problems := decodeSample(c.text)
			require.EqualError(t, problems.Err(), c.want)
			require.NotNil(t, document)
		})
	}
}

func TestAllProblemsInOnePassAndInOrder(t *testing.T) {
	_, _, problems := decodeSample(`protocol: {n: 0, r: three, quorum: stric, reads: 1.5}
duration: 3
verbos: true
faults:
  - {kind: crash, at: -1s}
  - {kind: bang}
`)
	require.EqualError(t, problems.Err(), `q.yaml:1:1: name: this key is required
q.yaml:1:15: protocol.n: "0" is too small; at least 1
q.yaml:1:21: protocol.r: "three" is not a whole number
q.yaml:1:36: protocol.quorum: "stric" is not one of strict, sloppy; did you mean "strict"?
q.yaml:1:50: protocol.reads: "1.5": want a decimal below 1 such as 0.25
q.yaml:2:11: duration: "3" has no unit; did you mean "3s"?
q.yaml:3:1: verbos: unknown key; did you mean "verbose"?
q.yaml:5:5: faults.0.node: this key is required
q.yaml:5:23: faults.0.at: "-1s" is negative
q.yaml:6:12: faults.1.kind: "bang" is not one of partition, crash`)
}

func TestChecksPointAtTheirField(t *testing.T) {
	_, _, problems := decodeSample("name: x\nprotocol: {n: 2, r: 3}\n")
	require.EqualError(t, problems.Err(), "q.yaml:2:21: protocol.r: 3 is more than n, 2")
	_, _, problems = decodeSample("name: x\nprotocol: {n: 1}\n")
	require.EqualError(t, problems.Err(), "q.yaml:2:11: protocol.r: 2 is more than n, 1")
}

func TestBoundsOfOtherTypes(t *testing.T) {
	_, _, problems := decodeSample("name: x\nprotocol: {reads: 0.901, skew: -1001ms, small: 128}\n")
	require.EqualError(t, problems.Err(), `q.yaml:2:19: protocol.reads: "0.901" is too large; at most 0.9
q.yaml:2:32: protocol.skew: "-1001ms" is too small; at least -1s
q.yaml:2:48: protocol.small: "128" is too large; at most 127`)
}

func TestStringsAreWhatIsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"010": "010", "1e9": "1e9", "yes": "yes", "2001-01-01": "2001-01-01", `"null"`: "null", "'~'": "~", `""`: "",
	} {
		got, _, problems := decodeSample("name: " + text + "\nprotocol: {}\n")
		require.NoError(t, problems.Err())
		require.Equal(t, want, got.Name)
	}
}
