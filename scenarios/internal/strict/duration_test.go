package strict

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "2ms": 2e6, "1.5s": 15e8, "100us": 1e5, "100µs": 1e5, "3m": 180e9, "1h": 3600e9, "1m30s": 90e9,
		"-5ms": -5e6, "1h0m0.000000001s": 3600e9 + 1, "0.1us": 100, "1.0000000000ns": 1, "2562047h47m16.854775807s": math.MaxInt64,
		"0.00000001m": 600, "9223372036854775807ns": math.MaxInt64,
	} {
		got, err := ParseDuration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestParseDurationRefuses(t *testing.T) {
	for _, text := range []string{
		"", "-", "s", "2", "0", "1.s", ".5s", "02ms", "+2ms", "2 ms", "1s1m", "1s1s", "1us1µs", "1.5m1s", "1e3s", "--1s", "1s-1s",
		"2d", "0.1ns", "1.0000000001s", "0.00000000001ns", "9223372036854775808ns", "9223372036.854775808s", "2562048h",
		"99999999999999999999s", "1s ", "１s", "infs", "0x1s", "-9223372036854775808ns",
	} {
		_, err := ParseDuration(text)
		require.Error(t, err, text)
	}
}

// What Go prints, we read; and Go reads what we read, as the same.
func TestDurationsAreGos(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := time.Duration(rapid.Int64Min(-math.MaxInt64).Draw(t, "nanoseconds"))
		got, err := ParseDuration(want.String())
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?([0-9]{1,8}(\.[0-9]{1,4})?(h|m|s|ms|us|ns)){1,2}`).Draw(t, "text")
		got, err := ParseDuration(text)
		if err != nil {
			return
		}
		want, err := time.ParseDuration(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Regexp(t, durationPattern, text)
	})
}
