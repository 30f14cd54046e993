package reports

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
)

func sampleFigures() *results.Figures {
	share := results.Datum{Kind: results.Fraction, Number: 0.974}
	return &results.Figures{
		Name: "quorum", Title: "what each R and W gives", Seed: 7, Engine: "1", Digest: 0xabc, Trials: 20_000,
		Tables: []results.Table{{
			Name: "consistency", Title: "Reads that see the write",
			Columns: []results.Column{{Name: "r", Title: "R", Unit: "text"}, {Name: "p_consistent_0", Title: "0s", Unit: "share"}},
			Rows:    [][]results.Datum{{{Kind: results.Text, Text: "1"}, share}},
		}},
		All: results.Table{
			Name: "figures", Columns: []results.Column{{Name: "r", Unit: "text"}, {Name: "measured"}, {Name: "time"}, {Name: "model"}},
			Rows: [][]results.Datum{{{Kind: results.Text, Text: "1"}, share, {Kind: results.Duration, Integer: 1500}, {}}},
		},
		Words:  []string{"All is well."},
		Claims: []results.Claimed{{Text: "one", State: results.AsExpected}, {Text: "two", State: results.Broken, Why: "so it is"}},
	}
}

func figureBytes(t *testing.T, f Format, o Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, WriteFigures(&b, sampleFigures(), f, o))
	return b.String()
}

func TestFigures(t *testing.T) {
	require.Equal(t, `quorum: what each R and W gives
seed 7, engine 1, digest 0000000000000abc, 20,000 trials

Reads that see the write
┌───┬────────┐
│ R │     0s │
├───┼────────┤
│ 1 │ 97.4 % │
└───┴────────┘

In words
  - All is well.

Expectations
  as expected            one
  BROKEN                 two
      so it is
`, figureBytes(t, Table, Options{}))
	require.Contains(t, figureBytes(t, Table, Options{Color: true}), "\x1b[31mBROKEN\x1b[0m")
	require.Contains(t, figureBytes(t, Markdown, Options{}), "| 1 | 97.4 % |\n")
	require.Equal(t, "r,measured,time,model\n1,0.974,1500,\n", figureBytes(t, CSV, Options{}))

	var report struct {
		Study, Seed, Digest string
		Trials              int
		Verdicts            []struct{ Expect, State, Why string }
		Tables              []struct {
			Name string
			Rows [][]any
		}
	}
	require.NoError(t, json.Unmarshal([]byte(figureBytes(t, JSON, Options{})), &report))
	require.Equal(t, []any{"quorum", "7", "0000000000000abc", 20000}, []any{report.Study, report.Seed, report.Digest, report.Trials})
	require.Equal(t, "broken", report.Verdicts[1].State)
	require.Equal(t, "so it is", report.Verdicts[1].Why)
	require.Equal(t, "figures", report.Tables[1].Name)
	require.Equal(t, []any{1.0, 0.974, 1500.0, nil}, report.Tables[1].Rows[0])
}

func TestFiguresRefused(t *testing.T) {
	require.ErrorContains(t, WriteFigures(&bytes.Buffer{}, sampleFigures(), JUnit, Options{}), "no format")
	for _, name := range FigureFormats() {
		f := sampleFigures()
		f.Tables[0].Rows[0], f.All.Rows[0] = nil, nil
		require.ErrorContains(t, WriteFigures(&bytes.Buffer{}, f, Format(name), Options{}), "0 fields", name)
	}
	require.Equal(t, results.ExitBroken, sampleFigures().Exit())
}
