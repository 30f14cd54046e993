package results

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
)

func TestParseClaim(t *testing.T) {
	for text, want := range map[string]Claim{
		"stale_reads":                  {Name: "stale_reads"},
		" linearizable ":               {Name: "linearizable"},
		"availability >= 0.99":         {Name: "availability", Comparison: ">=", Bound: 0.99},
		"availability>=99%":            {Name: "availability", Comparison: ">=", Bound: 0.99},
		"latency_read_p99_ns < 50ms":   {Name: "latency_read_p99_ns", Comparison: "<", Bound: 50e6},
		"latency_read_p99_ns < 1.5 ms": {Name: "latency_read_p99_ns", Comparison: "<", Bound: 1.5e6},
		"latency_read_p99_ns < 50":     {Name: "latency_read_p99_ns", Comparison: "<", Bound: 50},
		"stale_reads == 0":             {Name: "stale_reads", Comparison: "==", Bound: 0},
		"stale_k_max != 3":             {Name: "stale_k_max", Comparison: "!=", Bound: 3},
	} {
		got, err := ParseClaim(text)
		require.NoError(t, err, text)
		got.Text = ""
		require.Equal(t, want, got, text)
	}
}

func TestParseClaimRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "is not a claim",
		"stale_raeds":                  `no checker or metric "stale_raeds": did you mean "stale_reads"?`,
		"linearisable":                 `did you mean "linearizable"?`,
		"availabilty >= 0.9":           `did you mean "availability"?`,
		"stale_share":                  `is a metric: compare it with a number`,
		"linearizable >= 1":            `no checker or metric "linearizable"`,
		"zzzzzzzzzzzzzzzz":             `there is no checker or metric "zzzzzzzzzzzzzzzz"`,
		"availability >= high":         `"high" is not a number`,
		"availability >= NaN":          `"NaN" is not a number`,
		"stale_reads <= 5%":            `"5%" is not a number`,
		"latency_read_p99_ns < 5miles": "neither a number of nanoseconds nor a duration",
		"availability = 1":             "write == for equal",
		"availability >=":              "is not a claim",
		"a b c":                        "is not a claim",
	} {
		_, err := ParseClaim(text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestTruthOfVerdicts(t *testing.T) {
	for _, line := range []struct {
		claim  string
		result checks.Result
		want   Truth
	}{
		{"stale_reads", checks.Fail, True},
		{"stale_reads", checks.Pass, False},
		{"stale_reads", checks.Undecided, Undecided},
		{"stale_reads", checks.Vacuous, Silent},
		{"linearizable", checks.Pass, True},
		{"linearizable", checks.Fail, False},
		{"one_leader", checks.Pass, True},
		{"converged", checks.Fail, False},
		{"split_brain", checks.Fail, True},
	} {
		c, err := ParseClaim(line.claim)
		require.NoError(t, err)
		verdicts := []checks.Verdict{{Checker: "other"}, {Checker: line.claim, Result: line.result, Why: "so"}}
		truth, why, _ := c.Truth(nil, verdicts)
		require.Equal(t, line.want, truth, "%s %s", line.claim, line.result)
		require.Equal(t, "so", why)
		truth, why, _ = c.Truth(nil, verdicts[:1])
		require.Equal(t, Silent, truth)
		require.Contains(t, why, "nobody judged")
	}
}

func TestTruthOfComparisons(t *testing.T) {
	measures := []checks.Measure{
		{Name: "availability", Kind: checks.Share, Count: 99, Total: 100},
		{Name: "dirty_reads", Kind: checks.Count, Undefined: true},
	}
	for text, want := range map[string]Truth{
		"availability >= 0.99": True, "availability > 0.99": False, "availability <= 0.99": True, "availability < 0.99": False,
		"availability == 0.99": True, "availability != 0.99": False, "availability >= 99.1%": False,
		"dirty_reads == 0": Silent, "stale_reads == 0": Silent,
	} {
		c, err := ParseClaim(text)
		require.NoError(t, err)
		truth, _, _ := c.Truth(measures, nil)
		require.Equal(t, want, truth, text)
	}
}

// TestEveryCheckerCanBeClaimed also keeps the guarantees spelt as the checkers are.
func TestEveryCheckerCanBeClaimed(t *testing.T) {
	for _, name := range Checkers() {
		_, err := ParseClaim(name)
		require.NoError(t, err)
	}
	for _, name := range guarantees {
		require.Contains(t, Checkers(), name)
	}
	require.NotContains(t, Checkers(), "traffic", "it judges nothing")
}

func TestNearest(t *testing.T) {
	names := []string{"table", "json", "markdown", "csv", "junit"}
	require.Equal(t, "json", Nearest("jsno", names))
	require.Equal(t, "markdown", Nearest("markdwon", names))
	require.Equal(t, "", Nearest("spreadsheet", names))
	names = []string{"sloppy-quorum-misses", "slow-replica-quorum", "ring-one", "ring-two"}
	require.Equal(t, "sloppy-quorum-misses", Nearest("slopy-quorum", names))
	require.Equal(t, "slow-replica-quorum", Nearest("slow-relpica", names))
	require.Equal(t, "", Nearest("rign-", names), "a short word begins too much")
	require.Equal(t, "", Nearest("ring-xxxx", names), "two are equally near")
}

func FuzzParseClaim(f *testing.F) {
	for _, text := range []string{"stale_reads", "availability >= 99 %", "latency_read_p99_ns < 5ms", ">= <", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseClaim(text)
		if err == nil {
			_, _, _ = c.Truth(nil, nil)
			again, err := ParseClaim(c.Text)
			require.NoError(t, err)
			require.Equal(t, c, again)
		}
	})
}
