package dynamo

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestDefaultsAreTheTags holds the two spellings of the defaults together.
func TestDefaultsAreTheTags(t *testing.T) {
	c := reflect.ValueOf(Defaults())
	for i := range c.NumField() {
		f := c.Type().Field(i)
		if f.Anonymous {
			continue
		}
		want := f.Tag.Get("default")
		require.NotEmpty(t, f.Tag.Get("doc"), f.Name)
		switch v := c.Field(i).Interface().(type) {
		case string:
			require.Equal(t, want, v, f.Name)
			require.Contains(t, f.Tag.Get("one"), v, f.Name)
		case int:
			require.Equal(t, want, strconv.Itoa(v), f.Name)
		case bool:
			require.Equal(t, want, strconv.FormatBool(v), f.Name)
		case time.Duration:
			d, err := time.ParseDuration(want)
			require.NoError(t, err)
			require.Equal(t, d, v, f.Name)
		default:
			t.Errorf("%s has a type that no decoder knows", f.Name)
		}
	}
	require.NoError(t, Defaults().Check())
	require.NoError(t, Defaults().Fits(3))
	require.True(t, Defaults().Overlap())
}

func TestCheck(t *testing.T) {
	for path, change := range map[string]func(*Config){
		"r":               func(c *Config) { c.R = 4 },
		"w":               func(c *Config) { c.W = 4 },
		"clock":           func(c *Config) { c.Clock = "client" },
		"spread_every":    func(c *Config) { c.SpreadEvery = 1 },
		"quorum":          func(c *Config) { c.Quorum, c.WriteFanout = "sloppy", "through-one" },
		"coordinator":     func(c *Config) { c.Versions, c.Coordinator = "vv", "client" },
		"write_fanout":    func(c *Config) { c.Versions, c.WriteFanout = "vv", "w" },
		"writes":          func(c *Config) { c.Versions, c.Writes, c.W = "vv", "two-phase", 3 },
		"tombstone_grace": func(c *Config) { c.Versions, c.TombstoneGrace = "crdt", 1 },
		"vector_limit":    func(c *Config) { c.Versions, c.VectorLimit = "lww", 3 },
		"hints":           func(c *Config) { c.Hints, c.WriteFanout = "memory", "through-one" },
	} {
		c := Defaults()
		change(&c)
		err := c.Check()
		require.Error(t, err)
		require.Equal(t, path, err.(interface{ Path() string }).Path())
		require.Contains(t, err.Error(), path+": ")
	}
	require.ErrorContains(t, Defaults().Fits(2), "only 2 nodes")
	weak := Defaults()
	weak.R, weak.W = 1, 2
	require.False(t, weak.Overlap())
}
