package fault

import (
	"slices"
	"strconv"
	"strings"

	"simrun/sim"
)

// checkGroups judges sides: two at least, none empty, no name in two of them, and
// rest once at most.
func checkGroups(path string, groups []Targets) error {
	if len(groups) == 1 {
		return &mistake{path, "one group is cut off from nothing", "add a group, such as [rest]"}
	}
	if len(groups) == 0 {
		return wrong(path, "no groups are given")
	}
	var seen Targets
	for i, group := range groups {
		at := path + "." + strconv.Itoa(i)
		if len(group) == 0 {
			return wrong(at, "a group is empty")
		}
		for j, target := range group {
			if err := target.check(); err != nil {
				return wrong(at+"."+strconv.Itoa(j), "%v", err)
			}
			if slices.Contains(seen, target) {
				return wrong(at+"."+strconv.Itoa(j), "%s is in two groups", target)
			}
		}
		seen = append(seen, group...)
	}
	return nil
}

// sides resolves groups. A node that two of them name through words belongs to the
// first; rest takes the servers that are left. It is false where a target has no
// holder or a group ends up empty.
func sides(w World, groups []Targets) ([][]sim.NodeID, bool) {
	found := make([][]sim.NodeID, len(groups))
	var taken []sim.NodeID
	for i, group := range groups {
		named := slices.DeleteFunc(slices.Clone(group), func(t Target) bool { return t == rest })
		ids, ok := named.resolve(w)
		if !ok && len(named) > 0 {
			return nil, false
		}
		found[i] = without(ids, taken)
		taken = append(taken, found[i]...)
	}
	for i, group := range groups {
		if slices.Contains(group, rest) {
			found[i] = append(found[i], without(w.Servers(), taken)...)
		}
		if len(found[i]) == 0 {
			return nil, false
		}
	}
	return found, true
}

// cut drops all messages between groups; nodes in no group are not touched.
func cut(w World, name string, groups [][]sim.NodeID) Done {
	texts := make([]string, len(groups))
	for i, group := range groups {
		texts[i] = spell(w, group)
	}
	return Done{
		Heal:    impose(w, sim.Rule{Name: name, Groups: groups, Drop: true}),
		Targets: slices.Concat(groups...),
		Text:    strings.Join(texts, " | "),
	}
}
