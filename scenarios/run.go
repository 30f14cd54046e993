package scenarios

import (
	"fmt"
	"strings"

	"simrun/checks"
	"simrun/nodes/kv"
	"simrun/results"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/workloads"
)

// Engine is the version of the engine: digests are comparable within it only. It
// changes whenever a change makes any digest differ.
const Engine = "1"

// Tape is what fixes a run besides its scenario and seed: what a shrinker edits. The
// zero Tape changes nothing.
type Tape struct {
	// Schedule, when not nil, stands in for the scenario's faults and its nemesis.
	// Entries keep their draws by their Number.
	Schedule fault.Schedule
	// Overrides replace single draws, by address and purpose.
	Overrides []random.Override
}

// Runner runs a plan with many seeds, one after another, and reuses its worlds. It
// is not to be shared between goroutines; plans are.
type Runner struct {
	plan   *Plan
	limits Limits
	tape   Tape
	worlds []*kernel.World
	memory kernel.Memory // of all of them: they take turns
}

// NewRunner makes a runner.
func (p *Plan) NewRunner(l Limits, t Tape) *Runner {
	return &Runner{plan: p, limits: l, tape: t, worlds: make([]*kernel.World, len(p.Cells))}
}

// Run runs a plan once. It is a pure function: no files, no flags, no clock.
func Run(p *Plan, seed uint64, t Tape) *results.Run {
	return p.NewRunner(Limits{}, t).Run(seed)
}

// Run runs every cell with a seed.
func (r *Runner) Run(seed uint64) *results.Run {
	out := r.blank(seed)
	digest := record.NewDigest()
	for i := range r.plan.Cells {
		cell := r.runCell(i, out)
		digest.Add(cell.Digest, uint64(i), cell.Events, 0, 0, 0)
		if cell.Stop.Reason == record.Interrupted {
			break
		}
	}
	out.Digest = uint64(digest)
	if len(out.Cells) == 1 {
		out.Digest = out.Cells[0].Digest
	}
	r.plan.tabulate(out)
	return out
}

// RunCell runs one cell with a seed; its result has no tables, which compare cells.
func (r *Runner) RunCell(cell int, seed uint64) *results.Run {
	out := r.blank(seed)
	out.Digest = r.runCell(cell, out).Digest
	return out
}

func (r *Runner) blank(seed uint64) *results.Run {
	s := &r.plan.Scenario
	return &results.Run{Scenario: s.Name, Title: s.About, Sweep: r.plan.sweepMore(), Seed: seed, Engine: Engine}
}

// runCell runs a cell, and adds what came of it to a result.
func (r *Runner) runCell(i int, out *results.Run) *results.Cell {
	cell := r.judge(i, r.Record(i, out.Seed))
	out.Virtual += cell.Virtual
	out.Events += cell.Events
	out.Cells = append(out.Cells, cell)
	return &out.Cells[len(out.Cells)-1]
}

// Record runs one cell and returns what it left behind, which the next run overwrites.
func (r *Runner) Record(cell int, seed uint64) *record.Run {
	if r.worlds[cell] == nil {
		config := r.plan.Cells[cell].Scenario.world(r.limits)
		config.Overrides, config.Memory = r.tape.Overrides, &r.memory
		if r.tape.Schedule != nil {
			config.Schedule, config.Nemesis = r.tape.Schedule, nil
		}
		r.worlds[cell] = kernel.New(config)
	}
	run := r.worlds[cell].Run(seed)
	count(run)
	return run
}

// judge has every checker judge a run.
func (r *Runner) judge(i int, run *record.Run) results.Cell {
	plan := &r.plan.Cells[i]
	cell := results.Cell{
		Names: run.Names, Set: plan.Set, Digest: run.Digest, Virtual: run.Phases.End, Events: run.Events,
		Stop: run.Stop, Counters: append([]record.Counter(nil), run.Counters.All()...),
	}
	o := checks.Options{Commits: plan.Scenario.Protocol.Commits(), Siblings: plan.Scenario.Protocol.Siblings()}
	o.Predict = r.plan.prediction(i)
	o.Command = spellCommand
	_, o.Pairs = plan.Scenario.Workload.(*workloads.OnCall)
	_, o.Guarded = plan.Scenario.Workload.(*workloads.Lock)
	for _, report := range checks.Judge(run, o) {
		cell.Reports = append(cell.Reports, report.Verdict)
		cell.Measures = append(cell.Measures, report.Measures...)
	}
	cell.Tables = plan.tables(run, o)
	cell.Unmet = unmet(plan.requires, run)
	cell.Replay = r.plan.replay(i, run.Seed)
	plan.judge(&cell)
	return cell
}

// spellCommand is a command as its client sent it.
func spellCommand(row sim.Key, packed int64) string { return kv.Unpack(row, packed).String() }

// replay is the command that runs one cell again.
func (p *Plan) replay(cell int, seed uint64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "simrun run %s --seed %d", quoted(p.File), seed)
	for _, e := range p.edits {
		if e.Grid == nil {
			b.WriteString(setFlag(e.Path, e.Value))
		}
	}
	for _, s := range p.Cells[cell].Set {
		b.WriteString(setFlag(s.Path, s.Value))
	}
	return b.String()
}

// sweepMore is the command that tries the same with a few more seeds.
func (p *Plan) sweepMore() string {
	var b strings.Builder
	fmt.Fprintf(&b, "simrun sweep %s --seeds 1..20", quoted(p.File))
	for _, e := range p.edits {
		if e.Grid == nil {
			b.WriteString(setFlag(e.Path, e.Value))
		} else {
			b.WriteString(" --grid " + quoted(e.Path+"="+strings.Join(e.Grid, ",")))
		}
	}
	return b.String()
}

func setFlag(path, value string) string { return " --set " + quoted(path+"="+value) }

// plain are the characters that no shell touches.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%"

// quoted spells a word so that a shell passes it on unchanged.
func quoted(word string) string {
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
