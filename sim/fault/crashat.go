package fault

import (
	"fmt"

	"simrun/sim"
)

// CrashAt crashes each target once, at a point where persistence and messages come
// apart:
//
//	before-sync  writes were made and a sync asked for: it never completes
//	after-sync   the sync has completed, but the node does not get to hear of it
//	after-send   a handler's messages have left, its writes are not yet synced
//
// It lies in wait for as long as the fault lasts, and lets Skip passages go by. A
// target that has crashed restarts when the fault ends. What happens to messages
// is as in Crash.
type CrashAt struct {
	Targets  Targets `yaml:"targets" lone:"true" required:"true" doc:"who crashes"`
	Boundary string  `yaml:"boundary" required:"true" one:"before-sync|after-sync|after-send" doc:"at which point"`
	Skip     int     `yaml:"skip" default:"0" min:"0" doc:"how many such points are let pass first"`
}

// Name is crash-at.
func (CrashAt) Name() string { return "crash-at" }

// Check judges the targets, the boundary and the count.
func (f CrashAt) Check() error {
	switch {
	case boundaryOf(f.Boundary) == 0:
		return wrong("boundary", "%q is not one of before-sync, after-sync, after-send", f.Boundary)
	case f.Skip < 0:
		return wrong("skip", "%d is below 0", f.Skip)
	}
	return f.Targets.checkNeeded("targets")
}

func boundaryOf(name string) Boundary {
	switch name {
	case "before-sync":
		return BeforeSync
	case "after-sync":
		return AfterSync
	case "after-send":
		return AfterSend
	}
	return 0
}

// Inject lies in wait; its undo gives up, or restarts what has crashed.
func (f CrashAt) Inject(w World) (Done, bool) {
	detail := f.Boundary
	if f.Skip > 0 {
		detail = fmt.Sprintf("%s after %d", f.Boundary, f.Skip)
	}
	return strike(w, f.Targets, detail, func(id sim.NodeID) func() {
		disarm := w.CrashAt(id, boundaryOf(f.Boundary), f.Skip)
		return func() {
			if struck := disarm(); struck {
				w.Restart(id)
			}
		}
	})
}

func drawCrashAt(d dice) Fault {
	boundary := d.pick("boundary", "before-sync", "after-sync", "after-send")
	return CrashAt{Targets: d.whom(), Boundary: boundary, Skip: int(d.between("skip", 1, 64)) - 1}
}
