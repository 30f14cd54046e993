//go:build mutants && unix

package mutants

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
)

const (
	blocks      = 20
	blockLength = 100_000 // seeds between the beginnings of two blocks
	patience    = 5_000   // seeds tried in one block, but in the first
	longest     = 50_000  // seeds tried in the first one
)

// allowance is how much CPU time is spent on one mutant: what is rarer than that is said not to be
// found in so many seeds.
func allowance() time.Duration {
	seconds, err := strconv.Atoi(cmp.Or(os.Getenv("SIMRUN_SECONDS"), "1800"))
	if err != nil {
		panic(err)
	}
	return time.Duration(seconds) * time.Second
}

// finding is how one block of seeds fared: after how many seeds, and how much CPU
// time, something was broken first, if it was.
type finding struct {
	seeds int
	cpu   time.Duration
	found bool
}

// difficulty is what the blocks tell of a mutant.
type difficulty struct {
	mutant   mutant
	findings []finding
	claim    string // what was broken first
}

// TestDifficulty measures how long random runs of the default scenarios take to find
// each mutant, and writes its row in docs/known-bugs.md. SIMRUN_ROWS says which, as a regular
// expression; the other rows stay as they are.
func TestDifficulty(t *testing.T) {
	if !long {
		t.Skip("SIMRUN_LONG=1 measures")
	}
	wanted := regexp.MustCompile(os.Getenv("SIMRUN_ROWS"))
	for _, m := range everyMutant() {
		if wanted.MatchString(string(m)) {
			d := measure(t, m)
			t.Log(d.row(t))
			writeRow(t, d.mutant, d.row(t))
		}
	}
}

// everyMutant is all that are built, in the order of their names.
func everyMutant() []mutant {
	all := slices.Concat(mutants, raftMutants, etcdRaftMutants, vrMutants)
	slices.Sort(all)
	return all
}

func measure(t *testing.T, m mutant) difficulty {
	r := runner(t, m.family(), m.change())
	d := difficulty{mutant: m}
	until := cpuTime(t) + allowance()
	for block := range uint64(blocks) {
		most := patience
		if block == 0 {
			most = longest
		}
		f := d.search(t, r, block*blockLength+1, most, until)
		if f.seeds > 0 && (f.found || block == 0 || f.seeds == most) {
			d.findings = append(d.findings, f)
		}
		if cpuTime(t) >= until || f.seeds > patience {
			break // one block tells of what is as rare as that
		}
	}
	return d
}

// search tries seeds until something is broken, or time is up.
func (d *difficulty) search(t *testing.T, r *scenarios.Runner, from uint64, most int, until time.Duration) finding {
	begun := cpuTime(t)
	f := finding{}
	for f.seeds < most && !f.found && cpuTime(t) < until {
		found := hunt(r, from+uint64(f.seeds), 1)
		f.seeds++
		if f.found = found != nil; f.found {
			d.claim = cmp.Or(d.claim, found.Claim)
		}
	}
	f.cpu = cpuTime(t) - begun
	return f
}

// cpuTime is what this process has used so far.
func cpuTime(t *testing.T) time.Duration {
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// share is how many seeds were tried, and which share of them broke something.
func (d *difficulty) share() (tried int, share float64) {
	hits := 0
	for _, f := range d.findings {
		tried += f.seeds
		if f.found {
			hits++
		}
	}
	return tried, float64(hits) / float64(tried)
}

// class is the class of the share: E is at least 5 %, M at least 0.5 %, H at least
// 0.05 %, X is rarer. What was not found at all is below three in the number of seeds tried
// (with 95 % confidence), which says no class.
func (d *difficulty) class() string {
	tried, p := d.share()
	letter := "X"
	switch {
	case p == 0:
		return fmt.Sprintf("not found in %d (< %.3g %%)", tried, 300/float64(tried))
	case p >= 0.05:
		letter = "E"
	case p >= 0.005:
		letter = "M"
	case p >= 0.0005:
		letter = "H"
	}
	return fmt.Sprintf("%s (%.3g %%)", letter, 100*p)
}

func (d *difficulty) row(t *testing.T) string {
	seeds, cpu := make([]int, 0, blocks), make([]time.Duration, 0, blocks)
	spent := time.Duration(0)
	for _, f := range d.findings {
		spent += f.cpu
		if !f.found {
			f.seeds = longest + 1
		}
		seeds, cpu = append(seeds, f.seeds), append(cpu, f.cpu)
	}
	slices.Sort(seeds)
	slices.Sort(cpu)
	return fmt.Sprintf("| %s | %s | %s | %s.yaml | %d | %s / %s | %.2f / %.2f | %s |",
		d.mutant, d.class(), scriptOf(t, d.mutant), d.mutant.family(), len(d.findings),
		tries(median(seeds)), tries(ninth(seeds)), median(cpu).Seconds(), ninth(cpu).Seconds(), strings.ReplaceAll(d.claim, "|", `\|`))
}

// scriptOf links the script that kills a mutant: a scenario file, or a test beside the protocol.
func scriptOf(t *testing.T, m mutant) string {
	file := filepath.Join("..", "testdata", "mutants", string(m)+".yaml")
	if _, err := os.Stat(file); err == nil {
		return fmt.Sprintf("[%s.yaml](%s)", m, file)
	}
	tests, err := filepath.Glob(filepath.Join("..", "nodes", "*", "*_test.go"))
	require.NoError(t, err)
	for _, file := range tests {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(text), `"`+string(m)+`"`) {
			return fmt.Sprintf("[%s](%s)", filepath.ToSlash(file[len("../nodes/"):]), filepath.ToSlash(file))
		}
	}
	require.Fail(t, "no script kills "+string(m))
	return ""
}

// tries spells a number of seeds.
func tries(n int) string {
	if n > longest {
		return "not found"
	}
	return fmt.Sprint(n)
}

// median is the upper one; ninth is the least value that nine of ten do not exceed.
func median[T any](sorted []T) T { return sorted[len(sorted)/2] }
func ninth[T any](sorted []T) T  { return sorted[(9*len(sorted)+9)/10-1] }

// writeRow puts a mutant's row into the table of docs/known-bugs.md, which is in the order of names.
func writeRow(t *testing.T, m mutant, row string) {
	file := filepath.Join("..", "docs", "known-bugs.md")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.Split(string(text), "\n")
	head := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "|---") })
	require.Positive(t, head, "the table is missing")
	end := head + 1
	for end < len(lines) && strings.HasPrefix(lines[end], "| ") {
		end++
	}
	rows := slices.DeleteFunc(slices.Clone(lines[head+1:end]), func(l string) bool { return strings.HasPrefix(l, "| "+string(m)+" |") })
	rows = append(rows, row)
	slices.Sort(rows)
	lines = slices.Concat(lines[:head+1], rows, lines[end:])
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644))
}
