package random

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]Decimal{
		"0": 0, "-0": 0, "1": One, "0.25": One / 4, "-2.5": -5 * One / 2, "1e-3": One / 1000, "1E+2": 100 * One,
		"0.000000001": 1, "9223372036.854775807": math.MaxInt64, "-9223372036.854775808": math.MinInt64,
		"1.10000000000000": 11 * One / 10, "0.0e60": 0, "3.7": 3_700_000_000,
	} {
		got, err := ParseDecimal(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, problem := range map[string]string{
		"": "not a number", "-": "not a number", "one": "not a number", "1 ": "not a number", "+1": "not a number",
		"1_000": "not a number", "0x10": "not a number", "1e": "not a number", "1e+-3": "not a number", "1..2": "not a number",
		"--1": "not a number", "1e5e5": "not a number", "e5": "not a number", ".": "not a number",
		"NaN": "not a finite", ".inf": "not a finite", "-Inf": "not a finite", ".nan": "not a finite", "Infinity": "not a finite",
		".5": "before the point", "5.": "after the point", "010": "leading zero", "00": "leading zero",
		"0.0000000001": "too many digits after", "9223372036.854775808": "too large", "1e10": "too large",
		"1e61": "exponent beyond", "1e-99999999999999999999": "exponent beyond", strings.Repeat("1", 41): "more than 40",
	} {
		_, err := ParseDecimal(text)
		require.ErrorContains(t, err, problem, text)
	}
}

func TestParseProbability(t *testing.T) {
	for text, want := range map[string]Probability{
		"0": Never, "1": Certain, "1.0": Certain, "100%": Certain, "0.5": 1 << 63, "50%": 1 << 63, "0.25": 1 << 62,
		"25%": 1 << 62, "0%": Never, "1e-3": 18446744073709552, "5.421010862427522170037264e-20": 1, "-0": Never,
		"0.99999999999999999999999999": Certain - 1,
	} {
		got, err := ParseProbability(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, problem := range map[string]string{
		"-0.1": "below 0", "-1%": "below 0", "1.0000001": "above 1", "100.1%": "above 1", "2": "above 1", "1e-30": "too small",
		"nan": "finite", ".inf": "finite", "": "not a number", "%": "not a number", "50%%": "not a number", "1/2": "not a number",
	} {
		_, err := ParseProbability(text)
		require.ErrorContains(t, err, problem, text)
		require.ErrorContains(t, err, `"`+text+`"`)
	}
}

func TestProbabilityHit(t *testing.T) {
	half, one := Probability(1<<63), Probability(1)
	for _, word := range []uint64{0, 1, 1<<63 - 1, 1 << 63, math.MaxUint64 - 1, math.MaxUint64} {
		require.False(t, Never.Hit(word))
		require.True(t, Certain.Hit(word))
		require.Equal(t, word < 1<<63, half.Hit(word))
		require.Equal(t, word == 0, one.Hit(word))
		require.Equal(t, word < math.MaxUint64-1, (Certain - 1).Hit(word))
	}
}

func TestProbabilityString(t *testing.T) {
	for _, text := range []string{"0", "1", "0.5", "0.25", "0.001", "0.1", "0.999999", "0.000000000000001", "0.0301"} {
		p, err := ParseProbability(text)
		require.NoError(t, err)
		require.Equal(t, text, p.String())
	}
}

func TestParseRate(t *testing.T) {
	for text, gap := range map[string]time.Duration{
		"200/s": 5 * ms, "12/m": 5 * time.Second, "0.5/s": 2 * time.Second, "3/ms": 333333, "1/h": time.Hour,
		"1.66/ms": 602410, "0.000000001/h": math.MaxInt64,
	} {
		rate, err := ParseRate(text)
		require.NoError(t, err, text)
		require.Equal(t, gap, rate.MeanGap(), text)
		require.Equal(t, text, rate.String())
	}
	for text, problem := range map[string]string{
		"": "needs a unit", "200": "needs a unit", "/s": "not a number", "200/": "unknown unit", "200/x": "unknown unit",
		"0/s": "above 0", "-1/s": "above 0", "nan/s": "finite", "1/2s": "unknown unit", "1e11/s": "too large", "1 /s": "not a number",
	} {
		_, err := ParseRate(text)
		require.ErrorContains(t, err, problem, text)
	}
	require.True(t, Rate{}.IsZero())
	require.Equal(t, time.Duration(math.MaxInt64), Rate{}.MeanGap())
	require.Equal(t, "3/2m0s", Rate{3 * One, 2 * time.Minute}.String())
}

// TestRateAfter: an even pace does not drift, and is exact.
func TestRateAfter(t *testing.T) {
	third := PerSecond(3 * One)
	require.Equal(t, time.Duration(333_333_333), third.After(1))
	require.Equal(t, 1_000_000*time.Second, third.After(3_000_000))
	require.Zero(t, third.After(0))
	require.Equal(t, time.Duration(math.MaxInt64), third.After(math.MaxUint64))
	require.Equal(t, 1000*time.Hour, Rate{One, time.Hour}.After(1000))
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "-0": 0, "2ms": 2 * ms, "0.235ms": 235000, "1m30s": 90 * time.Second, "-50ms": -50 * ms, "1.5us": 1500, "3µs": 3000,
		"1h0.5s": time.Hour + 500*ms, "2562047h47m16.854775807s": math.MaxInt64, "0s": 0, "7ns": 7,
	} {
		got, err := ParseDuration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, problem := range map[string]string{
		"": "not a number", "5": "needs a unit", "1.5": "needs a unit", "ms": "not a number", "5 ms": "unknown unit", "5sec": "unknown unit",
		"1d": "unknown unit", "0.5ns": "finer than", "300000h": "", "9999999h": "too large", "2562047h48m": "too large", "--1s": "not a number",
		"1s-1ms": "unknown unit", "nan": "not a finite", "inf": "not a finite", ".5s": "before the point", "05s": "leading zero", "1e3s": "unknown unit",
	} {
		if problem != "" {
			_, err := ParseDuration(text)
			require.ErrorContains(t, err, problem, text)
		}
	}
}

// TestDurationLikeStandard: what the standard library prints is read back.
func TestDurationLikeStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "d"))
		got, err := ParseDuration(d.String())
		require.NoError(t, err)
		require.Equal(t, d, got)
	})
}

