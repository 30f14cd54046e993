package record

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestOpIsSmall(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(Op{}), uintptr(48))
	require.LessOrEqual(t, unsafe.Sizeof(Observation{}), uintptr(72))
}
