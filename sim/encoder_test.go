package sim

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sample has a field of every sort that an Encoder takes.
type sample struct {
	number uint64
	signed int64
	yes    bool
	op     OpID
	value  Value
	values []Value
	ops    []OpID
	text   string
	pad    int
}

func (s *sample) Encode(e *Encoder) {
	e.Uint("number", s.number)
	e.Int("signed", s.signed)
	e.Bool("yes", s.yes)
	e.Op("op", s.op)
	e.Value("value", s.value)
	e.Values("values", s.values)
	e.Ops("ops", s.ops)
	e.Text("text", s.text)
	e.Pad(s.pad)
}

func full() *sample {
	return &sample{
		number: 7, signed: -3, yes: true, op: NewOpID(1, 2), value: Value{ID: NewOpID(3, 4), N: 5},
		values: []Value{{ID: NewOpID(5, 6)}}, ops: []OpID{NewOpID(7, 8)}, text: "hello", pad: 100,
	}
}

func TestEncoderText(t *testing.T) {
	require.Equal(t, "number=7 signed=-3 yes=1 op=c1/2 value=c3/4=5 values=1 values=c5/6 ops=1 ops=c7/8 text=hello", Text(full()))
	require.Equal(t, "number=0 signed=0 yes=0 op=initial value=initial values=0 ops=0 text=", Text(&sample{}))
}

func TestEncoderSize(t *testing.T) {
	var e Encoder
	size, _ := e.Measure(full())
	require.Equal(t, 4*8+16+(8+16)+(8+8)+(8+5)+100, size)
	require.Len(t, Bytes(full()), size-100, "padding has no bytes")
	require.EqualValues(t, 7, binary.LittleEndian.Uint64(Bytes(full())))
}

// TestEveryFieldCounts: changing any changes the fingerprint and the bytes.
func TestEveryFieldCounts(t *testing.T) {
	changes := []func(s *sample){
		func(s *sample) { s.number++ }, func(s *sample) { s.signed++ }, func(s *sample) { s.yes = false },
		func(s *sample) { s.op++ }, func(s *sample) { s.value.ID++ }, func(s *sample) { s.value.N++ },
		func(s *sample) { s.values = nil }, func(s *sample) { s.values[0].N++ }, func(s *sample) { s.ops[0]++ },
		func(s *sample) { s.text = "hellp" }, func(s *sample) { s.text = "hell" },
	}
	seen := map[uint64]bool{Fingerprint(full()): true}
	for i, change := range changes {
		s := full()
		change(s)
		require.False(t, seen[Fingerprint(s)], i)
		require.NotEqual(t, Bytes(full()), Bytes(s), i)
		seen[Fingerprint(s)] = true
	}
	require.Equal(t, Fingerprint(full()), Fingerprint(full()))
}

// TestMeasuringAllocatesNothing.
func TestMeasuringAllocatesNothing(t *testing.T) {
	var e Encoder
	s := full()
	require.Zero(t, testing.AllocsPerRun(100, func() { e.Measure(s) }))
}

// TestTextsDoNotRunTogether: two texts side by side are told from others with the
// same letters.
func TestTextsDoNotRunTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.StringN(0, 12, -1).Draw(t, "text")
		i, j := rapid.IntRange(0, len(all)).Draw(t, "i"), rapid.IntRange(0, len(all)).Draw(t, "j")
		one, two := texts{all[:i], all[i:]}, texts{all[:j], all[j:]}
		require.Equal(t, i == j, Fingerprint(one) == Fingerprint(two))
	})
}

type texts [2]string

func (x texts) Encode(e *Encoder) { e.Text("a", x[0]); e.Text("b", x[1]) }
