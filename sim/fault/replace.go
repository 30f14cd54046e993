package fault

import (
	"slices"

	"simrun/sim"
)

// Replace has a server that is no member take the place of a member, dead or alive,
// which is out from then on and is asked for nothing. It is not undone, not even at
// heal. Where the newcomer is down the fault waits. Messages in flight are not touched.
type Replace struct {
	Targets Targets `yaml:"targets" lone:"true" default:"spare" doc:"the server that takes the place"`
	Member  Targets `yaml:"member" lone:"true" default:"member" doc:"the member whose place it takes"`
}

// Name is replace.
func (Replace) Name() string { return "replace" }

// Check judges the targets.
func (f Replace) Check() error {
	if err := f.Targets.checkNeeded("targets"); err != nil {
		return err
	}
	if len(f.Targets) > 1 {
		return wrong("targets", "a place is taken by one server")
	}
	if slices.Contains(f.Member, f.Targets[0]) {
		return wrong("member", "no server takes its own place")
	}
	return f.Member.checkNeeded("member")
}

// Inject has the first target ask for the place of the first member; there is no undo.
func (f Replace) Inject(w World) (Done, bool) {
	gone, ok := f.Member.resolve(w)
	if !ok || !living(w, f.Targets) {
		return Done{}, false
	}
	newcomers, _ := f.Targets.resolve(w)
	w.Join(newcomers[0], gone[0])
	ids := []sim.NodeID{newcomers[0], gone[0]}
	return Done{Targets: ids, Text: w.Name(ids[0]) + " for " + w.Name(ids[1])}, true
}

func drawReplace(dice) Fault { return Replace{Targets: Targets{"spare"}, Member: Targets{"member"}} }
