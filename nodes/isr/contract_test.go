package isr_test

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/isr"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/simtest"
	"simrun/workloads"
)

// TestContract holds servers, the controller, messages and records against the contract.
func TestContract(t *testing.T) {
	for _, edit := range []func(*isr.Config){
		func(*isr.Config) {},
		func(c *isr.Config) { c.Reads, c.Flush, c.Acks, c.Unclean = "replica", false, "leader", true },
		func(c *isr.Config) { c.Reads, c.MinISR, c.Acks, c.Batch = "leader", 1, "none", 1 },
	} {
		config := isr.Defaults()
		edit(&config)
		require.NoError(t, config.Check())
		members := []sim.NodeID{1, 2, 3, 4}
		require.NoError(t, config.Fits(len(members)))
		work := load("200")
		work.Clients, work.Sessions, work.Size = 1, 4, 20
		server, client := isr.New(config, members), work.Maker()
		simtest.Node(t, simtest.Cast{Names: []string{"n1", "n2", "n3", "n4", "c1"}, New: func(self sim.NodeID) sim.Node {
			if self <= 4 {
				return server(self)
			}
			return client(workloads.Options{Client: 1, End: time.Minute, Connect: func() kv.Client {
				return isr.NewClient(config, members, 2)
			}})
		}})
	}
}

func TestDefaultsAreWhatTheTagsSay(t *testing.T) {
	value := reflect.ValueOf(isr.Defaults())
	for i := range value.NumField() {
		f := value.Type().Field(i)
		if f.Anonymous {
			continue
		}
		require.NotEmpty(t, f.Tag.Get("yaml"), f.Name)
		require.NotEmpty(t, f.Tag.Get("doc"), f.Name)
		text := f.Tag.Get("default")
		switch v := value.Field(i).Interface().(type) {
		case string:
			require.Equal(t, text, v, f.Name)
		case bool:
			require.Equal(t, text, strconv.FormatBool(v), f.Name)
		case int:
			require.Equal(t, text, strconv.Itoa(v), f.Name)
		case time.Duration:
			want, err := time.ParseDuration(text)
			require.NoError(t, err)
			require.Equal(t, want, v, f.Name)
		default:
			t.Fatalf("%s has a type that scenarios do not know", f.Name)
		}
	}
}

func TestConfigurationsThatMakeNoSense(t *testing.T) {
	for _, c := range []struct {
		path string
		edit func(*isr.Config)
	}{
		{"heartbeat", func(c *isr.Config) { c.Heartbeat = c.Session }},
		{"fetch_wait", func(c *isr.Config) { c.FetchWait = c.Lag }},
		{"retry", func(c *isr.Config) { c.Retry = c.FetchWait }},
		{"min_isr", func(c *isr.Config) { c.MinISR = 4 }},
	} {
		config := isr.Defaults()
		c.edit(&config)
		err := config.Check()
		if err == nil {
			err = config.Fits(4)
		}
		var located interface{ Path() string }
		require.ErrorAs(t, err, &located, c.path)
		require.Equal(t, c.path, located.Path(), err)
	}
	config := isr.Defaults()
	require.NoError(t, config.Check())
	require.NoError(t, config.Fits(3))
	require.Error(t, config.Fits(1), "a controller alone replicates nothing")
}
