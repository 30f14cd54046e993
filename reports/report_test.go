package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/results"
)

// TestEnvironmentChangesNothing runs the goldens again in a process with another
// locale and terminal, which the table library reads when it starts.
func TestEnvironmentChangesNothing(t *testing.T) {
	if os.Getenv("REPORTS_AGAIN") != "" || *update {
		t.Skip("only once")
	}
	for _, environment := range [][]string{
		{"LANG=ja_JP.UTF-8", "LC_ALL=ja_JP.UTF-8", "RUNEWIDTH_EASTASIAN=1", "TERM=dumb", "COLUMNS=20"},
		{"LANG=C", "LC_ALL=C", "NO_COLOR=1", "TERM=xterm-256color", "COLUMNS=300"},
	} {
		again := exec.Command(os.Args[0], "-test.run=^TestGoldens$", "-test.v")
		again.Env = append([]string{"REPORTS_AGAIN=1"}, environment...)
		out, err := again.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "PASS: TestGoldens")
	}
}

// TestShardsReportTheSame: the report of merged shards is that of the whole sweep.
func TestShardsReportTheSame(t *testing.T) {
	whole := sampleSweep(brokenRun, 1, 9)
	merged := sampleSweep(brokenRun, 6, 9)
	merged.Merge(sampleSweep(brokenRun, 1, 5))
	for _, f := range Formats() {
		require.Equal(t, string(sweepBytes(t, whole, Format(f), Options{})), string(sweepBytes(t, merged, Format(f), Options{})), f)
	}
}

func TestOrdinaryLinesFit(t *testing.T) {
	for _, report := range [][]byte{
		runBytes(t, sampleRun(1), Table, Options{}), sweepBytes(t, sampleSweep(sampleRun, 1, 20), Table, Options{}),
		runBytes(t, brokenRun(1), Table, Options{}),
	} {
		for _, line := range strings.Split(string(report), "\n") {
			if !strings.Contains(line, "replay: ") { // commands stay whole, to be copied
				require.LessOrEqual(t, widthOf(line), 80, line)
			}
		}
	}
}

// TestColorsMoveNothing: without its colours a coloured report is the plain one.
func TestColorsMoveNothing(t *testing.T) {
	plain := runBytes(t, sampleRun(1), Table, Options{})
	colored := string(runBytes(t, sampleRun(1), Table, Options{Color: true}))
	require.Contains(t, colored, "\x1b[32mas expected\x1b[0m")
	for _, code := range []string{"\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[0m"} {
		colored = strings.ReplaceAll(colored, code, "")
	}
	require.Equal(t, string(plain), colored)
	require.NotContains(t, string(plain), "\x1b")
	require.NotContains(t, string(runBytes(t, brokenRun(1), Table, Options{})), "\x1b", "a value cannot colour")
}

// TestTooLongRowIsRefused: the table library would add a column silently.
func TestTooLongRowIsRefused(t *testing.T) {
	for _, f := range []Format{Table, Markdown, JSON} {
		r := sampleRun(1)
		r.Tables[0].Rows[2] = append(r.Tables[0].Rows[2], results.Datum{Kind: results.Text, Text: "more"})
		require.ErrorContains(t, WriteRun(&bytes.Buffer{}, r, f, Options{}), "row 3 has 8 fields for 7 columns", string(f))
	}
	require.Error(t, (&page{}).grid(&grid{columns: []column{{title: "a"}}, rows: [][]string{{"1", "2"}}}))
}

// TestWideTablesAreDivided: every part repeats the settings, and nothing is lost.
func TestWideTablesAreDivided(t *testing.T) {
	g := &grid{columns: []column{{title: "r", key: true}}, rows: [][]string{{"1"}}}
	for i := range 12 {
		g.columns = append(g.columns, column{title: strings.Repeat("x", 10+i)})
		g.rows[0] = append(g.rows[0], "v"+string(rune('a'+i)))
	}
	parts := g.divide(80)
	require.Greater(t, len(parts), 1)
	seen := 0
	for _, part := range parts {
		require.NoError(t, part.check())
		require.Equal(t, "r", part.columns[0].title)
		seen += len(part.columns) - 1
		p := &page{}
		require.NoError(t, p.grid(part))
		for _, line := range strings.Split(p.out.String(), "\n") {
			require.LessOrEqual(t, widthOf(line), 80)
		}
	}
	require.Equal(t, 12, seen)
}

func TestMarkdownKeepsFieldsApart(t *testing.T) {
	report := string(runBytes(t, brokenRun(1), Markdown, Options{}))
	for _, line := range strings.Split(report, "\n") {
		if strings.HasPrefix(line, "| ") {
			require.Equal(t, 5, strings.Count(strings.ReplaceAll(line, "\\|", ""), "|"), line)
		}
	}
	require.Equal(t, "`` a`b ``", code("a`b"))
}

func TestCSVKeepsValues(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(runBytes(t, brokenRun(1), CSV, Options{}))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 5)
	require.Equal(t, "pipes | and\nlines", rows[1][0])
	require.Equal(t, "a|b\nc\x1b[31m<b>", rows[2][3])
	at := func(name string) string {
		for i, head := range rows[0] {
			if head == name {
				return rows[1][i]
			}
		}
		return "no such column"
	}
	require.Equal(t, "", at("dirty_reads"), "undefined is blank")
	require.Equal(t, "0.032", at("stale_share"))
	require.Equal(t, "32", at("stale_reads"))
	require.Equal(t, "", at("latency_read_p999_ns"), "too few samples")
}

