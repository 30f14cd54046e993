package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"simrun/scenarios/internal/strict"
)

// Cases are axes of named alternatives, each of which sets several fields at once:
//
//	cases:
//	  fault:
//	    healthy: {}
//	    crash: {faults: [{kind: crash, at: 1s, targets: n1}]}
//
// Which alternative holds is the field case.fault, an axis as any other. Where
// neither the grid nor the field case chooses, every alternative has its turn.
type Cases = strict.Pairs[strict.Pairs[strict.Pairs[strict.Raw]]]

// casePrefix begins the paths of what is chosen.
const casePrefix = "case."

// caseName is what an axis and its alternatives may be called: conditions speak of both.
var caseName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// settable are the parts of a scenario that an alternative may change: what a run is
// made of, and nothing of what is asked of it.
var settable = []string{"protocol", "topology", "workload", "faults", "nemesis", "duration", "warm_up", "quiet", "settle"}

// alternatives are the names of an axis's alternatives, nil if there is no such axis.
func (s *Scenario) alternatives(axis string) []string {
	for _, c := range s.Cases {
		if c.Key == axis {
			return keys(c.Value)
		}
	}
	return nil
}

func keys[T any](pairs strict.Pairs[T]) []string {
	names := make([]string, len(pairs))
	for i := range pairs {
		names[i] = pairs[i].Key
	}
	return names
}

// withCaseAxes puts the axes of cases before the grid, but for those that are in it
// and those that are chosen already.
func (s *Scenario) withCaseAxes() strict.Pairs[[]strict.Raw] {
	var grid strict.Pairs[[]strict.Raw]
	for _, c := range s.Cases {
		path := casePrefix + c.Key
		if slices.Contains(keys(s.Grid), path) || slices.Contains(keys(s.Case), c.Key) {
			continue
		}
		axis := strict.Pair[[]strict.Raw]{Key: path, Pos: c.Pos}
		for _, a := range c.Value {
			axis.Value = append(axis.Value, strict.Raw{Text: a.Key, Pos: a.Pos})
		}
		grid = append(grid, axis)
	}
	return append(grid, s.Grid...)
}

// apply makes the document what the chosen alternatives say it is.
func (s *Scenario) apply(doc *strict.Document) strict.Problems {
	var problems strict.Problems
	for _, c := range s.Case {
		if problem, wrong := s.chooses(doc, c); wrong {
			problems = append(problems, problem)
			continue
		}
		problems = append(problems, doc.Apply(fmt.Sprintf("cases.%s.%s", c.Key, c.Value))...)
	}
	return problems
}

// chooses tells what is wrong with a choice, if anything.
func (s *Scenario) chooses(doc *strict.Document, c strict.Pair[string]) (strict.Problem, bool) {
	known, given, what := s.alternatives(c.Key), c.Value, "case of "+c.Key
	if known == nil {
		known, given, what = keys(s.Cases), c.Key, "axis of cases"
	}
	if slices.Contains(known, given) {
		return strict.Problem{}, false
	}
	problem := doc.Problemf(casePrefix+c.Key, "there is no %s called %q", what, given)
	if near := strict.Nearest(given, known); near != "" {
		problem.Hint = fmt.Sprintf("did you mean %q?", near)
	}
	return problem, true
}

// withFirstCases is the scenario with the first alternative of each axis that is not
// chosen: what stands for the whole of it where no cell is meant.
func (s *Scenario) withFirstCases(doc *strict.Document) (*strict.Document, Scenario, strict.Problems) {
	twin := doc.Clone()
	chosen := *s
	for _, c := range s.Cases {
		if len(c.Value) > 0 && !slices.Contains(keys(s.Case), c.Key) {
			if err := twin.Set(casePrefix+c.Key, c.Value[0].Key); err != nil {
				return twin, chosen, problemsOf(twin, "cases."+c.Key, err)
			}
			chosen.Case = append(chosen.Case, strict.Pair[string]{Key: c.Key, Value: c.Value[0].Key, Pos: c.Pos})
		}
	}
	if problems := chosen.apply(twin); len(problems) > 0 {
		return twin, chosen, problems
	}
	var made Scenario
	problems := twin.Decode(&made)
	made.Grid = s.Grid
	return twin, made, problems
}

// caseProblems are what is wrong with the cases, whichever are chosen.
func (s *Scenario) caseProblems(doc *strict.Document) strict.Problems {
	var problems strict.Problems
	for _, c := range s.Cases {
		path := "cases." + c.Key
		if err := s.axisError(c.Key, len(c.Value)); err != nil {
			problems = append(problems, doc.Problemf(path, "%s", err))
		}
		for _, a := range c.Value {
			at := path + "." + a.Key
			if !caseName.MatchString(a.Key) {
				problems = append(problems, doc.Problemf(at, "%q is no name: small letters, digits and _ make one", a.Key))
			}
			for i, set := range keys(a.Value) {
				problems = append(problems, s.setProblems(doc, c.Key, at, set)...)
				for _, before := range keys(a.Value[:i]) {
					if overlap(before, set) {
						problems = append(problems, doc.Problemf(at+"."+set, "this case sets %s too: one would undo the other", before))
					}
				}
			}
		}
	}
	return problems
}

