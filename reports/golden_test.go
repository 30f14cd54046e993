package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
)

// update rewrites the goldens: go test ./reports -update
var update = flag.Bool("update", false, "rewrite the golden reports")

const goldens = "../testdata/reports"

// golden compares with a file, or rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join(goldens, name)
	if *update {
		require.NoError(t, os.MkdirAll(goldens, 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./reports -update")
	require.Equal(t, string(want), string(got))
}

func runBytes(t *testing.T, r *results.Run, f Format, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, WriteRun(&b, r, f, o))
	return b.Bytes()
}

func sweepBytes(t *testing.T, s *results.Sweep, f Format, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, WriteSweep(&b, s, f, o))
	return b.Bytes()
}

var endings = map[Format]string{Table: "txt", JSON: "json", Markdown: "md", CSV: "csv", JUnit: "xml"}

func TestGoldens(t *testing.T) {
	for _, name := range Formats() {
		f := Format(name)
		golden(t, "run."+endings[f], runBytes(t, sampleRun(1), f, Options{}))
		golden(t, "run-broken."+endings[f], runBytes(t, brokenRun(1), f, Options{}))
		golden(t, "sweep."+endings[f], sweepBytes(t, sampleSweep(sampleRun, 1, 20), f, Options{}))
		golden(t, "sweep-broken."+endings[f], sweepBytes(t, sampleSweep(brokenRun, 1, 3), f, Options{}))
	}
	golden(t, "run-broken-color.txt", runBytes(t, brokenRun(1), Table, Options{Color: true}))
}
