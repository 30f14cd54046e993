package fault

import (
	"time"

	"simrun/sim"
)

// ClockJump moves the targets' wall clocks, and back when it ends. Monotonic clocks,
// on which timers and leases run, do not jump. Messages in flight are not touched.
type ClockJump struct {
	Targets Targets       `yaml:"targets" lone:"true" required:"true" doc:"whose wall clock jumps"`
	By      time.Duration `yaml:"by" required:"true" min:"-876000h" max:"876000h" doc:"how far; negative is back"`
}

const farthest = 876_000 * time.Hour // a century

// Name is clock-jump.
func (ClockJump) Name() string { return "clock-jump" }

// Check judges the targets and the distance.
func (f ClockJump) Check() error {
	switch {
	case f.By == 0:
		return wrong("by", "a jump by 0 does nothing")
	case f.By > farthest || f.By < -farthest:
		return wrong("by", "%v is farther than %v", f.By, farthest)
	}
	return f.Targets.checkNeeded("targets")
}

// Inject jumps; its undo jumps back.
func (f ClockJump) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "by "+f.By.String(), func(id sim.NodeID) func() {
		w.JumpWall(id, f.By)
		return func() { w.JumpWall(id, -f.By) }
	})
}

func drawClockJump(d dice) Fault {
	by := d.length("by", time.Millisecond, d.bounds.MostJump)
	return ClockJump{Targets: d.whom(), By: time.Duration(d.signed(int64(by)))}
}
