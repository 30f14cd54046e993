package fault

import (
	"simrun/sim"
	"simrun/sim/random"
)

// ClockDrift makes both clocks of the targets run fast or slow. When it ends they
// run as before, but what they gained or lost stays. Pending timers are mapped to
// the new rate. Messages in flight are not touched.
type ClockDrift struct {
	Targets Targets        `yaml:"targets" lone:"true" required:"true" doc:"whose clocks drift"`
	PPM     random.Decimal `yaml:"ppm" required:"true" unit:"parts per million" doc:"how much too fast they run; negative is too slow"`
}

const (
	partPerBillion = random.One / 1000     // as a Decimal in parts per million
	slowest        = -999_000 * random.One // a clock must move on
	fastest        = 1_000_000 * random.One
)

// Name is clock-drift.
func (ClockDrift) Name() string { return "clock-drift" }

// Check judges the targets and the rate.
func (f ClockDrift) Check() error {
	switch {
	case f.PPM == 0:
		return wrong("ppm", "a drift of 0 does nothing")
	case f.PPM%partPerBillion != 0:
		return wrong("ppm", "%v has more than three digits after the point", f.PPM)
	case f.PPM < slowest || f.PPM > fastest:
		return wrong("ppm", "%v is not between %v and %v", f.PPM, slowest, fastest)
	}
	return f.Targets.checkNeeded("targets")
}

// Inject changes the rate; its undo changes it back.
func (f ClockDrift) Inject(w World) (Done, bool) {
	rate := int64(f.PPM / partPerBillion)
	return strike(w, f.Targets, "by "+f.PPM.String()+" ppm", func(id sim.NodeID) func() {
		w.Drift(id, rate)
		return func() { w.Drift(id, -rate) }
	})
}

func drawClockDrift(d dice) Fault {
	rate := d.signed(int64(d.between("rate", 1, uint64(d.bounds.MostDrift))))
	return ClockDrift{Targets: d.whom(), PPM: random.Decimal(rate) * random.One}
}
