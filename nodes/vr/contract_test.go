package vr_test

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/nodes/vr"
	"simrun/sim"
	"simrun/sim/simtest"
	"simrun/workloads"
)

// TestContract holds the server, its messages and its records against the contract.
func TestContract(t *testing.T) {
	for _, edit := range []func(*vr.Config){
		func(*vr.Config) {},
		func(c *vr.Config) { c.Reads, c.SnapshotEvery, c.Batch = "read-index", 8, 1 },
		func(c *vr.Config) { c.Reads, c.Durable, c.Notice = "replica", "view", "prompt" },
	} {
		config := vr.Defaults()
		edit(&config)
		require.NoError(t, config.Check())
		servers := []sim.NodeID{1, 2, 3}
		require.NoError(t, config.Fits(len(servers)))
		work := load("200")
		work.Clients, work.Sessions, work.Size = 1, 4, 20
		server, client := vr.New(config, servers), work.Maker()
		simtest.Node(t, simtest.Cast{Names: []string{"n1", "n2", "n3", "c1"}, New: func(self sim.NodeID) sim.Node {
			if self <= 3 {
				return server(self)
			}
			return client(workloads.Options{Client: 1, End: time.Minute, Connect: func() kv.Client {
				return vr.NewClient(config, servers, 2)
			}})
		}})
	}
}

func TestDefaultsAreWhatTheTagsSay(t *testing.T) {
	value := reflect.ValueOf(vr.Defaults())
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
		edit func(*vr.Config)
	}{
		{"heartbeat", func(c *vr.Config) { c.Heartbeat = c.Timeout }},
		{"keep", func(c *vr.Config) { c.Keep = 5 }},
	} {
		config := vr.Defaults()
		c.edit(&config)
		err := config.Check()
		if err == nil {
			err = config.Fits(5)
		}
		var located interface{ Path() string }
		require.ErrorAs(t, err, &located, c.path)
		require.Equal(t, c.path, located.Path(), err)
	}
	config := vr.Defaults()
	require.NoError(t, config.Check())
	require.NoError(t, config.Fits(1))
}
