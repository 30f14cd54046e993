//go:build canary

package kernel_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCanary demands that an order which a map decides shows in the digest. Under
// this build tag every test that compares digests must fail.
func TestCanary(t *testing.T) {
	w := toyWorld(nil)
	first := w.Run(1).Digest
	for range 10 {
		if w.Run(1).Digest != first {
			return
		}
	}
	require.Fail(t, "ten runs under the canary have one digest")
}
