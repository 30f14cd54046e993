package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"simrun/reports"
	"simrun/results"
	"simrun/scenarios"
)

// closedPace is said where comparing op by op misleads.
const closedPace = "the clients' pace is closed: each op waits for the one before, so that after the first difference " +
	"the arrivals differ too; compare with workload.pace=open"

// duel is a plan with and without the changes of --versus.
type duel struct {
	*runFlags
	plan, changed *scenarios.Plan
	changes       []scenarios.Edit
}

// versusPlan loads the scenario a second time, with the changes. Its grid must stay
// the same, so that cells can be paired.
func (f *runFlags) versusPlan(name string, plan *scenarios.Plan) (*duel, error) {
	d := &duel{runFlags: f, plan: plan}
	own, err := f.edits.read()
	if err != nil {
		return nil, err
	}
	if d.changes, err = changes("--versus", f.versus); err != nil {
		return nil, err
	}
	found, err := find(name)
	if err != nil {
		return nil, err
	}
	if d.changed, err = found.load(append(own, d.changes...)); err != nil {
		return nil, f.blameVersus(err)
	}
	same := func(x, y scenarios.PlanCell) bool { return slices.Equal(x.Set, y.Set) }
	if !slices.EqualFunc(plan.Cells, d.changed.Cells, same) {
		return nil, fmt.Errorf("--versus %s: this is an axis of the grid; fix it with --set first", f.versus[0])
	}
	return d, nil
}

// blameVersus adds the flag to what is wrong with the changed scenario, where nothing
// names it: the scenario was sound without, though it is its file that the places are in.
func (f *runFlags) blameVersus(err error) error {
	if strings.Contains(err.Error(), "--versus ") {
		return err
	}
	return unsound{fmt.Errorf("%w\n--versus %s: the scenario is sound without this change; make --versus change what does not go with it too",
		err, strings.Join(f.versus, " --versus "))}
}

// compare runs every cell twice and reports the differences. It judges nothing: the
// code says only whether the runs came to their end.
func (f *runFlags) compare(c *console, name string, plan *scenarios.Plan) error {
	d, err := f.versusPlan(name, plan)
	if err != nil {
		return err
	}
	stop := f.bounds.start()
	defer stop.release()
	return f.output.report(c, func(sheet *sheet) (int, error) {
		return d.fight(c, sheet, stop)
	})
}

func (d *duel) fight(c *console, s *sheet, stop *stopper) (int, error) {
	quiet := c.follow(func(elapsed time.Duration) string {
		return fmt.Sprintf("run %s twice, seed %d: %v", d.plan.Scenario.Name, d.seed, elapsed)
	})
	defer quiet()
	limits := d.bounds.limits(stop)
	ours, theirs := d.plan.NewRunner(limits, scenarios.Tape{}), d.changed.NewRunner(limits, scenarios.Tape{})
	for i := range d.plan.Cells {
		a := reports.Side{Label: d.label(i, false), Run: ours.Record(i, d.seed)}
		b := reports.Side{Label: d.label(i, true), Run: theirs.Record(i, d.seed)}
		ends := &results.Run{Cells: []results.Cell{{Stop: a.Run.Stop}, {Stop: b.Run.Stop}}}
		if ends.Cells[0].Cut() || ends.Cells[1].Cut() {
			c.complain("%s: the runs did not come to their end; they cannot be compared", d.plan.Scenario.Name)
			return c.runCode(ends, stop), nil
		}
		if i > 0 {
			s.WriteString("\n")
		}
		if err := reports.Versus(s, a, b, s.options(), d.warnings(i)...); err != nil {
			return 0, err
		}
	}
	return results.ExitExpected, nil
}

// label spells the fields that differ as a cell has them, and what the cell sets.
func (d *duel) label(cell int, changed bool) string {
	plan := d.plan
	if changed {
		plan = d.changed
	}
	set := slices.Clone(plan.Cells[cell].Set)
	for _, change := range d.changes {
		value := change.Value
		if !changed {
			value, _ = plan.Cells[cell].Scenario.Value(change.Path)
		}
		if value != "" {
			set = append(set, results.Setting{Path: change.Path, Value: value})
		}
	}
	return cmp.Or(results.Label(set), "as it is")
}

func (d *duel) warnings(cell int) []string {
	for _, plan := range []*scenarios.Plan{d.plan, d.changed} {
		if pace, _ := plan.Cells[cell].Scenario.Value("workload.pace"); pace == "closed" {
			return []string{closedPace}
		}
	}
	return nil
}
