package random

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNormals holds the table against the complementary error function.
func TestNormals(t *testing.T) {
	for node, fixed := range normals {
		v := math.Ldexp(1+float64(node%steps)/steps, node/steps-octaves-1)
		z := float64(fixed) / (1 << 50)
		require.InEpsilon(t, v, math.Erfc(z/math.Sqrt2)/2, 1e-13)
	}
	require.Zero(t, normals[nodes-1])
}

// TestLogTables holds the others against the standard library's functions.
func TestLogTables(t *testing.T) {
	for j := range 256 {
		x := float64(j) / 256
		require.InDelta(t, math.Log2(1+x), float64(logs[j])/(1<<52), 1e-15)
		require.InDelta(t, math.Exp2(x), float64(powers[j])/(1<<63), 1e-15)
	}
}

// TestTablesAreGenerated runs the generator and compares with what is committed.
func TestTablesAreGenerated(t *testing.T) {
	if os.Getenv("SIMRUN_LONG") == "" {
		t.Skip("takes five seconds: set SIMRUN_LONG=1")
	}
	directory := t.TempDir()
	out, err := exec.Command("go", "run", "./internal/gen", directory).CombinedOutput()
	require.NoError(t, err, string(out))
	for _, file := range []string{"table_log.go", "table_normal.go"} {
		want, err := os.ReadFile(filepath.Join(directory, file))
		require.NoError(t, err)
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run go generate ./sim/random")
	}
}
