package truth

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// row is one row of a published file, by the names of its columns.
type row map[string]string

// published reads the rows of a file that have a value in a column, and demands
// that there are as many as the file had when the test was written.
func published(t *testing.T, file, column, value string, count int) []row {
	t.Helper()
	rows := slices.DeleteFunc(publishedFile(t, file), func(r row) bool { return r[column] != value })
	require.Len(t, rows, count, "%s with %s=%s", file, column, value)
	return rows
}

// publishedAll reads all rows of a file, and demands that there are as many as it had.
func publishedAll(t *testing.T, file string, count int) []row {
	t.Helper()
	rows := publishedFile(t, file)
	require.Len(t, rows, count, file)
	return rows
}

func publishedFile(t *testing.T, file string) (rows []row) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "published", file))
	require.NoError(t, err)
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	for _, line := range lines[1:] {
		r := row{}
		for i, name := range lines[0] {
			r[name] = line[i]
		}
		rows = append(rows, r)
	}
	return rows
}

// number is the number in a column.
func (r row) number(t *testing.T, column string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(r[column], 64)
	require.NoError(t, err, "%v", r)
	return x
}

// integer is the whole number in a column.
func (r row) integer(t *testing.T, column string) int {
	t.Helper()
	x, err := strconv.Atoi(r[column])
	require.NoError(t, err, "%v", r)
	return x
}

// parameter is one of the parameters that a column lists as "w=10/s;D=0.1 s const",
// 0 where it is not listed.
func (r row) parameter(t *testing.T, name string) float64 {
	t.Helper()
	for _, part := range strings.Split(r["parameters"], ";") {
		key, value, _ := strings.Cut(part, "=")
		if key != name {
			continue
		}
		value, _, _ = strings.Cut(value, " ")
		value, _, _ = strings.Cut(value, "/s") // or /s/leader
		x, err := strconv.ParseFloat(value, 64)
		require.NoError(t, err, "%v", r)
		return x
	}
	return 0
}