// TestTextRoundTrip: every value survives MarshalText and UnmarshalText.
func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Decimal(rapid.Int64().Draw(t, "decimal"))
		text, _ := d.MarshalText()
		var d2 Decimal
		require.NoError(t, d2.UnmarshalText(text))
		require.Equal(t, d, d2)

		p := Probability(rapid.Uint64().Draw(t, "probability"))
		text, _ = p.MarshalText()
		var p2 Probability
		require.NoError(t, p2.UnmarshalText(text))
		require.Equal(t, p, p2)

		r := PerSecond(Decimal(rapid.Int64Range(1, math.MaxInt64).Draw(t, "rate")))
		text, _ = r.MarshalText()
		var r2 Rate
		require.NoError(t, r2.UnmarshalText(text))
		require.Equal(t, r, r2)
	})
}

func FuzzParseDecimal(f *testing.F) {
	f.Add("0.25")
	f.Add("-1e-3")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDecimal(text); err == nil {
			again, err := ParseDecimal(d.String())
			require.NoError(t, err)
			require.Equal(t, d, again)
		}
	})
}

func FuzzParseProbability(f *testing.F) {
	f.Add("25%")
	f.Add("0.99999999999999999999999")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := ParseProbability(text); err == nil {
			again, err := ParseProbability(p.String())
			require.NoError(t, err)
			require.Equal(t, p, again)
		}
	})
}

func FuzzParseRate(f *testing.F) {
	f.Add("200/s")
	f.Add("1.66/ms")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ParseRate(text); err == nil {
			again, err := ParseRate(r.String())
			require.NoError(t, err)
			require.Equal(t, r, again)
			require.GreaterOrEqual(t, r.MeanGap(), time.Duration(0))
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	f.Add("1m30s")
	f.Add("-0.235ms")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDuration(text); err == nil {
			again, err := ParseDuration(d.String())
			require.NoError(t, err)
			require.Equal(t, d, again)
		}
	})
}
