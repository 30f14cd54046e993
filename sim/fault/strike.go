package fault

import (
	"strings"

	"simrun/sim"
)

// strike hits each target with begin, which returns how to end it (nil: it cannot
// be ended), and reports what was done: the targets and a detail.
func strike(w World, targets Targets, detail string, begin func(id sim.NodeID) (end func())) (Done, bool) {
	ids, ok := targets.resolve(w)
	if !ok {
		return Done{}, false
	}
	var ends []func()
	for _, id := range ids {
		if end := begin(id); end != nil {
			ends = append(ends, end)
		}
	}
	text := strings.TrimSpace(spell(w, ids) + " " + detail)
	return Done{Heal: together(ends), Targets: ids, Text: text}, true
}

// impose puts rules in force and gives what lifts them all.
func impose(w World, rules ...sim.Rule) (lift func()) {
	ends := make([]func(), len(rules))
	for i, rule := range rules {
		id := w.Impose(rule)
		ends[i] = func() { w.Lift(id) }
	}
	return together(ends)
}

// together makes one undo of several, nil of none.
func together(ends []func()) func() {
	if len(ends) == 0 {
		return nil
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// spell writes the names of nodes, with a space between.
func spell(w World, ids []sim.NodeID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = w.Name(id)
	}
	return strings.Join(names, " ")
}
