//go:build mutants && unix

package mutants

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	patience    = 5_000   // seeds tried in one block
)

// finding is how one block of seeds fared: after how many seeds, and how much CPU
// time, something was broken first.
type finding struct {
	seeds int // one more than patience if nothing was
	cpu   time.Duration
}

// difficulty is what twenty blocks tell of a mutant.
type difficulty struct {
	mutant   mutant
	findings []finding
	claim    string // what the first block broke
}

// TestDifficulty measures how long random runs of the default scenarios take to find
// each mutant, and writes the table of docs/known-bugs.md.
func TestDifficulty(t *testing.T) {
	if !long {
		t.Skip("SIMRUN_LONG=1 measures")
	}
	var all []difficulty
	for _, m := range mutants {
		d := measure(t, m)
		t.Log(d.row())
		all = append(all, d)
	}
	require.NoError(t, os.WriteFile(filepath.Join("..", "docs", "known-bugs.md"), []byte(document(all)), 0o644))
}

func measure(t *testing.T, m mutant) difficulty {
	r := runner(t, m.family(), m.change())
	d := difficulty{mutant: m}
	for block := range uint64(blocks) {
		found, claim := d.search(t, r, block*blockLength+1)
		d.findings = append(d.findings, found)
		d.claim = cmp.Or(d.claim, claim)
	}
	return d
}

func (d *difficulty) search(t *testing.T, r *scenarios.Runner, from uint64) (finding, string) {
	begun := cpuTime(t)
	found := hunt(r, from, patience)
	f := finding{seeds: patience + 1, cpu: cpuTime(t) - begun}
	if found == nil {
		return f, ""
	}
	f.seeds = int(found.Seed-from) + 1
	return f, found.Claim
}

// cpuTime is what this process has used so far.
func cpuTime(t *testing.T) time.Duration {
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// share is the share of seeds that break something, estimated by how many were tried.
func (d *difficulty) share() float64 {
	tried, hits := 0, 0
	for _, f := range d.findings {
		tried += min(f.seeds, patience)
		if f.seeds <= patience {
			hits++
		}
	}
	return float64(hits) / float64(tried)
}

// letter is the class of the share: E is at least 5 %, M at least 0.5 %, H at least
// 0.05 %, X is rarer.
func (d *difficulty) letter() string {
	switch p := d.share(); {
	case p >= 0.05:
		return "E"
	case p >= 0.005:
		return "M"
	case p >= 0.0005:
		return "H"
	}
	return "X"
}

func (d *difficulty) row() string {
	seeds, cpu := make([]int, 0, blocks), make([]time.Duration, 0, blocks)
	for _, f := range d.findings {
		seeds, cpu = append(seeds, f.seeds), append(cpu, f.cpu)
	}
	slices.Sort(seeds)
	slices.Sort(cpu)
	return fmt.Sprintf("| %s | %s (%.3g %%) | [%s.yaml](../testdata/mutants/%s.yaml) | %s.yaml | %s / %s | %.2f / %.2f | %s |",
		d.mutant, d.letter(), 100*d.share(), d.mutant, d.mutant, d.mutant.family(),
		tries(median(seeds)), tries(ninth(seeds)), median(cpu).Seconds(), ninth(cpu).Seconds(), strings.ReplaceAll(d.claim, "|", `\|`))
}

// tries spells a number of seeds.
func tries(n int) string {
	if n > patience {
		return fmt.Sprintf("> %d", patience)
	}
	return fmt.Sprint(n)
}

// median is the upper one; ninth is the least value that nine of ten do not exceed.
func median[T any](sorted []T) T { return sorted[len(sorted)/2] }
func ninth[T any](sorted []T) T  { return sorted[(9*len(sorted)+9)/10-1] }

func document(all []difficulty) string {
	var b strings.Builder
	b.WriteString(preface)
	fmt.Fprintf(&b, "Measured at commit %s, %d disjoint blocks of seeds each, one run at a time.\n\n", commit(), blocks)
	b.WriteString("| mutant | difficulty | scripted kill | default scenario | seeds to first failure, median / p90 | CPU seconds, median / p90 | broken first |\n")
	b.WriteString("|---|---|---|---|---:|---:|---|\n")
	for i := range all {
		b.WriteString(all[i].row() + "\n")
	}
	return b.String()
}

// commit is what is checked out, with a plus where files differ from it.
func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty=+").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

const preface = `# Known bugs, and how fast they are found

Each mutant is one small wrong change to a protocol that ships, in builds with the tag mutants only. A script kills it:
a scenario file with its faults written out, which the right protocol holds. And the default scenario of its family
finds it at random, with no check that knows of it: ` + "`simrun sweep testdata/mutants/dynamo.yaml`" + ` and
` + "`leader-follower.yaml`" + ` expect only what the protocols promise, and hold for what ships.

Rows of the catalogue that are options which ship are tested as these options, against the same promise: reads of any
follower without tokens, waiting that degrades, no fencing, other rules of promotion, smaller quorums, sloppy ones, hints
in memory, repair after the reply (TestWeakerOptionsBreakThePromise). So is ml-cart-union, merge: union where merge: cart is promised, which has a
script and a line below as well.

Difficulty is the share of seeds of the default scenario that break something: E at least 5 %, M at least 0.5 %, H at
least 0.05 %, X less. A seed is one run of each cell of the scenario's grid. Written by
` + "`SIMRUN_LONG=1 go test -tags mutants -run Difficulty -timeout 0 ./mutants`" + `.

`
