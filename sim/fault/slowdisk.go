package fault

import (
	"simrun/sim"
	"simrun/sim/random"
)

// SlowDisk multiplies the time that the targets' disks take to sync, or draws it
// from another distribution. Syncs under way keep their time. Messages in flight
// are not touched.
type SlowDisk struct {
	Targets Targets        `yaml:"targets" lone:"true" required:"true" doc:"whose disk is slow"`
	Factor  random.Decimal `yaml:"factor" default:"1" doc:"by how much the time to sync is multiplied"`
	Sync    *random.Spec   `yaml:"sync" doc:"time to sync, instead of the disk's own"`
}

// Name is slow-disk.
func (SlowDisk) Name() string { return "slow-disk" }

// Check judges the targets, the factor and the distribution.
func (f SlowDisk) Check() error {
	if err := f.Targets.checkNeeded("targets"); err != nil {
		return err
	}
	return checkSlowness(f.Factor, "sync", f.Sync)
}

// Inject slows down; its undo ends that.
func (f SlowDisk) Inject(w World) (Done, bool) {
	sync := sampler(f.Sync)
	return strike(w, f.Targets, "by "+f.Factor.String(), func(id sim.NodeID) func() {
		return w.SlowSync(id, permille(f.Factor), sync)
	})
}

func drawSlowDisk(d dice) Fault {
	if d.yes("multiply", 2) {
		return SlowDisk{Targets: d.whom(), Factor: d.factor()}
	}
	return SlowDisk{Targets: d.whom(), Factor: random.One, Sync: d.delays()}
}
