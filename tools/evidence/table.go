package main

import (
	"fmt"
	"sort"
	"strings"
)

// page writes the tables. Where nothing failed in n runs, 3/n bounds the share of runs
// that would, with 95 % confidence.
func page(rows, claims []*row) string {
	var b strings.Builder
	b.WriteString("# Evidence\n\nEvery shipped scenario, over many seeds. `.ci/long` writes this page; it resumes where it was stopped.\n")
	b.WriteString("\nA row was measured at the commit that it names, and stands while the scenario's text and the digest of its seed 1\n")
	b.WriteString("do, of which its last word is a hash; what is not as it was is measured again.\n")
	b.WriteString("\nA run is one seed, with every cell of the scenario's grid. The bound is on the share of runs that would break an\n")
	b.WriteString("expectation: 3/n where none of n did (95 % confidence).\n\n")
	table(&b, "scenario", rows)
	if len(claims) > 0 {
		b.WriteString("\nWhat the protocols promise whatever goes wrong, under faults drawn anew for each seed:\n\n")
		table(&b, "claim", claims)
	}
	return b.String()
}

func table(b *strings.Builder, title string, rows []*row) {
	fmt.Fprintf(b, "| %s | runs | CPU, s | outcome | bound | at | of |\n|---|---:|---:|---|---:|---|---|\n", title)
	for _, r := range rows {
		if r.runs == 0 && r.line == "" {
			fmt.Fprintf(b, "| %s | 0 | | not measured yet | | | |\n", r.name)
			continue
		}
		if r.line == "" {
			r.line = fmt.Sprintf("| %s | %d | %.1f | %s | %s | %s | %s |", r.name, r.runs, r.cpu.Seconds(), r.outcome(), r.bound(), r.at, r.of)
		}
		fmt.Fprintln(b, r.line)
	}
}

func (r *row) outcome() string {
	if len(r.bad) == 0 {
		if r.exit == 0 && !r.enough(r) {
			return "as expected" + soFar
		}
		if r.exit == 0 {
			return "as expected"
		}
		return fmt.Sprintf("exit %d", r.exit)
	}
	var all []string
	for signature, n := range r.bad {
		all = append(all, fmt.Sprintf("%d × %s", n, strings.ReplaceAll(signature, "|", "\\|")))
	}
	sort.Strings(all)
	return strings.Join(all, "; ")
}

func (r *row) bound() string {
	if len(r.bad) > 0 {
		return ""
	}
	return fmt.Sprintf("%.2g %%", 300/float64(r.runs))
}
