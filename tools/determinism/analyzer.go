package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Analyzer reports what could make two runs of one seed differ.
var Analyzer = &analysis.Analyzer{
	Name: "determinism",
	Doc:  "keep the simulated world a pure function of its seed",
	Run:  run,
}

// rules holds every rule in the order of the package comment.
var rules = []struct {
	name  string
	check func(*checker, *ast.File)
}{
	{"goroutine", (*checker).goroutines},
	{"channel", (*checker).channels},
	{"clock", (*checker).clocks},
	{"random", (*checker).randoms},
	{"environment", (*checker).environments},
	{"address", (*checker).addresses},
	{"linkname", (*checker).linknames},
	{"state", (*checker).states},
	{"maporder", (*checker).mapOrders},
	{"sync", (*checker).syncs},
	{"float", (*checker).floats},
	{"coroutine", (*checker).coroutines},
	{"context", (*checker).contexts},
}

// finding is a place together with the rule it breaks. One line is accused of
// one rule once, however often it breaks it.
type finding struct {
	file string
	line int
	rule string
}

// checker is one package under judgement.
type checker struct {
	*analysis.Pass
	rule       string // the rule being judged
	directives []*directive
	told       map[finding]bool
	writes     []write // every write to a package-level variable
}

func run(pass *analysis.Pass) (any, error) {
	if !inWorld(pass.Pkg.Path()) {
		return nil, nil
	}
	c := &checker{Pass: pass, told: map[finding]bool{}}
	c.writes = c.packageWrites()
	for _, file := range pass.Files {
		if !c.isTest(file) {
			c.directives = append(c.directives, c.readDirectives(file)...)
		}
	}
	for _, rule := range rules {
		c.rule = rule.name
		for _, file := range pass.Files {
			if !c.isTest(file) {
				rule.check(c, file)
			}
		}
	}
	c.reportIdleDirectives()
	return nil, nil
}

// inWorld says whether the package at path takes part in a run.
func inWorld(path string) bool {
	path, _, _ = strings.Cut(path, " ") // vet names a test variant "p [p.test]"
	if strings.HasSuffix(path, ".test") || strings.Contains(path+"/", "/internal/gen/") || within(path, "simrun/sim/simtest") {
		return false
	}
	return within(path, "simrun/sim") || within(path, "simrun/nodes") || within(path, "simrun/workloads")
}

// within says whether path is the folder root or lies below it.
func within(path, root string) bool {
	path, _, _ = strings.Cut(path, " ")
	return path == root || strings.HasPrefix(path, root+"/")
}

func (c *checker) isTest(file *ast.File) bool {
	return strings.HasSuffix(c.Fset.Position(file.FileStart).Filename, "_test.go")
}

// accuse reports that the node at pos breaks the rule being judged, unless a
// directive excuses it.
func (c *checker) accuse(pos token.Pos, format string, args ...any) {
	at := c.Fset.Position(pos)
	key := finding{at.Filename, at.Line, c.rule}
	if c.told[key] || c.excused(key) {
		return
	}
	c.told[key] = true
	c.Reportf(pos, "%s: %s", c.rule, fmt.Sprintf(format, args...))
}
