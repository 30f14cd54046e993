package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"simrun/results"
)

func compiled(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(goldens + "/" + name)
	require.NoError(t, err)
	return schema
}

func decoded(t *testing.T, report []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	require.NoError(t, err)
	return value
}

func TestJSONFollowsItsSchema(t *testing.T) {
	run, sweep := compiled(t, "run.schema.json"), compiled(t, "sweep.schema.json")
	for _, make := range []func(uint64) *results.Run{sampleRun, brokenRun} {
		report := runBytes(t, make(1), JSON, Options{})
		require.NoError(t, run.Validate(decoded(t, report)))
		require.NoError(t, sweep.Validate(decoded(t, sweepBytes(t, sampleSweep(make, 1, 3), JSON, Options{}))))

		// The negatives: a number for a seed, a metric that is text, a key that nobody knows.
		for _, change := range [][2]string{
			{`"seed": "1"`, `"seed": 1`},
			{`"stale_reads": 0`, `"stale_reads": "0"`},
			{`"events"`, `"evnets"`},
			{`"state": "expected"`, `"state": "fine"`},
		} {
			require.Contains(t, string(report), change[0])
			bad := strings.Replace(string(report), change[0], change[1], 1)
			require.Error(t, run.Validate(decoded(t, []byte(bad))), change[1])
		}
	}
	require.NoError(t, sweep.Validate(decoded(t, sweepBytes(t, results.NewSweep(1, 2), JSON, Options{}))))
	require.NoError(t, run.Validate(decoded(t, runBytes(t, &results.Run{}, JSON, Options{}))))
}

// TestUndefinedIsNull: what is undefined or has too few samples is null, never 0.
func TestUndefinedIsNull(t *testing.T) {
	var report struct{ Metrics, Raw map[string]any }
	require.NoError(t, json.Unmarshal(runBytes(t, sampleRun(1), JSON, Options{}), &report))
	require.Contains(t, report.Metrics, "dirty_reads")
	require.Nil(t, report.Metrics["dirty_reads"])
	require.Nil(t, report.Raw["dirty_reads"])
	require.Equal(t, 32.0, report.Metrics["stale_reads"])
	require.Equal(t, map[string]any{"count": 32.0, "total": 4000.0}, report.Raw["stale_share"])
	require.Equal(t, "latency_read_p50_ns", report.Raw["latency_read_p99_ns"].(map[string]any)["histogram_of"])
}

// TestResultsAreTheCheckers: the result is the checker's, whatever was expected.
func TestResultsAreTheCheckers(t *testing.T) {
	for _, line := range []struct {
		claim string
		truth results.Truth
		want  string
	}{
		{"stale_reads", results.True, "fail"},
		{"stale_reads", results.False, "pass"},
		{"linearizable", results.True, "pass"},
		{"linearizable", results.False, "fail"},
		{"availability >= 0.9", results.True, "pass"},
		{"availability >= 0.9", results.False, "fail"},
		{"stale_reads", results.Undecided, "unknown"},
		{"stale_reads", results.Silent, "vacuous"},
	} {
		require.Equal(t, line.want, resultOf(line.claim, line.truth))
	}
}
