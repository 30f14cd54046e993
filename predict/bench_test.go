package predict

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim/random"
)

// BenchmarkWARS measures one trial, of which come the curves of all R and W.
func BenchmarkWARS(b *testing.B) {
	exponential := random.Spec{Exponential: &random.Exponential{Mean: time.Millisecond}}
	for _, of := range []struct {
		name string
		legs LegSpecs
	}{
		{"exponential", LegSpecs{exponential, exponential, exponential, exponential}},
		{"lnkd-ssd", known(b, "lnkd-ssd")},
		{"lnkd-disk", known(b, "lnkd-disk")},
	} {
		legs, err := of.legs.Compile()
		require.NoError(b, err)
		b.Run(of.name, func(b *testing.B) { WARS(legs, 3, b.N, 1) })
	}
}

func known(t testing.TB, name string) LegSpecs {
	t.Helper()
	legs, ok := Preset(name)
	require.True(t, ok, name)
	return legs
}
