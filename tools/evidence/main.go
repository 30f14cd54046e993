// Command evidence runs every shipped scenario over many seeds and writes what came
// of it into a table. It works in blocks, keeps the result of each finished block in
// a folder, and goes on where it was stopped.
//
// A scenario whose run costs at most 50 ms of CPU gets 1,000 seeds; another gets what
// 60 CPU seconds hold, and 50 at least. Arguments are further scenario files, each with
// its own number of seeds: FILE=10000; they are the claims of a second table.
//
// Every row gets one block before any gets its second, so that a page written when the
// time is up says something of each; what it lacks then is measured by the next call.
//
// A row of the page that is there stands, with the commit at which it was measured, as
// long as its scenario's text and the digest of its seed 1 do. To have one measured
// again, take it out of the page.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	simrun := flag.String("simrun", "simrun", "the simrun binary")
	folder := flag.String("folder", "dist/long", "where finished blocks are kept")
	out := flag.String("out", "docs/evidence.md", "the table to write")
	commit := flag.String("commit", "", "the commit that the binary was built from")
	limit := flag.Duration("time", 1000*time.Hour, "begin no block after so long")
	flag.Parse()
	e := evidence{simrun: *simrun, folder: filepath.Join(*folder, *commit), commit: *commit, end: time.Now().Add(*limit)}
	if err := e.run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "evidence:", err)
		os.Exit(1)
	}
}

// evidence is what every row is measured by.
type evidence struct {
	simrun, folder, commit string
	end                    time.Time
	standing               []string // the lines of the page that is there
}

func (e *evidence) run(out string, claims []string) error {
	if err := os.MkdirAll(e.folder, 0o755); err != nil {
		return err
	}
	if text, err := os.ReadFile(out); err == nil {
		e.standing = strings.Split(string(text), "\n")
	}
	list, err := exec.Command(e.simrun, "list").Output()
	if err != nil {
		return fmt.Errorf("listing the scenarios: %w", err)
	}
	var rows []*row
	for line := range strings.Lines(string(list)) {
		if strings.HasPrefix(line, " ") || strings.TrimSpace(line) == "" {
			continue // what the scenario is about
		}
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		r, err := e.row(name, name, shipped)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		rows = append(rows, r)
	}
	claimed, err := e.claims(claims)
	if err != nil {
		return err
	}
	if err := e.measure(append(rows[:len(rows):len(rows)], claimed...)); err != nil {
		return err
	}
	return os.WriteFile(out, []byte(page(rows, claimed)), 0o644)
}

// measure has each row its blocks in turns, until all have had their share or the time is up.
func (e *evidence) measure(rows []*row) error {
	for unfinished := true; unfinished; {
		unfinished = false
		for _, r := range rows {
			if r.line != "" || r.enough(r) {
				continue
			}
			if time.Now().After(e.end) {
				return nil
			}
			b, err := e.cached(r, r.runs+1, r.runs+blockSeeds)
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			r.add(b)
			unfinished = true
		}
	}
	return nil
}

