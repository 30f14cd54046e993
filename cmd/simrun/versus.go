package main

import (
	"fmt"
	"slices"

	"simrun/results"
	"simrun/scenarios"
)

// changed is the plan with the changes of --versus; nil without any. Its grid must
// be the same, so that cells can be paired.
func (f *runFlags) changed(name string, plan *scenarios.Plan) (*scenarios.Plan, error) {
	if len(f.versus) == 0 {
		return nil, nil
	}
	own, err := f.edits.read()
	if err != nil {
		return nil, err
	}
	versus, err := changes("--versus", f.versus)
	if err != nil {
		return nil, err
	}
	found, err := find(name)
	if err != nil {
		return nil, err
	}
	changed, err := found.load(append(own, versus...))
	if err != nil {
		return nil, err
	}
	return changed, f.pair(plan, changed)
}

// pair refuses changes of a field that is an axis of the grid.
func (f *runFlags) pair(a, b *scenarios.Plan) error {
	same := func(x, y scenarios.PlanCell) bool { return slices.Equal(x.Set, y.Set) }
	if slices.EqualFunc(a.Cells, b.Cells, same) {
		return nil
	}
	return fmt.Errorf("--versus %s: this is an axis of the grid; fix it with --set first", f.versus[0])
}

func (f *runFlags) compare(s *sheet, plan, changed *scenarios.Plan, stop *stopper) error {
	return nil
}

func (f *runFlags) tell(s *sheet, plan *scenarios.Plan, run *results.Run, stop *stopper) error {
	return nil
}
