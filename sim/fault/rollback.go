package fault

import (
	"time"

	"simrun/sim"
)

// Rollback takes a copy of the targets' disks when it begins; After that it crashes
// them and puts the copy back, and when it ends they restart from it: a restore from
// an old backup. Where it ends before the copy is put back, nothing happens. What
// happens to messages is as in Crash.
type Rollback struct {
	Targets Targets       `yaml:"targets" lone:"true" required:"true" doc:"who is restored from an older copy"`
	After   time.Duration `yaml:"after" required:"true" doc:"how old the copy is when it is put back; less than the fault lasts"`
}

// Name is rollback.
func (Rollback) Name() string { return "rollback" }

// Check judges the targets and the time.
func (f Rollback) Check() error {
	if f.After <= 0 {
		return wrong("after", "%v is not above 0", f.After)
	}
	return f.Targets.checkNeeded("targets")
}

// Inject takes the copy and sees to the rest; its undo restarts what was restored,
// or forgets the copy.
func (f Rollback) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "after "+f.After.String(), func(id sim.NodeID) func() {
		restore := w.Snapshot(id)
		ended, restored := false, false
		w.After(f.After, func() {
			if ended {
				return
			}
			w.Crash(id, false)
			restore()
			restored = true
		})
		return func() {
			ended = true
			if restored {
				w.Restart(id)
			}
		}
	})
}

func drawRollback(d dice) Fault {
	return Rollback{Targets: d.victim(), After: max(1, d.window/2)}
}
