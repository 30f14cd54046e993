package checks_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/checks/history"
)

// TestRecordedHistories judges, for every checker that needs the history only, a
// recorded history that it must accept and one that it must reject.
func TestRecordedHistories(t *testing.T) {
	models := map[string]string{
		"stale_reads": "session", "conflicts": "session", "read_your_writes": "session", "monotonic_reads": "session",
		"monotonic_writes": "session", "writes_follow_reads": "session", "resurrected": "set",
	}
	for name, model := range models {
		for quality, want := range map[string]checks.Result{"good": checks.Pass, "bad": checks.Fail} {
			t.Run(name+"-"+quality, func(t *testing.T) {
				file, err := os.Open(filepath.Join("..", "testdata", "histories", name+"-"+quality+".jsonl"))
				require.NoError(t, err)
				defer file.Close()
				read, err := history.Read(file, model)
				require.NoError(t, err)
				for _, c := range checks.All() {
					if c.Name == name {
						v := c.Judge(read.Run, checks.Options{}).Verdict
						require.Equal(t, want.String(), v.Result.String(), v.Why)
					}
				}
			})
		}
	}
}
