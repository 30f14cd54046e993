package scenarios

import (
	"errors"
	"fmt"

	"simrun/results"
	"simrun/scenarios/internal/strict"
	"simrun/scenarios/internal/when"
)

// Setting is one field that a cell sets.
type Setting = results.Setting

// maxCells bounds a grid.
const maxCells = 10_000

// expand makes the cells of the grid: every combination, the last axis fastest.
func (p *Plan) expand(doc *strict.Document) strict.Problems {
	total := 1
	for _, axis := range p.Scenario.Grid {
		if len(axis.Value) == 0 {
			return strict.Problems{doc.Problemf("grid."+axis.Key, "an axis needs at least one value")}
		}
		if total *= len(axis.Value); total > maxCells {
			return strict.Problems{doc.Problemf("grid", "more than %d cells", maxCells)}
		}
	}
	var problems strict.Problems
	for i := 0; i < total && len(problems) < maxCellProblems; i++ {
		problems = append(problems, p.cell(doc.Clone(), i, total)...)
	}
	if len(problems) == 0 && len(p.Cells) == 0 {
		return strict.Problems{doc.Problemf("where", "no combination of the grid is such that %s", p.Scenario.Where)}
	}
	return problems
}

// maxCellProblems is when looking for more wrong cells is given up: a wrong value of
// one axis is wrong in every cell that has it.
const maxCellProblems = 20

// cell makes the i-th of total cells.
func (p *Plan) cell(doc *strict.Document, i, total int) strict.Problems {
	var set []Setting
	for _, axis := range p.Scenario.Grid {
		total /= len(axis.Value)
		value := axis.Value[i/total%len(axis.Value)]
		source := value.Pos.String()
		if value.Pos.Line > 0 {
			source = fmt.Sprintf("%s: grid %s=%s", value.Pos, axis.Key, value.Text)
		}
		if err := doc.SetFrom(source, axis.Key, value.Text); err != nil {
			return problemsOf(doc, axis.Key, p.Scenario.wholePath(axis.Key, err))
		}
		set = append(set, Setting{Path: axis.Key, Value: value.Text})
	}
	var s Scenario
	problems := doc.Decode(&s)
	if len(s.Case) > 0 {
		if wrong := s.apply(doc); len(wrong) > 0 {
			return wrong
		}
		problems = doc.Decode(&s)
	}
	if s.Protocol != nil && s.Workload != nil {
		if wanted, err := when.Holds(s.Where, s.lookup); err == nil && !wanted {
			return nil
		}
	}
	if problems = append(problems, s.problems(doc)...); len(problems) > 0 {
		return problems
	}
	p.Cells = append(p.Cells, PlanCell{Set: set, Scenario: s})
	return nil
}

// problemsOf keeps the problems that an error is made of.
func problemsOf(doc *strict.Document, path string, err error) strict.Problems {
	var problem strict.Problem
	var problems strict.Problems
	switch {
	case errors.As(err, &problems):
		return problems
	case errors.As(err, &problem):
		return strict.Problems{problem}
	}
	return strict.Problems{doc.Problemf(path, "%s", err)}
}
