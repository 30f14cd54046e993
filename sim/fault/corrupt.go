package fault

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/random"
)

// Corrupt damages synced records of the targets at once, each with a probability.
// Whether readers are told or handed damaged records is the disk's setting. Nothing
// heals it. Messages in flight are not touched.
type Corrupt struct {
	Targets Targets            `yaml:"targets" lone:"true" required:"true" doc:"whose records are damaged"`
	Share   random.Probability `yaml:"share" required:"true" doc:"of the records that are damaged"`
	File    string             `yaml:"file" doc:"the file that is damaged; every file when absent"`
}

// Name is corrupt.
func (Corrupt) Name() string { return "corrupt" }

// Check judges the targets and the share.
func (f Corrupt) Check() error {
	if err := f.Targets.checkNeeded("targets"); err != nil {
		return err
	}
	return checkHappens("share", f.Share)
}

// Inject damages; there is no undo.
func (f Corrupt) Inject(w World) (Done, bool) {
	records := 0
	done, ok := strike(w, f.Targets, "", func(id sim.NodeID) func() {
		records += w.Corrupt(id, f.File, uint64(f.Share))
		return nil
	})
	if ok {
		done.Text += fmt.Sprintf(" (%d records)", records)
	}
	return done, ok
}

func drawCorrupt(d dice) Fault { return Corrupt{Targets: d.victim(), Share: d.rate()} }
