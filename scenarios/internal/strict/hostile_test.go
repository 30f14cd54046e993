package strict

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// laughs is the text whose aliases would expand to a billion words.
func laughs() string {
	var text strings.Builder
	text.WriteString("a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
	for letter := 'b'; letter <= 'j'; letter++ {
		above := letter - 1
		fmt.Fprintf(&text, "%c: &%c [%s*%c]\n", letter, letter, strings.Repeat(fmt.Sprintf("*%c, ", above), 8), above)
	}
	return text.String()
}

func nestedBlocks(depth int) string {
	var text strings.Builder
	for i := range depth {
		text.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return text.String()
}

// hostileTexts are what somebody sends who wishes us ill; none may decode.
func hostileTexts() map[string]string {
	const half = maxBytes / 2
	return map[string]string{
		"billion laughs":     laughs(),
		"alias to itself":    "a: &a [*a]\n",
		"deep lists":         strings.Repeat("[", half),
		"closed deep lists":  strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
		"deep mappings":      strings.Repeat("{a: ", 50_000),
		"deep blocks":        nestedBlocks(1000),
		"deep dashes":        strings.Repeat("- ", half/2),
		"deep questions":     strings.Repeat("? ", half/2),
		"many items":         "a: [" + strings.Repeat("1,", half-10) + "]",
		"many lines":         strings.Repeat("- 1\n", 2*maxBytes/8),
		"many keys":          manyKeys(30_000),
		"many unknown pairs": "grid: {" + strings.Repeat("a: [~], ", 30_000) + "}",
		"too many bytes":     strings.Repeat("#", maxBytes+1),
		"one long word":      strings.Repeat("x", maxBytes-1),
		"one long key":       strings.Repeat("x", maxBytes-10) + ": 1",
		"long explicit key":  "? " + strings.Repeat("x", 10_000) + "\n: 1\n",
		"long number":        "cache: {size: " + strings.Repeat("9", half) + "}",
		"long duration":      "duration: " + strings.Repeat("9", half) + "s",
		"long fraction":      "duration: 0." + strings.Repeat("9", half) + "s",
		"long misspelling":   strings.Repeat("verbose", 30) + ": 1",
		"long quoted":        `name: "` + strings.Repeat(`\x00`, half/4) + `"`,
		"a wall of quotes":   strings.Repeat("'", maxBytes-1),
		"a wall of quotes 2": strings.Repeat(`"\`, half-1),
		"a wall of stars":    strings.Repeat("*a ", half/3),
		"a wall of tags":     strings.Repeat("!a ", half/3),
		"a wall of colons":   strings.Repeat(": ", 40_000),
		"comments":           strings.Repeat("#\n", 45_000) + "~",
		"indented comments":  "a:\n" + strings.Repeat("  # x\n", 45_000) + "  b: 1\n",
		"spaces":             strings.Repeat(" ", maxBytes-1),
		"literal block":      "name: |\n" + strings.Repeat("  x\n", 45_000),
		"long plain lines":   "name: x\n" + strings.Repeat("  x\n", 45_000),
		"open flow lines":    "[" + strings.Repeat("\n", 90_000),
		"flow keys":          "{" + strings.Repeat("a ", 90_000),
		"documents":          strings.Repeat("---\n", 20_000),
		"not a number":       "cache: {size: .NaN}",
		"infinity":           "cache: {size: -.INF}",
		"invalid UTF-8":      "name: \xc3\x28",
		"cut UTF-8":          "name: \xe2\x82",
		"UTF-16":             "\xff\xfen\x00a\x00m\x00e\x00",
		"surrogate":          "name: \xed\xa0\x80",
		"zero bytes":         "name: x\x00y",
		"timestamp":          "duration: 2001-12-14t21:59:43.10-05:00",
		"base sixty":         "cache: {size: 190:20:30}",
		"merge of merges":    "<<: [{<<: {a: 1}}, {b: 2}]",
		"set":                "!!set {a, b}",
		"python":             "!!python/object/apply:os.system [ls]",
		"directive":          "%TAG ! tag:x,2000:\n---\nname: x",
	}
}

func manyKeys(count int) string {
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "verbos%d: 1\n", i)
	}
	return text.String()
}

func TestHostileTextIsRefusedInBoundedTimeAndMemory(t *testing.T) {
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			_, _, problems := decodeSample(text)
			took := time.Since(begin)
			runtime.ReadMemStats(&after)
			require.NotEmpty(t, problems)
			require.LessOrEqual(t, len(problems), maxProblems+1)
			require.Less(t, took, 5*time.Second)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20))
			for _, problem := range problems[:min(len(problems), maxProblems)] {
				require.Less(t, len(problem.Error()), 1000)
				require.GreaterOrEqual(t, problem.Line, 1)
				require.GreaterOrEqual(t, problem.Column, 1)
			}
			t.Logf("%v, %d KiB: %s", took, (after.TotalAlloc-before.TotalAlloc)>>10, problems[0].Error())
		})
	}
}

func TestTooManyProblemsAreCounted(t *testing.T) {
	_, _, problems := decodeSample("name: x\nprotocol: {}\n" + manyKeys(250))
	require.Len(t, problems, maxProblems+1)
	require.EqualError(t, problems[maxProblems], "q.yaml: and 150 more problems")
	_, _, problems = decodeSample("name: x\nprotocol: {}\n" + manyKeys(100))
	require.Len(t, problems, maxProblems)
}

func TestLimitsAreExact(t *testing.T) {
	deep := func(depth int) string {
		return "grid: {a: [" + strings.Repeat("[", depth-4) + "1" + strings.Repeat("]", depth-4) + "]}\n"
	}
	_, _, problems := decodeSample("name: x\nprotocol: {}\n" + deep(maxDepth))
	require.NoError(t, problems.Err())
	_, _, problems = decodeSample("name: x\nprotocol: {}\n" + deep(maxDepth+1))
	require.ErrorContains(t, problems.Err(), "q.yaml:3:41: nested deeper than 32 levels")
	ending := "\nname: x\nprotocol: {}\n"
	_, _, problems = decodeSample(strings.Repeat("#", maxBytes-len(ending)) + ending)
	require.NoError(t, problems.Err())
	_, _, problems = decodeSample(strings.Repeat("#", maxBytes-len(ending)+1) + ending)
	require.EqualError(t, problems.Err(), "q.yaml:1:1: 1048577 bytes are too many; at most 1048576")
}

// FuzzDecode: whatever the text, there is an answer, and a text that decodes does so again from its canonical form.
func FuzzDecode(f *testing.F) {
	f.Add(goodText)
	for _, text := range hostileTexts() {
		if len(text) < 2_000 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		begin := time.Now()
		got, document, problems := decodeSample(text)
		require.Less(t, time.Since(begin), 5*time.Second)
		if len(problems) > 0 {
			_ = problems.Error()
			return
		}
		var again sample
		_, problems = Decode("again", document.Bytes(), &again, sampleOptions())
		require.NoError(t, problems.Err(), string(document.Bytes()))
		require.Equal(t, got.Protocol, again.Protocol)
		require.Equal(t, got.Faults, again.Faults)
		require.Equal(t, got.Name, again.Name)
	})
}

// FuzzSet: whatever the path and value, the document stays whole.
func FuzzSet(f *testing.F) {
	f.Add("protocol.r", "2")
	f.Add("faults.0.groups.1.0", "n9")
	f.Add("grid.protocol.r", "[1, 2]")
	f.Add("link.latency.exponential.mean", "1ms")
	f.Add("faults.9223372036854775808", "{}")
	f.Add("...", "&a [*a]")
	f.Fuzz(func(t *testing.T, path, value string) {
		_, document, problems := decodeSample(goodText)
		require.NoError(t, problems.Err())
		if err := document.Set(path, value); err != nil {
			_ = err.Error()
		}
		var into sample
		_ = document.Decode(&into)
		_, _ = compose("x", document.Bytes())
		_ = document.Position(path)
	})
}
