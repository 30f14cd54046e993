package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simrun/results"
	"simrun/scenarios/internal/strict"
	"simrun/sim/fault"
	"simrun/sim/record"
)

// requirement is one line of requires that was read: counter >= number.
type requirement struct {
	text    string
	when    string
	counter string
	least   int64
}

func parseRequirement(need Requirement) (requirement, error) {
	text := need.Need
	name, number, ok := strings.Cut(text, ">=")
	if !ok {
		return requirement{}, fmt.Errorf("%q is no requirement: try partition.injected >= 1", text)
	}
	least, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil {
		return requirement{}, fmt.Errorf("%q is not a whole number", strings.TrimSpace(number))
	}
	if least < 1 {
		return requirement{}, fmt.Errorf("%q is met by every run: counters begin at 0, so ask for 1 at least", text)
	}
	r := requirement{text: text, when: need.When, counter: strings.TrimSpace(name), least: least}
	var names []string
	for _, c := range Counters() {
		if c.Name == r.counter {
			return r, nil
		}
		names = append(names, c.Name)
	}
	if near := strict.Nearest(r.counter, names); near != "" {
		return r, fmt.Errorf("there is no counter %q; did you mean %q?", r.counter, near)
	}
	return r, fmt.Errorf("there is no counter %q; `simrun show --counters` lists them", r.counter)
}

// unmet lists the requirements that a run did not meet.
func unmet(all []requirement, run *record.Run) []results.Unmet {
	var missing []results.Unmet
	for _, r := range all {
		if n := run.Counters.Get(r.counter); n < r.least {
			missing = append(missing, results.Unmet{Requirement: r.text, Count: n})
		}
	}
	return missing
}

// possible refuses a requirement about a kind of fault that a cell does not have.
func (c *PlanCell) possible(r requirement) error {
	s := &c.Scenario
	kind, _, _ := strings.Cut(r.counter, ".")
	isFault := slices.ContainsFunc(fault.Kinds(), func(k fault.Kind) bool { return k.Name == kind })
	if !isFault || s.Nemesis != nil || kind == "crash" || kind == "corrupt" {
		return nil
	}
	for _, e := range s.Faults {
		if entryOf(e).Fault.Name() == kind {
			return nil
		}
	}
	if label := results.Label(c.Set); len(s.Case) > 0 {
		return fmt.Errorf("with %s there is no fault of the kind %s: this can never be; say when", label, kind)
	}
	return fmt.Errorf("the scenario has no fault of the kind %s: this can never be", kind)
}
