package leaderfollower

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

func TestDefaultsAreWhatTheTagsSay(t *testing.T) {
	value := reflect.ValueOf(Defaults())
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
	require.NoError(t, Defaults().Check())
	require.NoError(t, Defaults().Fits(3))
}

func TestOptionsThatContradict(t *testing.T) {
	check := func(path string, change func(*Config)) {
		c := Defaults()
		change(&c)
		err := c.Check()
		if err == nil {
			err = c.Fits(3)
		}
		require.Error(t, err)
		require.Equal(t, path, err.(interface{ Path() string }).Path())
		require.Contains(t, err.Error(), path)
	}
	check("heartbeat", func(c *Config) { c.Heartbeat = c.Timeout })
	check("degrade", func(c *Config) { c.Mode, c.Degrade = "async", time.Second })
	check("k", func(c *Config) { c.K = 3 })
	check("answers", func(c *Config) { c.Answers = 4 })
	require.Error(t, Defaults().Fits(0))
}

func TestEpochsBelongToOneMemberEach(t *testing.T) {
	c := newCluster(Defaults(), []sim.NodeID{4, 7, 9})
	for after := uint64(0); after < 40; after++ {
		for rank := range c.members {
			next := c.nextEpoch(after, rank)
			require.Greater(t, next, after)
			require.LessOrEqual(t, next, after+3)
			require.EqualValues(t, rank, (next-1)%3)
		}
	}
	require.Equal(t, 2, c.rank(9))
	require.Equal(t, -1, c.rank(8))
	require.Equal(t, -1, c.rank(100))
}

func TestMessageKindsAreTheirOwn(t *testing.T) {
	messages := []sim.Message{
		&ship{}, &ack{}, &notice{}, &fill{}, &filled{}, &behind{}, &beat{}, &beatAck{},
		&suspect{}, &suspicion{}, &query{}, &answer{}, &promote{}, &relay{}, &pull{}, &batch{}, &chunk{}, &chunked{}, &kv.Request{}, &kv.Reply{},
	}
	codes, names := map[uint8]bool{}, map[string]bool{}
	for _, m := range messages {
		kind := m.Kind()
		require.False(t, codes[kind.Code] || names[kind.Name], kind.Name)
		codes[kind.Code], names[kind.Name] = true, true
		require.NotEmpty(t, sim.Text(m))
	}
}

// Every field of a message has to make a difference to its fingerprint.
func TestMessagesEncodeAllTheyCarry(t *testing.T) {
	messages := []sim.Message{
		&ship{}, &ack{}, &notice{}, &fill{}, &filled{}, &behind{}, &beat{}, &beatAck{},
		&suspect{}, &suspicion{}, &query{}, &answer{}, &promote{}, &relay{}, &pull{}, &batch{}, &chunk{}, &chunked{},
	}
	for _, m := range messages {
		vary(t, m, reflect.ValueOf(m).Elem(), m.Kind().Name)
	}
	p, r, s := &promise{}, &replog.Record{}, &snapshot{}
	vary(t, p, reflect.ValueOf(p).Elem(), "promise")
	vary(t, r, reflect.ValueOf(r).Elem(), "record")
	vary(t, s, reflect.ValueOf(s).Elem(), "snapshot")
}

func vary(t *testing.T, m sim.Encodable, v reflect.Value, path string) {
	before := sim.Fingerprint(m)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "about" && name != "Size" {
				vary(t, m, reflect.NewAt(v.Field(i).Type(), v.Field(i).Addr().UnsafePointer()).Elem(), path+"."+name)
			}
		}
		return
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(5)
	default:
		v.SetUint(5)
	}
	require.NotEqual(t, before, sim.Fingerprint(m), path)
}