// claims are the files that were given with their numbers of seeds.
func (e *evidence) claims(given []string) ([]*row, error) {
	var rows []*row
	for _, text := range given {
		file, number, _ := strings.Cut(text, "=")
		seeds, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("%s: not FILE=SEEDS", text)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		r, err := e.row("claim-"+name, file, func(r *row) bool { return r.runs >= seeds })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// identity is a hash of a scenario's text and of the digest of its seed 1.
func (e *evidence) identity(name string) (string, error) {
	text, err := exec.Command(e.simrun, "show", name).Output()
	if strings.HasSuffix(name, ".yaml") {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return "", fmt.Errorf("reading it: %w", err)
	}
	run, err := exec.Command(e.simrun, "run", name, "--seed", "1", "--format", "json").Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", err
	}
	var result struct {
		Digest string `json:"digest"`
	}
	if err := json.Unmarshal(run, &result); err != nil {
		return "", fmt.Errorf("reading its digest: %w", err)
	}
	sum := sha256.Sum256([]byte(result.Digest + "\n" + string(text)))
	return hex.EncodeToString(sum[:4]), nil
}

// row is one scenario over all its blocks.
type row struct {
	name   string // of the scenario, or its file
	blocks string // how the files of its blocks begin
	enough func(*row) bool
	at     string // the commit at which it was measured
	of     string // what was measured: a hash of the text and of the digest
	line   string // as it stands on the page; empty where it was measured now
	runs   int
	cpu    time.Duration
	bad    map[string]int // failures by signature
	exit   int            // the worst
}

const (
	blockSeeds = 50
	fewest     = 50
	most       = 1000
	budget     = 60 * time.Second
	cheap      = 50 * time.Millisecond
)

// shipped tells whether a scenario that ships has had its share.
func shipped(r *row) bool {
	return r.runs >= most || r.runs >= fewest && r.cpu/time.Duration(r.runs) > cheap && r.cpu > budget
}

// soFar marks a row that had not had its share when the time was up.
const soFar = ", so far"

// row is that of one scenario or file: the one that stands, or one to be measured.
func (e *evidence) row(blocks, name string, enough func(*row) bool) (*row, error) {
	r := &row{name: name, blocks: blocks, enough: enough, at: e.commit, bad: map[string]int{}}
	var err error
	if r.of, err = e.identity(name); err != nil {
		return nil, err
	}
	for _, line := range e.standing {
		if strings.HasPrefix(line, "| "+name+" |") && strings.HasSuffix(line, "| "+r.of+" |") && !strings.Contains(line, soFar) {
			r.line = line
		}
	}
	return r, nil
}

// block is what is kept of a finished block.
type block struct {
	Runs     int
	CPU      time.Duration
	Exit     int
	Failures []string
}

func (r *row) add(b block) {
	r.runs += b.Runs
	r.cpu += b.CPU
	r.exit = max(r.exit, b.Exit)
	for _, f := range b.Failures {
		r.bad[f]++
	}
}

// cached returns a block's result, running it where no earlier call has.
func (e *evidence) cached(r *row, from, to int) (block, error) {
	file := filepath.Join(e.folder, fmt.Sprintf("%s.%d-%d.json", r.blocks, from, to))
	var b block
	if text, err := os.ReadFile(file); err == nil && json.Unmarshal(text, &b) == nil {
		return b, nil
	}
	b, err := e.sweep(r.name, from, to)
	if err != nil {
		return b, err
	}
	text, err := json.Marshal(b)
	if err != nil {
		return b, err
	}
	if err := os.WriteFile(file+".part", text, 0o644); err != nil {
		return b, err
	}
	fmt.Printf("%s %d..%d: exit %d, %.1f s of CPU\n", r.blocks, from, to, b.Exit, b.CPU.Seconds())
	return b, os.Rename(file+".part", file)
}

// sweep runs one block.
func (e *evidence) sweep(name string, from, to int) (block, error) {
	c := exec.Command(e.simrun, "sweep", name, "--seeds", fmt.Sprintf("%d..%d", from, to), "--format", "json")
	text, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return block{}, err
	}
	state := c.ProcessState
	var result struct {
		Runs     int `json:"runs"`
		Failures []struct {
			Signature string `json:"signature"`
		} `json:"failures"`
	}
	if err := json.Unmarshal(text, &result); err != nil {
		return block{}, fmt.Errorf("reading what the sweep printed (exit %d): %w", state.ExitCode(), err)
	}
	b := block{Runs: result.Runs, CPU: state.UserTime() + state.SystemTime(), Exit: state.ExitCode()}
	if b.Runs != to-from+1 {
		return b, fmt.Errorf("%d of %d runs were done (exit %d)", b.Runs, to-from+1, b.Exit)
	}
	for _, f := range result.Failures {
		b.Failures = append(b.Failures, f.Signature)
	}
	return b, nil
}
