package reports

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/results"
	"simrun/sim/record"
)

// TestCutIsNotVacuous: of what was cut it is said that it was, and not what it lacks.
func TestCutIsNotVacuous(t *testing.T) {
	r := sampleRun(1)
	r.Cells[1].Unmet = []results.Unmet{{Requirement: "crash.injected >= 1", Count: 0}}
	lacks := "  - r=1 w=2: crash.injected >= 1 is required, and was 0\n"
	require.Contains(t, string(runBytes(t, r, Table, Options{})), lacks)
	r.Cells[1].Stop = record.Stop{Reason: record.OutOfEvents}
	for _, f := range Formats() {
		require.NotContains(t, string(runBytes(t, r, Format(f), Options{})), "crash.injected", f)
	}
	require.Contains(t, string(runBytes(t, r, Table, Options{})), "Stopped early\n  - r=1 w=2: out of events\n")
}

// TestNamesOfNodes: a panic names its node as the scenario does, if it can.
func TestNamesOfNodes(t *testing.T) {
	r := brokenRun(1)
	require.Contains(t, string(runBytes(t, r, Table, Options{})), "n2 panicked at event 4711")
	r.Cells[2].Names = nil
	require.Contains(t, string(runBytes(t, r, Table, Options{})), "node 2 panicked at event 4711")
}

// TestImportedHistory: what was recorded elsewhere has no seed and no digest.
func TestImportedHistory(t *testing.T) {
	r := &results.Run{Scenario: "h.jsonl", Title: "2 ops, judged as register", Engine: "1", Cells: []results.Cell{{}}}
	for _, f := range []Format{Table, Markdown, JUnit} {
		r.Imported = false
		require.Contains(t, string(runBytes(t, r, f, Options{})), "0000000000000000", f)
		r.Imported = true
		require.NotContains(t, string(runBytes(t, r, f, Options{})), "0000000000000000", f)
	}
	require.Equal(t, "h.jsonl: 2 ops, judged as register\n", string(runBytes(t, r, Table, Options{})))
}

// TestPartialSweep: a sweep that stopped early says of how many seeds its table is.
func TestPartialSweep(t *testing.T) {
	s := sampleSweep(sampleRun, 1, 2)
	require.NotContains(t, string(sweepBytes(t, s, Table, Options{})), " of 2 seeds")
	s.To, s.Asked, s.Budget = 1000, 1000, true
	for _, f := range []Format{Table, Markdown, JSON} {
		require.Contains(t, string(sweepBytes(t, s, f, Options{})), "Means over 2 of 1,000 seeds, with 95 % intervals", f)
	}
	require.Contains(t, string(sweepBytes(t, s, Table, Options{})), "seeds 1..1000, of which 2 ran, engine 1")
}

// TestGridOfNumbers: a setting that is a whole number in every row is a number in
// the tables of JSON; one that is not in some row is text in all.
func TestGridOfNumbers(t *testing.T) {
	type report struct{ Tables []jsonTable }
	for _, make := range []func(*results.Run) []byte{
		func(r *results.Run) []byte { return runBytes(t, r, JSON, Options{}) },
		func(r *results.Run) []byte {
			s := results.NewSweep(1, 1)
			s.Add(r)
			return sweepBytes(t, s, JSON, Options{})
		},
	} {
		r := sampleRun(1)
		r.Cells[3].Set[1].Value = "02"
		r.Tables = []results.Table{results.CellTable("overlap", "", r.Cells, "availability")}
		var got report
		require.NoError(t, json.Unmarshal(make(r), &got))
		table := got.Tables[0]
		require.Equal(t, []string{"count", "text"}, []string{table.Columns[0].Unit, table.Columns[1].Unit})
		require.Equal(t, []any{2.0, "02"}, table.Rows[3][:2])
	}
	for _, text := range []any{"", "+7", "007", "-0", "1.0", "1e3", "9223372036854775808", 7, nil} {
		_, whole := wholeNumber(text)
		require.False(t, whole, text)
	}
}

// TestWrapKeepsWords: every word is there, in its order, and no line is too wide that
// could be shorter.
func TestWrapKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zµé]{1,12}`)).Draw(t, "words")
		width := rapid.IntRange(10, 40).Draw(t, "width")
		wrapped := Wrap(strings.Join(words, " "), "-- ", "   ", width)
		require.Equal(t, words, append([]string{}, strings.Fields(strings.TrimPrefix(wrapped, "--"))...))
		for _, line := range strings.Split(strings.TrimSuffix(wrapped, "\n"), "\n") {
			require.True(t, widthOf(line) <= width || len(strings.Fields(strings.TrimPrefix(line, "--"))) == 1, line)
		}
	})
}

func TestClip(t *testing.T) {
	require.Equal(t, "a few words", Clip("a few\n words", 11))
	require.Equal(t, "a few…", Clip("a few words", 7))
	require.Equal(t, "µµµ…", Clip("µµµµµ", 4))
	require.Equal(t, "", Clip("", 4))
}
