package main

import (
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"
)

const badFolder = "simrun/sim/bad/"

// TestBad proves that every rule, and the directive itself, can accuse.
func TestBad(t *testing.T) {
	want := map[string]bool{"directive": true}
	paths := []string{badFolder + "directive"}
	for _, rule := range rules {
		want[rule.name] = true
		paths = append(paths, badFolder+rule.name)
	}
	for _, result := range analysistest.Run(t, analysistest.TestData(), Analyzer, paths...) {
		for _, d := range result.Diagnostics {
			name, _, _ := strings.Cut(d.Message, ":")
			if strings.HasPrefix(result.Pass.Pkg.Path(), badFolder+name) {
				delete(want, name)
			}
		}
	}
	for name := range want {
		t.Errorf("the fixture of rule %s does not break it", name)
	}
}

// TestGood proves that the rules leave deterministic code alone, and code
// outside the simulated world.
func TestGood(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), Analyzer,
		"simrun/sim/good/world", "simrun/sim/good/directive",
		"simrun/sim/random", "simrun/sim/process",
		"simrun/sim/random/internal/gen", "simrun/sim/simtest", "simrun/simulator", "simrun/lib")
}

func TestInWorld(t *testing.T) {
	for path, want := range map[string]bool{
		"simrun/sim":        true,
		"simrun/sim/kernel": true,
		"simrun/sim/kernel [simrun/sim/kernel.test]":   true,
		"simrun/sim [simrun/sim.test]":                 true,
		"simrun/nodes/raft":                            true,
		"simrun/workloads":                             true,
		"simrun/sim/kernel.test":                       false,
		"simrun/sim/simtest":                           false,
		"simrun/sim/simtest [simrun/sim/simtest.test]": false,
		"simrun/sim/random/internal/gen":               false,
		"simrun/sim/random/internal/gen/lognormal":     false,
		"simrun/sim/random/internal/generic":           true,
		"simrun/simulator":                             false,
		"simrun/checks":                                false,
		"simrun/cmd/simrun":                            false,
		"other/simrun/sim":                             false,
	} {
		if got := inWorld(path); got != want {
			t.Errorf("inWorld(%q) = %v, want %v", path, got, want)
		}
	}
}
