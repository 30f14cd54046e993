//go:build !mutants

package mutants

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/checks/history"
)

// What looks wrong and is safe is never accused.
func TestSafeScenariosAreNeverAccused(t *testing.T) {
	for _, name := range []string{
		"safe-concurrent-writes", "safe-cut-off-leader", "safe-eventual-reads",
		"safe-late-writes", "safe-late-writes-quorum", "safe-needless-elections",
	} {
		t.Run(name, func(t *testing.T) { holds(t, name, 20, 15) })
	}
}

// The same as histories, with the violation beside it that differs in one reply.
func TestSafeHistoriesAreNeverAccused(t *testing.T) {
	for _, c := range []struct{ name, events, wrong string }{
		{
			name: "a write that timed out becomes visible late",
			events: `
				0 invoke write 1; 0 ok write 1
				1 invoke write 2; 1 info write 2
				2 invoke read; 2 ok read 1
				2 invoke read; 2 ok read 2
				2 invoke read; 2 ok read 2`,
			wrong: `
				2 invoke read; 2 ok read 1`,
		}, {
			name: "a write that timed out never becomes visible",
			events: `
				0 invoke write 1; 0 ok write 1
				1 invoke write 2; 1 info write 2
				2 invoke read; 2 ok read 1
				3 invoke write 3; 3 ok write 3
				2 invoke read; 2 ok read 3`,
			wrong: `
				2 invoke read; 2 ok read 1`,
		}, {
			name: "a write that timed out comes after a later one",
			events: `
				1 invoke write 1; 1 info write 1
				0 invoke write 2; 0 ok write 2
				2 invoke read; 2 ok read 2
				2 invoke read; 2 ok read 1`,
			wrong: `
				2 invoke read; 2 ok read 2`,
		}, {
			name: "concurrent writes are read in one order",
			events: `
				0 invoke write 1; 1 invoke write 2; 0 ok write 1; 1 ok write 2
				2 invoke read; 2 ok read 1`,
			wrong: `
				2 invoke read; 2 ok read 2`,
		}, {
			name: "concurrent writes are read in the other order",
			events: `
				0 invoke write 1; 1 invoke write 2; 0 ok write 1; 1 ok write 2
				2 invoke read; 2 ok read 2`,
			wrong: `
				2 invoke read; 2 ok read 1`,
		}, {
			name: "readers that overlap two writes see one each",
			events: `
				0 invoke write 1; 1 invoke write 2
				2 invoke read; 3 invoke read; 2 ok read 2; 3 ok read 1
				0 ok write 1; 1 ok write 2`,
			wrong: `
				2 invoke read; 2 ok read`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Empty(t, accusations(t, c.events))
			require.Contains(t, accusations(t, c.events+c.wrong), "linearizable")
		})
	}
}

// accusations are the checks of a register that fail. Events are "process type f
// value", one a line or parted by semicolons.
func accusations(t *testing.T, events string) []string {
	t.Helper()
	var lines strings.Builder
	for event := range strings.FieldsFuncSeq(events, func(r rune) bool { return r == '\n' || r == ';' }) {
		words := append(strings.Fields(event), "null")
		if len(words) == 1 {
			continue
		}
		lines.WriteString(`{"process":` + words[0] + `,"type":"` + words[1] + `","f":"` + words[2] + `","value":` + words[3] + "}\n")
	}
	read, err := history.Read(strings.NewReader(lines.String()), "register")
	require.NoError(t, err)
	reports, err := history.Judge(read.Run, "register")
	require.NoError(t, err)
	var accused []string
	for _, r := range reports {
		if r.Verdict.Result == checks.Fail {
			accused = append(accused, r.Verdict.Checker)
		}
	}
	return accused
}