func TestJUnitIsXML(t *testing.T) {
	var s suite
	require.NoError(t, xml.Unmarshal(runBytes(t, brokenRun(1), JUnit, Options{}), &s))
	require.Equal(t, []int{9, 1, 1, 4}, []int{s.Tests, s.Failures, s.Errors, s.Skipped})
	require.Len(t, s.Cases, s.Tests)
	require.Contains(t, s.Cases[0].Failure.Text, "replay: simrun run quorum-overlap --seed 1")
}

// TestJUnitSometimes: a cell that has not seen what another cell has is skipped;
// where no cell has, each fails.
func TestJUnitSometimes(t *testing.T) {
	run := func(seen bool) *results.Run {
		c := func(truth results.Truth) results.Cell {
			return results.Cell{Outcomes: []results.Outcome{{Mode: results.Sometimes, Claim: "stale_reads", Truth: truth}}}
		}
		truth := results.False
		if seen {
			truth = results.True
		}
		return &results.Run{Scenario: "s", Cells: []results.Cell{c(results.False), c(truth)}}
	}
	unseen, seen := results.NewSweep(1, 1), results.NewSweep(1, 1)
	unseen.Add(run(false))
	seen.Add(run(true))
	require.Equal(t, 2, sweepSuite(unseen).Failures)
	require.Equal(t, []int{0, 1}, []int{sweepSuite(seen).Failures, sweepSuite(seen).Skipped})
}

func TestParseFormat(t *testing.T) {
	for _, name := range Formats() {
		_, err := ParseFormat(name)
		require.NoError(t, err)
	}
	_, err := ParseFormat("jsno")
	require.ErrorContains(t, err, `did you mean "json"?`)
	_, err = ParseFormat("spreadsheet")
	require.ErrorContains(t, err, "choose one of table, json")
	require.Error(t, WriteRun(&bytes.Buffer{}, sampleRun(1), "", Options{}))
	require.Error(t, WriteSweep(&bytes.Buffer{}, results.NewSweep(1, 1), "", Options{}))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteErrorsAreTold(t *testing.T) {
	for _, f := range Formats() {
		require.ErrorContains(t, WriteRun(broken{}, sampleRun(1), Format(f), Options{}), "full")
		require.ErrorContains(t, WriteSweep(broken{}, sampleSweep(sampleRun, 1, 2), Format(f), Options{}), "full")
	}
}

// TestEmptySweep: a sweep that was interrupted before its first run still reports.
func TestEmptySweep(t *testing.T) {
	s := results.NewSweep(1, 10)
	s.Scenario, s.Interrupted = "s", true
	for _, f := range Formats() {
		require.NotEmpty(t, sweepBytes(t, s, Format(f), Options{}))
	}
	require.Contains(t, string(sweepBytes(t, s, Table, Options{})), "Interrupted: this report is partial.")
	require.True(t, json.Valid(sweepBytes(t, s, JSON, Options{})))
}

func TestSpelling(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 1: "1 ns", 999: "999 ns", 1000: "1.00 µs", 1234567: "1.23 ms", 999_499: "999 µs", 999_500: "1.00 ms",
		12_345_678: "12.3 ms", 9_996_000: "10.0 ms", 2 * time.Second: "2.00 s", 3 * time.Hour: "10,800 s", -1500 * time.Microsecond: "-1.50 ms",
	} {
		require.Equal(t, want, spellDuration(d), d.String())
	}
	for share, want := range map[float64]string{
		0: "0 %", 1: "100 %", 0.123: "12.3 %", 0.99: "99.0 %", 0.9995: "99.950 %", 0.99999: "99.9990 %", 0.000123: "0.0123 %", 0.5: "50.0 %",
	} {
		require.Equal(t, want, spellShare(share))
	}
	for number, want := range map[float64]string{0: "0", 1234567: "1,234,567", 0.001234: "0.00123", 9.999: "10.0", -12345.6: "-12,346", 999.7: "1,000"} {
		require.Equal(t, want, spellNumber(number))
	}
	require.Equal(t, `a\nb\x1b`, clean("a\nb\x1b"))
	require.Equal(t, "", spellDatum(results.Datum{}))
}

func TestSpellEstimate(t *testing.T) {
	both := func(mean, low, high float64) results.Estimate {
		return results.Estimate{Mean: mean, Low: low, High: high, Defined: true, Bounded: true}
	}
	for _, line := range []struct {
		metric string
		e      results.Estimate
		want   string
	}{
		{"stale_share", both(0.0341, 0.0332, 0.0351), "3.41 % [3.32, 3.51]"},
		{"stale_share", both(0, 0, 0.00015), "0 % (≤ 0.0150 %)"},
		{"availability", both(0.98901, 0.98899, 0.98903), "98.901 % [98.899, 98.903]"},
		{"latency_read_p99_ns", both(1.234e6, 0.99e6, 1.5e6), "1.23 ms [0.99, 1.50]"},
		{"stale_reads", both(1234.5, 1200, 1269), "1,234 [1,200, 1,269]"},
		{"stale_reads", results.Estimate{Mean: 3, Defined: true}, "3.00"},
		{"stale_reads", results.Estimate{}, ""},
		{"availability", both(1, 1, 1), "100 % [100, 100]"},
	} {
		require.Equal(t, line.want, spellEstimate(line.metric, line.e))
	}
}
