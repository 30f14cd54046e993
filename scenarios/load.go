package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"simrun/scenarios/internal/strict"
	"simrun/workloads"
)

// options are what the decoder must know besides the tags.
func options() strict.Options {
	return strict.Options{Unions: map[reflect.Type][]strict.Alternative{
		reflect.TypeFor[Protocol]():           protocols(),
		reflect.TypeFor[workloads.Workload](): workloadAlternatives(),
		reflect.TypeFor[faultEntry]():         faultAlternatives(),
	}}
}

func workloadAlternatives() []strict.Alternative {
	var all []strict.Alternative
	for _, k := range workloads.Kinds() {
		all = append(all, strict.Alternative{Kind: k.Name, Doc: k.Doc, New: func() any { return k.New() }})
	}
	return all
}

// Edit is one change to a scenario from the command line.
type Edit struct {
	Path  string
	Value string
	Grid  []string // when not nil, the path becomes an axis with these values
	Flag  string   // what messages call it by; "" is --grid where there is a grid, else --set
}

// flag is what asked for the change, as messages name it.
func (e *Edit) flag() string {
	if e.Grid != nil {
		return cmp.Or(e.Flag, "--grid")
	}
	return cmp.Or(e.Flag, "--set")
}

// source is the change as it was asked for.
func (e *Edit) source() string { return e.flag() + " " + e.Path + "=" + e.Value }

// Plan is a scenario that was read, checked, and made ready to run: one world for
// each cell. It is never changed, so it may be shared.
type Plan struct {
	File     string
	Scenario Scenario // as in the file, before the grid
	Cells    []PlanCell
	needs    []requirement
	claims   []claimed
	edits    []Edit

	predictions predictions
}

// PlanCell is one cell of a plan.
type PlanCell struct {
	Set      []Setting
	Scenario Scenario
	requires []requirement // the requirements that apply here
	expect   []claimed     // the expectations that apply here
}

// Load reads a scenario's text. The error, if any, holds all problems, one a line:
// what could be read is judged although something else could not.
func Load(file string, text []byte, edits ...Edit) (*Plan, error) {
	var s Scenario
	doc, problems := strict.Decode(file, text, &s, options())
	failed := s.edit(doc, edits)
	edited := problems
	if len(edits) > 0 {
		s = Scenario{}
		edited = doc.Decode(&s)
	}
	s.Grid = withAxes(s.Grid, edits)
	if err := cmp.Or(s.overridden(edits), failed); err != nil {
		return nil, errors.Join(problems.Err(), err)
	}
	problems = edited
	whole := doc
	if len(s.Cases)+len(s.Case) > 0 {
		if len(problems) == 0 {
			problems = s.caseProblems(doc)
			s.Grid = s.withCaseAxes()
		}
		if len(problems) == 0 {
			whole, s, problems = s.withFirstCases(doc)
		}
		if len(problems) > 0 { // without its cases a scenario has too few fields to judge the rest by
			return nil, doc.Sort(problems).Err()
		}
	}
	p := &Plan{File: file, Scenario: s, edits: edits}
	problems = append(problems, s.problems(whole)...)
	problems = append(problems, p.read(whole)...)
	if len(problems) > 0 {
		return nil, doc.Sort(problems).Err()
	}
	if problems := append(p.expand(doc), p.unusedCases(doc)...); len(problems) > 0 {
		return nil, doc.Sort(problems).Err()
	}
	return p, doc.Sort(p.attachAll(doc)).Err()
}

// edit changes what can be changed, and returns what failed first.
func (s *Scenario) edit(doc *strict.Document, edits []Edit) (failed error) {
	for _, e := range edits {
		if e.Grid == nil {
			failed = cmp.Or(failed, s.wholePath(e.Path, doc.SetFrom(e.source(), e.Path, e.Value)))
		}
	}
	return failed
}

// wholePath helps who names a field as tables and conditions do: k is protocol.k, and
// what is called fault there may be case.fault.
func (s *Scenario) wholePath(path string, failed error) error {
	problem, ok := failed.(strict.Problem)
	if !ok || strings.Contains(path, ".") {
		return failed
	}
	whole := s.fieldCalled(path)
	if s.alternatives(path) != nil {
		whole = casePrefix + path
	}
	if whole == "" || whole == path {
		return failed
	}
	problem.Hint = fmt.Sprintf("did you mean %q?", whole)
	return problem
}

// withAxes adds the axes of the command line; an axis of the file with the same
// path is replaced.
func withAxes(grid strict.Pairs[[]strict.Raw], edits []Edit) strict.Pairs[[]strict.Raw] {
	for _, e := range edits {
		var kept strict.Pairs[[]strict.Raw]
		for _, axis := range grid {
			if axis.Key != e.Path {
				kept = append(kept, axis)
			}
		}
		grid = kept
		if e.Grid == nil {
			continue
		}
		axis := strict.Pair[[]strict.Raw]{Key: e.Path, Pos: strict.Pos{File: "--grid " + e.Path}}
		for _, v := range e.Grid {
			axis.Value = append(axis.Value, strict.Raw{Text: v, Pos: axis.Pos})
		}
		grid = append(grid, axis)
	}
	return grid
}
