package when_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/scenarios/internal/when"
)

func fields(name string) (string, error) {
	known := map[string]string{"r": "2", "w": "1", "n": "3", "protocol.ack": "async", "tokens": "true"}
	if v, ok := known[name]; ok {
		return v, nil
	}
	return "", errors.New("no field " + name)
}

func TestHolds(t *testing.T) {
	for condition, want := range map[string]bool{
		"": true, "r + w > n": false, "r + w >= n": true, "r+w<=n": true, "r*w == 2 and n != 4": true,
		"not (r > w)": false, "r > 5 or w == 1": true, `protocol.ack == "async"`: true, "tokens == true": true,
		"tokens == false": false, "-1 < r - w": true,
	} {
		got, err := when.Holds(condition, fields)
		require.NoError(t, err, condition)
		require.Equal(t, want, got, condition)
	}
}

func TestRefuses(t *testing.T) {
	for _, condition := range []string{"r + w", "x > 1", "r >", "f(r) > 1", `r == "two"`, "1.5 > r", "r && w", "r[1] > 2"} {
		_, err := when.Holds(condition, fields)
		require.Error(t, err, condition)
	}
}

func FuzzHolds(f *testing.F) {
	f.Add("r + w > n")
	f.Add("((((r")
	f.Fuzz(func(t *testing.T, condition string) { _, _ = when.Holds(condition, fields) })
}
