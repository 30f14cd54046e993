package disk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/disk"
)

type page struct{ n uint64 }

func (p *page) Encode(e *sim.Encoder) { e.Uint("n", p.n) }

func TestARecordThatChangesIsCaughtInCheckMode(t *testing.T) {
	d := disk.New()
	d.Check = true
	p := &page{n: 1}
	d.Append("log", p)
	_, err := d.Read("log", 0)
	require.NoError(t, err)
	p.n = 2
	require.PanicsWithValue(t, `record 0 of file "log" was changed after it was written`, func() { _, _ = d.Read("log", 0) })
}
