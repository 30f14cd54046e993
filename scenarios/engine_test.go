package scenarios_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
)

var update = flag.Bool("update", false, "write the digests of this engine version anew")

// TestEngineVersion pins a digest of every shipped scenario for the engine's version.
// Whoever changes one changes scenarios.Engine and runs this with -update: users
// compare digests within a version.
func TestEngineVersion(t *testing.T) {
	const file = "../testdata/digests.txt"
	var now bytes.Buffer
	fmt.Fprintf(&now, "engine %s\n", scenarios.Engine)
	for _, name := range scenarios.Names() {
		fmt.Fprintf(&now, "%s %016x\n", name, scenarios.Run(shipped(t, name), 1, scenarios.Tape{}).Digest)
	}
	if *update {
		require.NoError(t, os.WriteFile(file, now.Bytes(), 0o644))
	}
	pinned, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(pinned), now.String())
}
