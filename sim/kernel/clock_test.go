package kernel

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestTrueTimeIsTheFirst: the moment at which a timer fires is the first at which
// the node's clock shows its time, at any rate, after any changes of rate.
func TestTrueTimeIsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c clock
		c.reset(rapid.Int64Range(1-second, 2*second).Draw(t, "drift"), 0)
		now := int64(0)
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			now += rapid.Int64Range(0, 1e12).Draw(t, "later")
			before := c.mono(now)
			c.setRate(now, rapid.Int64Range(1, 3*second).Draw(t, "rate"))
			require.Equal(t, before, c.mono(now), "clocks do not jump")
		}
		due := c.mono(now) + rapid.Int64Range(1, 1e12).Draw(t, "due")
		at := c.trueTime(due)
		if at == never {
			return
		}
		require.GreaterOrEqual(t, at, now)
		require.GreaterOrEqual(t, c.mono(at), due)
		require.Less(t, c.mono(at-1), due)
	})
}

// TestScale compares with exact arithmetic.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, times := rapid.Int64Min(0).Draw(t, "d"), rapid.Int64Min(0).Draw(t, "times")
		by := rapid.Int64Min(1).Draw(t, "by")
		add := rapid.Uint64Range(0, uint64(by-1)).Draw(t, "add")
		exact := new(big.Int).Mul(big.NewInt(d), big.NewInt(times))
		exact.Add(exact, new(big.Int).SetUint64(add)).Div(exact, big.NewInt(by))
		if limit := big.NewInt(never); exact.Cmp(limit) > 0 {
			exact = limit
		}
		require.Equal(t, exact.Int64(), scale(d, times, by, add))
	})
}

// TestSlowness: factors multiply, the latest distribution holds, in whatever order
// they end.
func TestSlowness(t *testing.T) {
	var s slowness
	first, second := s.begin(2000, fixed(3)), s.begin(1500, fixed(5))
	third := s.begin(1000, nil)
	require.Equal(t, int64(30), s.apply(10))
	require.Equal(t, fixed(5), s.instead)
	second()
	require.Equal(t, int64(20), s.apply(10))
	require.Equal(t, fixed(3), s.instead)
	first()
	third()
	require.Equal(t, int64(10), s.apply(10))
	require.Nil(t, s.instead)
	require.Equal(t, int64(never), (&slowness{faults: []*slowing{{permille: 1e18}, {permille: 1e18}}}).apply(int64(time.Hour)))
}

type fixed int64

func (f fixed) Sample(uint64) int64 { return int64(f) }
