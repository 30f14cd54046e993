package multileader

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
)

// Whatever the order in which dots come, a context forgets none.
func TestWithIsUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c kv.Context
		for range rapid.IntRange(1, 40).Draw(t, "dots") {
			d := kv.Dot{Actor: rapid.Uint32Range(1, 3).Draw(t, "actor"), Counter: rapid.Uint64Range(1, 12).Draw(t, "counter")}
			want := versions.Union(c, versions.Exactly(d))
			c = with(c, d)
			require.Equal(t, want, c)
		}
	})
}
