package merkle

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// row is a line of testdata/merkle.csv.
type row struct {
	fanout, depth, alike, differing int
	expected                        cost
}

// cost is what one descent costs: comparisons, differing leaves, and identical
// keys in them.
type cost [3]float64

func readRows(t *testing.T) []row {
	file, err := os.Open("testdata/merkle.csv")
	require.NoError(t, err)
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 1+8)
	var rows []row
	for _, line := range lines[1:] {
		var whole [4]int
		for i := range whole {
			whole[i], err = strconv.Atoi(line[1+i])
			require.NoError(t, err)
		}
		r := row{fanout: whole[0], depth: whole[1], alike: whole[2], differing: whole[3]}
		for i := range r.expected {
			r.expected[i], err = strconv.ParseFloat(line[5+i], 64)
			require.NoError(t, err)
		}
		rows = append(rows, r)
	}
	return rows
}

// closedForm is the formulas of testdata/README.md.
func (r row) closedForm() cost {
	differ := func(level int) float64 {
		nodes := math.Pow(float64(r.fanout), float64(level))
		return nodes * -math.Expm1(float64(r.differing)*math.Log1p(-1/nodes))
	}
	comparisons := 1.0
	for level := range r.depth {
		comparisons += float64(r.fanout) * differ(level)
	}
	leaves := differ(r.depth)
	return cost{comparisons, leaves, float64(r.alike) * leaves / math.Pow(float64(r.fanout), float64(r.depth))}
}

func TestThePublishedFiguresAreTheClosedForms(t *testing.T) {
	for _, r := range readRows(t) {
		closed := r.closedForm()
		for i := range closed {
			require.InEpsilon(t, r.expected[i], closed[i], 5e-6, "%+v", r) // six digits are given
		}
	}
}

// pair is two replicas that hold the same keys, until some are made to differ.
type pair struct {
	a, b  *Tree
	index *Index // of the keys that both hold
}

func newPair(shape Shape, keys int) *pair {
	p := &pair{New(shape), New(shape), NewIndex(shape)}
	for key := range sim.Key(keys) {
		p.a.Set(key, Absent, uint64(key)+1)
		p.b.Set(key, Absent, uint64(key)+1)
		p.index.Add(key)
	}
	return p
}

// trial makes distinct random keys, that are not among the identical ones, differ
// by the given prints, descends, and takes them back.
func (p *pair) trial(draw *rand.Rand, differing int, atA, atB uint64) cost {
	keys := map[sim.Key]bool{}
	for len(keys) < differing {
		key := sim.Key(draw.Uint32())
		if int64(key) < int64(p.index.Len()) || keys[key] {
			continue
		}
		keys[key] = true
		p.a.Set(key, Absent, atA)
		p.b.Set(key, Absent, atB)
	}
	d := pull(p.a, p.b, 0)
	identical := 0
	for _, leaf := range d.Leaves() {
		identical += len(p.index.Keys(int(leaf)))
	}
	for key := range keys {
		p.a.Remove(key, atA)
		p.b.Remove(key, atB)
	}
	return cost{float64(d.Comparisons()), float64(len(d.Leaves())), float64(identical)}
}

// TestPublishedFigures is every row of the file, its keys all there: the identical
// ones once for all trials, the differing ones drawn anew for each.
func TestPublishedFigures(t *testing.T) {
	trials := 1000
	if os.Getenv("SIMRUN_LONG") != "" {
		trials = 20_000
	}
	pairs := map[Shape]*pair{}
	for i, r := range readRows(t) {
		shape := Shape{Fanout: r.fanout, Depth: r.depth}
		if pairs[shape] == nil {
			pairs[shape] = newPair(shape, r.alike)
		}
		require.Equal(t, r.alike, pairs[shape].index.Len())
		t.Run(fmt.Sprintf("fanout %d, depth %d, %d differ", r.fanout, r.depth, r.differing), func(t *testing.T) {
			measured := pairs[shape].measure(trials, r.differing, uint64(i))
			require.Empty(t, measured.misses(r))
		})
	}
	for shape, p := range pairs {
		require.Equal(t, 1, pull(p.a, p.b, 0).Comparisons(), "%+v", shape)
	}
}

// TestOtherFiguresAreMissed holds the same measurement against what it is not.
func TestOtherFiguresAreMissed(t *testing.T) {
	figures := row{fanout: 16, depth: 3, alike: 10_000, differing: 100}
	measured := newPair(Shape{Fanout: 16, Depth: 3}, 10_000).measure(300, 100, 0)
	figures.expected = figures.closedForm()
	require.Empty(t, measured.misses(figures))

	sameLeaves := row{fanout: 4, depth: 6, alike: 10_000, differing: 100}
	figures.expected = sameLeaves.closedForm()
	require.Len(t, measured.misses(figures), 1, "comparisons")

	counted := figures
	counted.expected = figures.closedForm()
	counted.expected[2] += 100
	require.Len(t, measured.misses(counted), 1, "the differing keys are not counted")

	fewer := row{fanout: 16, depth: 3, alike: 10_000, differing: 90}
	figures.expected = fewer.closedForm()
	require.Len(t, measured.misses(figures), 3)
}

// measure runs trials; in half of them b lacks the differing keys, in half it has
// another version.
func (p *pair) measure(trials, differing int, seed uint64) *tally {
	draw := rand.New(rand.NewPCG(1, seed))
	var sums tally
	for trial := range trials {
		sums.add(p.trial(draw, differing, 1, uint64(trial%2)*2))
	}
	return &sums
}

// tally sums costs and their squares.
type tally struct {
	trials       float64
	sum, squares cost
}

func (s *tally) add(c cost) {
	s.trials++
	for i, x := range c {
		s.sum[i] += x
		s.squares[i] += x * x
	}
}

// misses returns a line for each measure that is more than 4 standard errors, and
// the rounding of the file, off the row's.
func (s *tally) misses(r row) []string {
	var lines []string
	for i, expected := range r.expected {
		mean := s.sum[i] / s.trials
		variance := max(0, s.squares[i]/s.trials-mean*mean)
		if i == 1 {
			// Two keys in one leaf can be too rare for the trials to show any variance.
			variance = r.leavesVariance()
		}
		err := math.Sqrt(variance / s.trials)
		if math.Abs(mean-expected) > 4*err+5e-6*expected {
			lines = append(lines, fmt.Sprintf("measure %d is %g ± %g, not %g", i, mean, err, expected))
		}
	}
	return lines
}

// leavesVariance is the variance of the number of differing leaves: of L boxes not
// empty after d throws. With q = (1-1/L)^d and r = (1-2/L)^d it is
// L^2 (r - q^2) + L (q - r), here without the cancellation.
func (r row) leavesVariance() float64 {
	leaves, throws := math.Pow(float64(r.fanout), float64(r.depth)), float64(r.differing)
	q := math.Exp(throws * math.Log1p(-1/leaves))
	both := q * q * math.Expm1(throws*math.Log1p(-1/((leaves-1)*(leaves-1))))
	one := -q * math.Expm1(throws*math.Log1p(-1/(leaves-1)))
	return max(0, leaves*leaves*both+leaves*one)
}
