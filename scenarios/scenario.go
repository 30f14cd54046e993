package scenarios

import (
	"time"

	"simrun/scenarios/internal/strict"
	"simrun/sim/fault"
	"simrun/workloads"
)

// Scenario is what a scenario file says. The tags are the file's keys, defaults and
// meanings.
type Scenario struct {
	Name     string             `yaml:"name" required:"true" doc:"the scenario's name, as the file is called"`
	About    string             `yaml:"about" default:"" doc:"one line: the question that the scenario answers"`
	Look     string             `yaml:"look" default:"" doc:"what to look for in its tables"`
	Protocol Protocol           `yaml:"protocol" required:"true" doc:"how the store replicates"`
	Topology Topology           `yaml:"topology" doc:"nodes and the links between them"`
	Workload workloads.Workload `yaml:"workload" required:"true" doc:"what clients do"`
	Faults   []faultEntry       `yaml:"faults" doc:"what goes wrong, and when"`
	Nemesis  *fault.Nemesis     `yaml:"nemesis" doc:"faults drawn for each seed, besides those listed"`

	Duration time.Duration `yaml:"duration" default:"10s" min:"1us" max:"1000h" doc:"how long clients work and faults strike"`
	WarmUp   time.Duration `yaml:"warm_up" default:"0s" min:"0s" bare:"s" doc:"ops that begin before are not counted"`
	Quiet    time.Duration `yaml:"quiet" default:"1s" min:"1us" doc:"settled when no replica changed for so long after heal, and none waits for the outcome of a transaction"`
	Settle   time.Duration `yaml:"settle" default:"60s" min:"0s" doc:"settling is given up after so long"`

	Cases        Cases                      `yaml:"cases" doc:"axes of named alternatives, each of which sets several fields: {fault: {none: {}, crash: {faults: [...]}}}; which one holds is the field case.fault"`
	Case         strict.Pairs[string]       `yaml:"case" doc:"which alternative holds of an axis of cases; where neither this nor the grid says, each has its turn"`
	Grid         strict.Pairs[[]strict.Raw] `yaml:"grid" doc:"fields and the values that each takes; every combination is a cell"`
	Where        string                     `yaml:"where" default:"" doc:"the combinations that are cells, in terms of the scenario's fields, where not all are: r <= n && w <= n"`
	Requires     []Requirement              `yaml:"requires" doc:"what must have happened in a run for it to say anything: counter >= number (simrun show --counters)"`
	RequiresRuns int                        `yaml:"requires_runs" default:"1" min:"1" doc:"meaningful runs that each cell of a sweep must have"`
	Expect       []Expectation              `yaml:"expect" doc:"what is claimed of the verdicts and metrics"`
	Columns      []string                   `yaml:"columns" lone:"true" doc:"metrics shown in the table; a choice by what happened when absent"`
	Tables       []string                   `yaml:"tables" lone:"true" one:"divergence|datacentres|capacity|growth|reads" doc:"tables shown besides: divergence, on how many keys replicas still lacked what they had missed when the last fault healed, some times after it; datacentres, how the clients of each were served; capacity, the writes that several leaders take by those that one takes, as the cost of remote updates has it and as measured; growth, the power of the number of leaders with which conflicts grow; reads, instead of a row for each cell, a row for each way of reading over the cases of fault, the first of which is none; how trees were compared is shown wherever they were"`
}

// Requirement is what must have happened in a run, in all cells or in some: a text
// alone, or with the cells that it applies to.
type Requirement struct {
	Need string `yaml:"need" required:"true" doc:"counter >= number"`
	When string `yaml:"when" default:"" doc:"the cells that it applies to, in terms of the scenario's fields: fault == \"partition\""`
}

// FromScalar reads a requirement that applies to all cells.
func (r *Requirement) FromScalar(text string) error {
	r.Need = text
	return nil
}

// Expectation claims something of a run, always, sometimes or never. Exactly one of
// the three is given.
type Expectation struct {
	Always    string `yaml:"always" default:"" doc:"true in every run: a checker (linearizable) or a comparison (availability >= 0.99); simrun show --metrics"`
	Sometimes string `yaml:"sometimes" default:"" doc:"true in at least one run of a sweep"`
	Never     string `yaml:"never" default:"" doc:"true in no run"`
	When      string `yaml:"when" default:"" doc:"the cells that it applies to, in terms of the scenario's fields: r + w > n"`
}

// faultEntry is one entry of the list of faults: at, for, and the fault's own keys.
type faultEntry any
