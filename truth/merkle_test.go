package truth

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/results"
	"simrun/sim"
	"simrun/sim/record"
)

// trees is a row of merkle.csv: two trees over so many like keys, beside which some
// differ.
type trees struct{ fanout, depth, alike, differing int }

// cost is what an exchange costs: hashes compared, leaves that differ, and identical
// keys streamed with them.
type cost [3]float64

const exchanges = 1000

func treesOf(t *testing.T, r row) (trees, cost) {
	shape := trees{r.integer(t, "fanout_b"), r.integer(t, "depth_h"), r.integer(t, "keys_n"), r.integer(t, "differing_keys_d")}
	return shape, cost{
		r.number(t, "expected_hash_comparisons"), r.number(t, "expected_differing_leaves"),
		r.number(t, "expected_keys_in_differing_leaves"),
	}
}

// measure has the store hold one exchange after another, each after as many writes to
// one replica only as keys are to differ.
func (x trees) measure(t *testing.T) []cost {
	t.Helper()
	r := runner(t, "merkle-exchange",
		set("protocol.merkle_fanout", x.fanout), set("protocol.merkle_depth", x.depth),
		set("protocol.preload", x.alike+x.differing),
		set("workload.clients", x.differing), set("workload.rate", fmt.Sprintf("%d/s", x.differing)),
		set("duration", (exchanges+1)*time.Second))
	var list []cost
	each(t, r, 1, func(run *record.Run) {
		require.EqualValues(t, exchanges*x.differing, repairsOf(run), "every write was repaired, once")
		list = costs(t, run)
	})
	require.Len(t, list, exchanges)
	return list
}

func repairsOf(run *record.Run) (n int) {
	for i := range run.Observations {
		if run.Observations[i].Fact == sim.Repaired {
			n++
		}
	}
	return n
}

// costs is what each exchange cost in which the trees differed.
func costs(t *testing.T, run *record.Run) []cost {
	t.Helper()
	var list []cost
	at := map[sim.OpID]int{}
	for i := range run.Observations {
		switch seen := &run.Observations[i]; {
		case seen.Fact == sim.Compared && uint32(seen.A) == 0:
			if uint32(seen.C) > 0 {
				at[seen.Op] = len(list)
				list = append(list, cost{1})
			}
		case seen.Fact == sim.Compared:
			c := &list[at[seen.Op]]
			c[0] += float64(seen.C >> 32)
			c[1] = float64(uint32(seen.C)) // that of the deepest level stays
		case seen.Fact == sim.Streamed:
			list[at[seen.Op]][2] += float64(seen.B)
		}
	}
	return list
}

// misses are the figures of a row that the measured costs do not agree with.
func (x trees) misses(measured []cost, expected cost) []string {
	var missed []string
	for i, name := range []string{"comparisons", "leaves", "identical keys"} {
		var samples []float64
		for _, c := range measured {
			samples = append(samples, c[i])
		}
		e := mean(samples)
		if i == 1 { // that two keys share a leaf can be too rare for any variance to show
			e.err = math.Sqrt(x.leavesVariance() / float64(len(samples)))
		}
		e.err += sixDigits * expected[i] / tolerance
		if !e.agrees(expected[i]) {
			missed = append(missed, name+": "+e.String())
		}
	}
	return missed
}

// sixDigits is how much the rounding of the file may be off.
const sixDigits = 5e-6

// leavesVariance is the variance of the number of leaves that are hit by keys in random
// ones: of L boxes that are not empty after d throws.
func (x trees) leavesVariance() float64 {
	leaves, throws := math.Pow(float64(x.fanout), float64(x.depth)), float64(x.differing)
	q := math.Exp(throws * math.Log1p(-1/leaves))
	both := q * q * math.Expm1(throws*math.Log1p(-1/((leaves-1)*(leaves-1))))
	one := -q * math.Expm1(throws*math.Log1p(-1/(leaves-1)))
	return max(0, leaves*leaves*both+leaves*one)
}

// TestMerkleExchange is the rows of the file, with all of their keys, through the store.
func TestMerkleExchange(t *testing.T) {
	skipWhenShort(t)
	rows := published(t, "merkle.csv", "keys_n", "1000000", 8)
	for _, r := range rows {
		shape, expected := treesOf(t, r)
		if shape.differing != 10 && !long {
			continue
		}
		require.Empty(t, shape.misses(shape.measure(t), expected), "%+v", shape)
	}
}

// TestMerkleExchangeElsewhere is another shape, with fewer keys; and what it measures is
// none of what differs by little.
func TestMerkleExchangeElsewhere(t *testing.T) {
	shape := trees{fanout: 16, depth: 3, alike: 20_000, differing: 20}
	measured := shape.measure(t)
	require.Empty(t, shape.misses(measured, shape.closedForm()))
	for _, wrong := range []trees{{16, 3, 20_000, 19}, {16, 3, 21_000, 20}, {8, 4, 20_000, 20}} {
		require.NotEmpty(t, shape.misses(measured, wrong.closedForm()), "%+v", wrong)
	}
	counted := shape.closedForm()
	counted[2] += float64(shape.differing)
	require.Equal(t, 1, len(shape.misses(measured, counted)), "the keys that differ are not counted")
}

// closedForm is the formula of the file: with D(l) nodes that differ on a level, the
// root and every child of these are compared, and the like keys spread evenly.
func (x trees) closedForm() cost {
	differ := func(level int) float64 {
		nodes := math.Pow(float64(x.fanout), float64(level))
		return nodes * -math.Expm1(float64(x.differing)*math.Log1p(-1/nodes))
	}
	comparisons := 1.0
	for level := range x.depth {
		comparisons += float64(x.fanout) * differ(level)
	}
	leaves := differ(x.depth)
	return cost{comparisons, leaves, float64(x.alike) * leaves / math.Pow(float64(x.fanout), float64(x.depth))}
}

// The file as it is written says the same by the metrics of a report.
func TestMerkleExchangeAsReported(t *testing.T) {
	r := runner(t, "merkle-exchange", set("protocol.preload", 10_001))
	each(t, r, 1, func(run *record.Run) {
		list := costs(t, run)
		needless := 0.0
		for _, c := range list {
			require.Equal(t, 31.0, c[0], "one key: the root, and two hashes a level")
			require.Equal(t, 1.0, c[1])
			needless += c[2]
		}
		m := measured(t, run, checks.Traffic, "streamed_needlessly")
		require.EqualValues(t, needless, m.Count)
		comparisons := results.Find(checks.Traffic(run, checks.Options{}).Measures, "tree_comparisons")
		compared := checks.Compared(run)
		require.EqualValues(t, exchanges, compared.Differing)
		require.EqualValues(t, 31*exchanges+int(compared.Exchanges)-exchanges, comparisons.Count, "and one hash where nothing differs")
	})
}
