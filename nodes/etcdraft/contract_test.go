//go:build !js

package etcdraft_test

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/etcdraft"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/simtest"
	"simrun/workloads"
)

// TestContract holds the server, its messages and its records against the contract.
func TestContract(t *testing.T) {
	for _, edit := range []func(*etcdraft.Config){
		func(*etcdraft.Config) {},
		func(c *etcdraft.Config) { c.Reads, c.SnapshotEvery = "forwarded", 8 },
		func(c *etcdraft.Config) { c.Reads, c.Learners, c.Batch = "log", 1, 1 },
	} {
		config := etcdraft.Defaults()
		edit(&config)
		require.NoError(t, config.Check())
		servers := []sim.NodeID{1, 2, 3}
		require.NoError(t, config.Fits(len(servers)))
		work := load("200")
		work.Clients, work.Sessions, work.Size = 1, 4, 20
		server, client := etcdraft.New(config, servers), work.Maker()
		simtest.Node(t, simtest.Cast{Names: []string{"n1", "n2", "n3", "c1"}, New: func(self sim.NodeID) sim.Node {
			if self <= 3 {
				return server(self)
			}
			return client(workloads.Options{Client: 1, End: time.Minute, Connect: func() kv.Client {
				return etcdraft.NewClient(config, servers, 2)
			}})
		}})
	}
}

func TestDefaultsAreWhatTheTagsSay(t *testing.T) {
	value := reflect.ValueOf(etcdraft.Defaults())
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
		edit func(*etcdraft.Config)
	}{
		{"heartbeat", func(c *etcdraft.Config) { c.Heartbeat = c.Timeout }},
		{"reads", func(c *etcdraft.Config) { c.Reads = "learner" }},
		{"keep", func(c *etcdraft.Config) { c.Keep = 5 }},
		{"members", func(c *etcdraft.Config) { c.Members = 6 }},
		{"learners", func(c *etcdraft.Config) { c.Members, c.Learners = 3, 3 }},
	} {
		config := etcdraft.Defaults()
		c.edit(&config)
		err := config.Check()
		if err == nil {
			err = config.Fits(5)
		}
		var located interface{ Path() string }
		require.ErrorAs(t, err, &located, c.path)
		require.Equal(t, c.path, located.Path(), err)
	}
	config := etcdraft.Defaults()
	require.NoError(t, config.Check())
	require.NoError(t, config.Fits(1))
}
