package scenarios

import (
	"fmt"

	"simrun/results"
	"simrun/scenarios/internal/strict"
)

// Setting is one field that a cell sets.
type Setting = results.Setting

// maxCells bounds a grid.
const maxCells = 10_000

// expand makes the cells of the grid: every combination, the last axis fastest.
func (p *Plan) expand(doc *strict.Document) error {
	total := 1
	for _, axis := range p.Scenario.Grid {
		if len(axis.Value) == 0 {
			return doc.Problemf("grid."+axis.Key, "an axis needs at least one value")
		}
		if total *= len(axis.Value); total > maxCells {
			return doc.Problemf("grid", "more than %d cells", maxCells)
		}
	}
	for i := range total {
		if err := p.cell(doc.Clone(), i, total); err != nil {
			return err
		}
	}
	return nil
}

// cell makes the i-th of total cells.
func (p *Plan) cell(doc *strict.Document, i, total int) error {
	var set []Setting
	for _, axis := range p.Scenario.Grid {
		total /= len(axis.Value)
		value := axis.Value[i/total%len(axis.Value)]
		source := value.Pos.String()
		if value.Pos.Line > 0 {
			source = fmt.Sprintf("%s: grid %s=%s", value.Pos, axis.Key, value.Text)
		}
		if err := doc.SetFrom(source, axis.Key, value.Text); err != nil {
			return err
		}
		set = append(set, Setting{Path: axis.Key, Value: value.Text})
	}
	var s Scenario
	if problems := doc.Decode(&s); len(problems) > 0 {
		return problems.Err()
	}
	if problems := s.problems(doc); len(problems) > 0 {
		return doc.Sort(problems).Err()
	}
	p.Cells = append(p.Cells, PlanCell{Set: set, Scenario: s})
	return nil
}
