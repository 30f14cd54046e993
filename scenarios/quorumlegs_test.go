package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/predict"
	"simrun/sim/random"
)

func TestParseLegs(t *testing.T) {
	exponential := random.Spec{Exponential: &random.Exponential{Mean: 10 * time.Millisecond}}
	ms, ymmr := random.Always(time.Millisecond), random.Spec{Preset: "ymmr"}
	pareto := random.Spec{Pareto: &random.Pareto{Min: time.Millisecond, Alpha: 2 * random.One}, Plus: 3 * time.Millisecond}
	half, err := random.ParseDecimal("0.5")
	require.NoError(t, err)
	disk, _ := predict.Preset("lnkd-disk")
	mixture := random.Spec{Mixture: []random.Part{{Weight: half, Of: ms}, {Weight: half, Of: exponential}}}
	for line, legs := range map[string]predict.LegSpecs{
		"lnkd-disk":                           disk,
		" lnkd-disk ":                         disk,
		"1ms":                                 {W: ms, A: ms, R: ms, S: ms},
		"exponential:mean=10ms":               {W: exponential, A: exponential, R: exponential, S: exponential},
		"W=exponential:mean=10ms,A=R=S=1ms":   {W: exponential, A: ms, R: ms, S: ms},
		"w = ymmr, r=s = 1ms ,a=constant:1ms": {W: ymmr, A: ms, R: ms, S: ms},
		"W=pareto:min=1ms:alpha=2:plus=3ms,A=R=S=0": {W: pareto, A: random.Always(0), R: random.Always(0), S: random.Always(0)},
		"{w: 1ms, a: {constant: 1ms}, r: ymmr, s: {mixture: [{weight: 0.5, constant: 1ms}, {weight: 0.5, exponential: {mean: 10ms}}]}}": {
			W: ms, A: ms, R: ymmr, S: mixture,
		},
	} {
		got, err := ParseLegs(line)
		require.NoError(t, err, line)
		require.Equal(t, legs, got, line)
	}
}

func TestParseLegsRefuses(t *testing.T) {
	for line, why := range map[string]string{
		"":                            `leg W: there is no preset ""; there are lnkd-ssd, `,
		"lnkd-dsk":                    `leg W: there is no preset "lnkd-dsk"; did you mean "lnkd-disk"?`,
		"W=1ms":                       "nothing is said of leg A, R, S; where it takes no time, say A=R=S=0ms",
		"W=1ms,W=2ms":                 "leg W is given twice",
		"X=1ms":                       `leg W: there is no preset "X=1ms"`,
		"W=A=R=S=-1ms":                "is negative",
		"W=A=R=S=5":                   "needs a unit",
		"exponental:mean=3ms":         `--latency: w.exponental: unknown key; did you mean "exponential"?`,
		"exponential:men=3ms":         `--latency: w.exponential.men: unknown key; did you mean "mean"?`,
		"exponential:mean=x":          "w.exponential.mean",
		"pareto:min=1ms:alpha=0":      "alpha",
		"uniform:low=3ms:high=1ms":    "is below low",
		"{w: 1ms, a: 1ms, r: 1ms}":    "s: this key is required",
		`W="},A=R=S=1ms`:              "leg W",
		"W=exponential:mean=\"\n1,A=": "",
	} {
		_, err := ParseLegs(line)
		require.ErrorContains(t, err, why, line)
	}
}

func TestDecodeLegs(t *testing.T) {
	legs, err := DecodeLegs("legs.yaml", []byte("w: lnkd-disk-write\na: 1ms\nr: {uniform: {low: 1ms, high: 2ms}}\ns: 0ms\n"))
	require.NoError(t, err)
	require.Equal(t, "lnkd-disk-write", legs.W.Preset)
	_, err = DecodeLegs("legs.yaml", []byte("w: 1ms\na: 1ms\nr: {uniform: {low: 3ms, high: 2ms}}\ns: 0ms\n"))
	require.ErrorContains(t, err, "legs.yaml:3:4: r: uniform.high: 2ms is below low")
	_, err = DecodeLegs("legs.yaml", []byte("w: 1ms\na: 1ms\nr: 1ms\ns: 0mz\nq: 1\n"))
	require.ErrorContains(t, err, "legs.yaml:4:4: s: ")
	require.ErrorContains(t, err, "legs.yaml:5:1: q: unknown key")
}

func FuzzParseLegs(f *testing.F) {
	for _, line := range []string{"lnkd-disk", "W=exponential:mean=10ms,A=R=S=1ms", "{w: 1ms}", "W=:,=", "a:b:c=d:plus=1ms"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if legs, err := ParseLegs(line); err == nil {
			_, err = legs.Compile()
			require.NoError(t, err)
		}
	})
}
