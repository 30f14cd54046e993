package options_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/options"
)

func TestWrong(t *testing.T) {
	err := options.Wrong("delayed.followers", "%d are too many", 3)
	require.EqualError(t, err, "delayed.followers: 3 are too many")
	require.Equal(t, "delayed.followers", err.(interface{ Path() string }).Path())
}
