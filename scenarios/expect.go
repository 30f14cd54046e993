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

// finish reads the expectations and requirements of every cell.
func (p *Plan) finish(doc *strict.Document) error {
	var problems strict.Problems
	for i, text := range p.Scenario.Requires {
		r, err := parseRequirement(text)
		if err != nil {
			problems = append(problems, doc.Problemf(fmt.Sprintf("requires.%d", i), "%s", err))
		}
		p.requires = append(p.requires, r)
	}
	for i := range p.Scenario.Expect {
		path := fmt.Sprintf("expect.%d", i)
		c, err := p.Scenario.Expect[i].read(i)
		if err == nil {
			err = p.attach(c)
		}
		if err != nil {
			problems = append(problems, doc.Problemf(path, "%s", err))
		}
	}
	problems = append(problems, p.columnProblems(doc)...)
	return doc.Sort(problems).Err()
}

// attach gives an expectation to the cells that it applies to.
func (p *Plan) attach(c claimed) error {
	for i := range p.Cells {
		cell := &p.Cells[i]
		applies, err := when.Holds(c.when, cell.Scenario.lookup)
		if err != nil {
			return err
		}
		if applies {
			cell.expect = append(cell.expect, c)
		}
	}
	return nil
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