// axisError tells what is wrong with the name or the size of an axis of cases.
func (s *Scenario) axisError(name string, size int) error {
	switch {
	case !caseName.MatchString(name):
		return fmt.Errorf("%q is no name: small letters, digits and _ make one", name)
	case size == 0:
		return errors.New("an axis needs at least one case")
	}
	if field := s.fieldCalled(name); field != "" {
		return fmt.Errorf("conditions that say %s mean %s: call the axis otherwise", name, field)
	}
	return nil
}

// fieldCalled is the path of the field with a name of its own, "" if there is none.
func (s *Scenario) fieldCalled(name string) (found string) {
	eachScalar(reflect.ValueOf(s).Elem(), "", func(path string, _ reflect.Value) {
		if (path == name || strings.HasSuffix(path, "."+name)) && !strings.HasPrefix(path, casePrefix) {
			found = cmp.Or(found, path)
		}
	})
	return found
}

// setProblems tells why an alternative may not set a field: it is not a part of the
// run, or something else decides it.
func (s *Scenario) setProblems(doc *strict.Document, axis, at, set string) strict.Problems {
	var problems strict.Problems
	top, _, _ := strings.Cut(set, ".")
	if !slices.Contains(settable, top) {
		problem := doc.Problemf(at+"."+set, "a case cannot set %s", set)
		problem.Hint = "it may set " + strings.Join(settable, ", ") + ", and what is in them"
		if near := strict.Nearest(top, settable); near != "" {
			problem.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		problems = append(problems, problem)
	}
	for _, path := range keys(s.Grid) {
		if overlap(path, set) && path != casePrefix+axis {
			problems = append(problems, doc.Problemf(at+"."+set, "%s is an axis of the grid too", path))
		}
	}
	for _, c := range s.Cases {
		for _, a := range c.Value {
			if c.Key != axis && slices.ContainsFunc(keys(a.Value), func(other string) bool { return overlap(other, set) }) {
				problems = append(problems, doc.Problemf(at+"."+set, "the cases of %s set it too", c.Key))
				break
			}
		}
	}
	return problems
}

// overridden refuses changes of the command line to what a case sets anyway. It judges
// the scenario as the command line left it, with its axes.
func (s *Scenario) overridden(edits []Edit) error {
	var problems strict.Problems
	for _, c := range s.Cases {
		for _, a := range c.Value {
			for _, set := range keys(a.Value) {
				for _, e := range edits {
					if overlap(e.Path, set) && s.mayHold(c.Key, a.Key) {
						problems = append(problems, strict.Problem{
							Pos: strict.Pos{File: e.flag() + " " + e.Path}, Path: e.Path, Message: "a case sets this",
							Hint: fmt.Sprintf("set cases.%s.%s.%s", c.Key, a.Key, e.Path),
						})
					}
				}
			}
		}
	}
	return problems.Err()
}

// mayHold tells whether an alternative has its turn. The grid comes before what is
// chosen for the whole scenario; where neither speaks, every alternative has its turn.
func (s *Scenario) mayHold(axis, name string) bool {
	path := casePrefix + axis
	for _, g := range s.Grid {
		switch {
		case g.Key == path:
			return slices.ContainsFunc(g.Value, func(v strict.Raw) bool { return strings.Trim(v.Text, "\"' ") == name })
		case overlap(g.Key, path):
			return true // whole mappings of choices: who knows
		}
	}
	for _, c := range s.Case {
		if c.Key == axis {
			return c.Value == name
		}
	}
	return true
}

// overlap tells whether one path is the other, or leads to it.
func overlap(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// unusedCases finds what is wrong with alternatives that no cell has.
func (p *Plan) unusedCases(doc *strict.Document) strict.Problems {
	var problems strict.Problems
	for _, c := range p.Scenario.Cases {
		for _, a := range c.Value {
			if p.uses(casePrefix+c.Key, a.Key) {
				continue
			}
			twin := doc.Clone()
			if wrong := twin.Apply("cases." + c.Key + "." + a.Key); len(wrong) > 0 {
				problems = append(problems, wrong...)
				continue
			}
			var s Scenario
			problems = append(problems, twin.Decode(&s)...)
		}
	}
	return problems
}

func (p *Plan) uses(path, value string) bool {
	return slices.ContainsFunc(p.Cells, func(c PlanCell) bool {
		chosen, _ := c.Scenario.Value(path)
		return chosen == value
	})
}
