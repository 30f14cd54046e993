package scenarios

import (
	"errors"
	"fmt"

	"simrun/checks"
	"simrun/results"
	"simrun/scenarios/internal/strict"
	"simrun/scenarios/internal/when"
)

// claimed is an expectation that was read.
type claimed struct {
	number int
	mode   results.Mode
	text   string
	when   string
	claim  results.Claim
}

func (e *Expectation) read(number int) (claimed, error) {
	c := claimed{number: number, when: e.When}
	for _, given := range []struct {
		mode results.Mode
		text string
	}{{results.Always, e.Always}, {results.Sometimes, e.Sometimes}, {results.Never, e.Never}} {
		if given.text == "" {
			continue
		}
		if c.text != "" {
			return c, errors.New("an expectation has one of always, sometimes and never")
		}
		c.mode, c.text = given.mode, given.text
	}
	if c.text == "" {
		return c, errors.New("an expectation needs always, sometimes or never")
	}
	var err error
	c.claim, err = results.ParseClaim(c.text)
	return c, err
}

// read reads the requirements and expectations, and checks the columns.
func (p *Plan) read(doc *strict.Document) strict.Problems {
	var problems strict.Problems
	if _, err := when.Holds(p.Scenario.Where, p.Scenario.lookup); err != nil {
		problems = append(problems, doc.Problemf("where", "%s", err))
	}
	for i, need := range p.Scenario.Requires {
		r, err := parseRequirement(need)
		if err == nil {
			_, err = when.Holds(r.when, p.Scenario.lookup)
		}
		if err != nil {
			problems = append(problems, doc.Problemf(fmt.Sprintf("requires.%d", i), "%s", err))
		}
		p.needs = append(p.needs, r)
	}
	for i := range p.Scenario.Expect {
		c, err := p.Scenario.Expect[i].read(i)
		if err == nil {
			_, err = when.Holds(c.when, p.Scenario.lookup)
		}
		if err != nil {
			problems = append(problems, doc.Problemf(fmt.Sprintf("expect.%d", i), "%s", err))
		}
		p.claims = append(p.claims, c)
	}
	return append(problems, p.columnProblems(doc)...)
}

// attachAll gives each requirement and expectation to the cells that it applies to.
// One that applies to no cell would hold whatever happens, so it is refused, unless
// the command line has narrowed the grid.
func (p *Plan) attachAll(doc *strict.Document) strict.Problems {
	var problems strict.Problems
	attach := func(path, condition string, give func(*PlanCell) error) {
		cells, err := p.attach(condition, give)
		switch {
		case err != nil:
			problems = append(problems, doc.Problemf(path, "%s", err))
		case cells == 0 && len(p.edits) == 0:
			problems = append(problems, doc.Problemf(path, "no cell of the grid is such that %s", condition))
		}
	}
	for i, r := range p.needs {
		attach(fmt.Sprintf("requires.%d", i), r.when, func(c *PlanCell) error {
			c.requires = append(c.requires, r)
			return c.possible(r)
		})
	}
	for _, e := range p.claims {
		attach(fmt.Sprintf("expect.%d", e.number), e.when, func(c *PlanCell) error {
			c.expect = append(c.expect, e)
			return nil
		})
	}
	return problems
}

// attach gives something to the cells that a condition holds for, and counts them.
func (p *Plan) attach(condition string, give func(*PlanCell) error) (cells int, err error) {
	for i := range p.Cells {
		cell := &p.Cells[i]
		applies, err := when.Holds(condition, cell.Scenario.lookup)
		if err != nil {
			return cells, err
		}
		if !applies {
			continue
		}
		cells++
		if err := give(cell); err != nil {
			return cells, err
		}
	}
	return cells, nil
}

func (p *Plan) columnProblems(doc *strict.Document) strict.Problems {
	var problems strict.Problems
	var names []string
	for _, m := range checks.Catalogue() {
		names = append(names, m.Name)
	}
	for i, column := range p.Scenario.Columns {
		known := false
		for _, name := range names {
			known = known || name == column
		}
		if known {
			continue
		}
		problem := doc.Problemf(fmt.Sprintf("columns.%d", i), "there is no metric %q", column)
		if near := strict.Nearest(column, names); near != "" {
			problem.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		problems = append(problems, problem)
	}
	return problems
}

// judge applies a cell's expectations to a run.
func (c *PlanCell) judge(cell *results.Cell) {
	for _, e := range c.expect {
		o := results.Outcome{Expectation: e.number, Mode: e.mode, Claim: e.text, When: e.when}
		o.Truth, o.Why, o.Witness = e.claim.Truth(cell.Measures, cell.Reports)
		cell.Outcomes = append(cell.Outcomes, o)
	}
}
