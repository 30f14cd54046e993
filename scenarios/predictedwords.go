package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"simrun/results"
	"simrun/sim/fault"
)

// predictionWords says where what was measured differs from what was predicted, and
// what the models leave out there.
func (p *Plan) predictionWords(run *results.Run) []string {
	if !p.asksForPredictions() {
		return nil
	}
	var overlapping, others []compared
	for i := range run.Cells {
		c, ok := compare(&run.Cells[i])
		if !ok {
			continue
		}
		c.scenario = &p.Cells[i].Scenario
		if d := c.scenario.Protocol.(*dynamoStyle); d.Overlap() {
			overlapping = append(overlapping, c)
		} else {
			others = append(others, c)
		}
	}
	var all []string
	if len(overlapping) > 0 {
		all = append(all, overlapWords(overlapping))
	}
	if len(others) > 0 {
		all = append(all, modelWords(others))
	}
	return all
}

// compared is a cell with both figures.
type compared struct {
	scenario            *Scenario
	label               string
	measured, predicted float64
	reads               float64
}

// compare finds both figures of a cell, if it has them.
func compare(cell *results.Cell) (compared, bool) {
	stale, model := results.Find(cell.Measures, "stale_share"), results.Find(cell.Measures, predicted)
	measured, ok := results.Value(stale)
	expected, foretold := results.Value(model)
	if !ok || !foretold {
		return compared{}, false
	}
	return compared{label: results.Label(cell.Set), measured: measured, predicted: expected, reads: float64(stale.Total)}, true
}

// off is how far the figures are apart, in standard errors of their difference: the
// measured one has that of its reads, of at least one read, so that a single stale one
// is not taken for a wonder; the model has that of its trials.
func (c *compared) off() float64 {
	one := c.predicted * (1 - c.predicted)
	variance := max(one, 1/c.reads)/c.reads + one/warsTrials
	return math.Abs(c.measured-c.predicted) / math.Sqrt(variance)
}

// deviations is how many standard errors a figure may be off.
const deviations = 4

// overlapWords speaks of cells in which r + w > n.
func overlapWords(cells []compared) string {
	var stale []compared
	for _, c := range cells {
		if c.measured > 0 {
			stale = append(stale, c)
		}
	}
	text := fmt.Sprintf("predicted_stale_share, where r + w > n: no stale read. So it is in %d of %d cells", len(cells)-len(stale), len(cells))
	if len(stale) == 0 {
		return text + "."
	}
	return text + "; not " + reasons(stale)
}

// modelWords speaks of the others.
func modelWords(cells []compared) string {
	var apart []compared
	for _, c := range cells {
		if c.off() > deviations {
			apart = append(apart, c)
		}
	}
	text := fmt.Sprintf("predicted_stale_share, where r + w <= n: the model agrees within %d standard errors in %d of %d cells",
		deviations, len(cells)-len(apart), len(cells))
	if len(apart) == 0 {
		return text + "."
	}
	return text + "; not " + reasons(apart)
}

// reasons names, for each thing that the models leave out, the cell in which it makes
// the greatest difference.
func reasons(cells []compared) string {
	type group struct {
		why   string
		worst compared
	}
	var groups []group
	for _, c := range cells {
		why, at := c.scenario.unmodelled(), -1
		for i := range groups {
			if groups[i].why == why {
				at = i
			}
		}
		switch {
		case at < 0:
			groups = append(groups, group{why, c})
		case math.Abs(c.measured-c.predicted) > math.Abs(groups[at].worst.measured-groups[at].worst.predicted):
			groups[at].worst = c
		}
	}
	var parts []string
	for _, g := range groups {
		part := fmt.Sprintf("%s, not %s", percent(g.worst.measured), percent(g.worst.predicted))
		if g.worst.label != "" {
			part = fmt.Sprintf("with %s (%s)", g.worst.label, part)
		}
		parts = append(parts, part+": "+g.why)
	}
	return strings.Join(parts, "; ") + "."
}

func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }

// unmodelled says in words what a scenario has that the models leave out.
func (s *Scenario) unmodelled() string {
	d := s.Protocol.(*dynamoStyle)
	var list []string
	add := func(holds bool, why string) {
		if holds {
			list = append(list, why)
		}
	}
	add((s.suffers(wrongsClocks) || s.Topology.Clocks.Offset > 0) && d.Versions == "lww", "the last write is told by clocks, and they were off")
	add(s.suffers(losesDisks), "a replica lost what it had acknowledged")
	add(s.suffers(dropsMessages), "writes never reached replicas that were cut off or down, and the model has every write arrive in the end")
	add(s.suffers(holdsMessages), "messages took longer than their links say")
	add(s.suffers(slowsNodes), "messages queued at a slow replica")
	add(s.suffers(slowsSyncs), "syncs took longer than the disks say, or failed")
	add(len(s.Topology.Server.Writes) > 0, "some writes take longer to sync than others")
	add(s.suffers(changesHomes), "keys changed their homes")
	add(d.Quorum == "sloppy", "stand-ins answered that the model does not know")
	add(d.Hints != "none", "hints brought replicas what they had missed")
	add(d.ReadRepair != "none", "reads repaired replicas")
	add(d.AntiEntropy != "none", "replicas compared what they hold, and repaired each other")
	if len(list) == 0 {
		return "writes that overlap, and their repetitions, which the model leaves out"
	}
	return strings.Join(list, ", and ")
}

// The kinds of faults by what they break of the models' assumptions.
var (
	wrongsClocks = []fault.Fault{fault.ClockJump{}, fault.ClockDrift{}}
	losesDisks   = []fault.Fault{fault.Wipe{}, fault.Lose{}, fault.Rollback{}, fault.Corrupt{}}
	slowsNodes   = []fault.Fault{fault.Slow{}, fault.Pause{}}
	slowsSyncs   = []fault.Fault{fault.SlowDisk{}, fault.FailSync{}}
	changesHomes = []fault.Fault{fault.Join{}, fault.Leave{}, fault.Replace{}}

	holdsMessages = []fault.Fault{fault.Delay{}, fault.Reorder{}, fault.Jam{}, fault.Hold{}, fault.Late{}}

	dropsMessages = []fault.Fault{
		fault.Partition{},
		fault.Isolate{},
		fault.OneWay{},
		fault.Bridge{},
		fault.MajoritiesRing{},
		fault.DatacentreCut{},
		fault.Loss{},
		fault.Crash{},
		fault.CrashAt{},
	}
)

// suffers tells whether the scenario has a fault of such a kind, or may draw one.
func (s *Scenario) suffers(kinds []fault.Fault) bool {
	return slices.ContainsFunc(kinds, func(kind fault.Fault) bool {
		return s.Nemesis != nil && s.Nemesis.MayDraw(kind.Name()) ||
			slices.ContainsFunc(s.Faults, func(e faultEntry) bool { return entryOf(e).Fault.Name() == kind.Name() })
	})
}
