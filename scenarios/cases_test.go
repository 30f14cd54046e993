package scenarios_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
)

// cased has an axis of cases beside an ordinary one.
const cased = `name: cased
protocol: {kind: dynamo, n: 3, r: 1, w: 1, coordinator: client}
workload: {kind: readwrite, clients: 2, rate: 50/s, keys: 4}
duration: 1s
cases:
  fault:
    healthy: {}
    crash: {faults: [{kind: crash, at: 200ms, for: 300ms, targets: n1}], quiet: 2s}
    cut:
      faults:
        - {kind: isolate, at: 100ms, for: 500ms, targets: [n1]}
grid: {protocol.r: [1, 2]}
requires:
  - "ops.ok >= 1"
  - {need: "isolate.injected >= 1", when: 'fault == "cut"'}
expect: [{always: "availability == 1", when: 'fault == "healthy"'}]
`

func TestCasesAreAnAxis(t *testing.T) {
	plan := loaded(t, cased)
	require.Len(t, plan.Cells, 6)
	require.Equal(t, []results.Setting{{Path: "case.fault", Value: "crash"}, {Path: "protocol.r", Value: "2"}}, plan.Cells[3].Set)
	require.Equal(t, "fault=crash r=2", results.Label(plan.Cells[3].Set))
	for i, faults := range []int{0, 0, 1, 1, 1, 1} {
		require.Len(t, plan.Cells[i].Scenario.Faults, faults)
	}
	quiet, _ := plan.Cells[2].Scenario.Value("quiet")
	require.Equal(t, "2s", quiet)
	quiet, _ = plan.Cells[4].Scenario.Value("quiet")
	require.Equal(t, "1s", quiet, "what one case sets is not there in another")
}

func TestRequirementsAreOfTheirCells(t *testing.T) {
	run := scenarios.Run(loaded(t, strings.Replace(cased, "isolate.injected >= 1", "isolate.injected >= 9", 1)), 1, scenarios.Tape{})
	for i, vacuous := range []bool{false, false, false, false, true, true} {
		require.Equal(t, vacuous, run.Cells[i].Vacuous(), i)
	}
}

func TestACaseIsChosen(t *testing.T) {
	for _, edits := range [][]scenarios.Edit{
		{{Path: "case.fault", Value: "cut"}},
		{{Path: "case.fault", Grid: []string{"cut"}}},
	} {
		plan, err := scenarios.Load("f.yaml", []byte(cased), edits...)
		require.NoError(t, err)
		require.Len(t, plan.Cells, 2)
		require.Equal(t, "isolate", scenarios.EntryOf(plan.Cells[0].Scenario.Faults[0]).Fault.Name())
	}
	plan := loaded(t, strings.Replace(cased, "grid: {", "grid: {case.fault: [cut, healthy], ", 1))
	require.Len(t, plan.Cells, 4)
	require.Equal(t, "cut", plan.Cells[0].Set[0].Value)
}

// Tables and conditions say fault and r where a change must say case.fault and protocol.r.
func TestAColumnsNameIsNoPath(t *testing.T) {
	for name, path := range map[string]string{"fault": "case.fault", "r": "protocol.r", "rate": "workload.rate"} {
		for _, e := range []scenarios.Edit{{Path: name, Value: "1"}, {Path: name, Grid: []string{"1"}}} {
			_, err := scenarios.Load("f.yaml", []byte(cased), e)
			require.ErrorContains(t, err, fmt.Sprintf("unknown key %q; did you mean %q?", name, path))
		}
	}
	for name, hint := range map[string]string{"duraton": `did you mean "duration"?`, "mode": "it belongs to", "sea": "known keys"} {
		_, err := scenarios.Load("f.yaml", []byte(cased), scenarios.Edit{Path: name, Value: "1"})
		require.ErrorContains(t, err, hint)
	}
}

// The command that replays a cell makes that cell alone.
func TestACaseReplays(t *testing.T) {
	run := scenarios.Run(loaded(t, cased), 1, scenarios.Tape{})
	require.Equal(t, "simrun run f.yaml --seed 1 --set case.fault=cut --set protocol.r=2", run.Cells[5].Replay)
	alone, err := scenarios.Load("f.yaml", []byte(cased),
		scenarios.Edit{Path: "case.fault", Value: "cut"}, scenarios.Edit{Path: "protocol.r", Value: "2"})
	require.NoError(t, err)
	require.Equal(t, run.Cells[5].Digest, scenarios.Run(alone, 1, scenarios.Tape{}).Digest)
}

func TestWhatACaseSetsCanBeSet(t *testing.T) {
	plan, err := scenarios.Load("f.yaml", []byte(cased), scenarios.Edit{Path: "cases.fault.cut.faults.0.at", Value: "50ms"})
	require.NoError(t, err)
	require.EqualValues(t, 50e6, scenarios.EntryOf(plan.Cells[4].Scenario.Faults[0]).At)
	_, err = scenarios.Load("f.yaml", []byte(cased), scenarios.Edit{Path: "faults.0.at", Value: "50ms"})
	require.ErrorContains(t, err, "set cases.fault.crash.faults.0.at")
}

// What the grid chooses comes before what is chosen for the whole: so --set is refused
// where a cell would set the same again, and goes where no cell does.
func TestWhatACellSetsIsNotSetInVain(t *testing.T) {
	const text = small + `cases:
  sizes:
    wide: {protocol.r: 3}
    fair: {quiet: 2s}
`
	set := scenarios.Edit{Path: "protocol.r", Value: "2"}
	for _, c := range []struct {
		more  string
		edits []scenarios.Edit
		ok    bool
	}{
		{more: "case: {sizes: fair}\ngrid: {case.sizes: [wide, fair]}\n"},
		{more: "case: {sizes: fair}\ngrid: {case.sizes: [\"wide\"]}\n"},
		{more: "case: {sizes: fair}\n", ok: true},
		{more: "case: {sizes: wide}\ngrid: {case.sizes: [fair]}\n", ok: true},
		{more: "case: {sizes: fair}\n", edits: []scenarios.Edit{{Path: "case.sizes", Value: "wide"}}},
		{more: "case: {sizes: fair}\n", edits: []scenarios.Edit{{Path: "case.sizes", Grid: []string{"fair", "wide"}}}},
		{more: "grid: {case.sizes: [wide, fair]}\n", edits: []scenarios.Edit{{Path: "case.sizes", Value: "fair"}}, ok: true},
	} {
		for _, edits := range [][]scenarios.Edit{append(c.edits[:len(c.edits):len(c.edits)], set), append([]scenarios.Edit{set}, c.edits...)} {
			_, err := scenarios.Load("f.yaml", []byte(text+c.more), edits...)
			if c.ok {
				require.NoError(t, err, c.more)
				continue
			}
			require.ErrorContains(t, err, "set cases.sizes.wide.protocol.r", c.more)
		}
	}
}

func TestCasesAreFields(t *testing.T) {
	for _, f := range loaded(t, cased).Fields() {
		if f.Path == "case.fault" {
			require.Equal(t, []string{"healthy", "crash", "cut"}, f.Allowed)
			return
		}
	}
	require.Fail(t, "the field case.fault is not listed")
}

// Where leaves combinations out, also those that could not run.
func TestWhereLeavesCellsOut(t *testing.T) {
	plan := loaded(t, small+"grid: {protocol.n: [1, 3], protocol.r: [1, 2, 3]}\nwhere: r <= n\n")
	require.Len(t, plan.Cells, 4)
	require.Equal(t, "n=1 r=1", results.Label(plan.Cells[0].Set))
}

func TestCaseRefusals(t *testing.T) {
	change := func(old, replacement string) string { return strings.Replace(cased, old, replacement, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"unknown key in a fault": {change("targets: n1", "target: n1"), `f.yaml:8:59: faults.0.target: unknown key; did you mean "targets"?`},
		"no such node":           {change("targets: [n1]", "targets: [n7]"), `f.yaml:11:60: faults.0.targets.0: there is no "n7"`},
		"unknown field":          {change("quiet: 2s", "quite: 2s"), `f.yaml:8:81: cases.fault.crash.quite: a case cannot set quite; did you mean "quiet"?`},
		"not of the run":         {change("quiet: 2s", "name: x"), `a case cannot set name`},
		"axis and case":          {change("quiet: 2s", "protocol.r: 2"), `protocol.r is an axis of the grid too`},
		"no such case":           {change("grid: {", "grid: {case.fault: [helthy], "), `there is no case of fault called "helthy"; did you mean "healthy"?`},
		"no such axis":           {cased + "case: {falt: cut}\n", `f.yaml:17:14: case.falt: there is no axis of cases called "falt"; did you mean "fault"?`},
		"name":                   {change("healthy: {}", "not-well: {}"), `"not-well" is no name`},
		"no cases":               {small + "cases: {fault: {}}\n", "needs at least one case"},
		"condition":              {change(`fault == "cut"`, `falt == "cut"`), `there is no field "falt"`},
		"no such cell":           {change(`fault == "cut"`, `fault == "cat"`), `no cell of the grid is such that fault == "cat"`},
		"met by every run":       {change(`need: "isolate.injected >= 1"`, `need: "isolate.injected >= 0"`), `"isolate.injected >= 0" is met by every run: counters begin at 0, so ask for 1 at least`},
		"impossible":             {change(`, when: 'fault == "cut"'`, ""), `with fault=healthy r=1 there is no fault of the kind isolate: this can never be; say when`},
		"unused":                 {change("grid: {", "grid: {case.fault: [healthy, cut], "), ""},
		"unused and wrong":       {strings.Replace(change("grid: {", "grid: {case.fault: [healthy, cut], "), "targets: n1", "target: n1", 1), `unknown key; did you mean "targets"?`},
		"nothing left":           {small + "where: r > n\n", `no combination of the grid is such that r > n`},
		"where":                  {small + "where: q > n\n", `where: there is no field "q"`},
		"twice in one case":      {change("quiet: 2s", "protocol.w: 2, protocol: {kind: dynamo, n: 3, w: 1}"), `cases.fault.crash.protocol: this case sets protocol.w too`},
		"axis called as a field": {cased[:strings.Index(cased, "cases:")] + "cases: {w: {one: {}}}\n", `cases.w: conditions that say w mean protocol.w: call the axis otherwise`},
		"two axes":               {change("grid:", "  more: {one: {quiet: 3s}}\ngrid:"), `the cases of more set it too`},
	} {
		_, err := scenarios.Load("f.yaml", []byte(c.text))
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.want, name)
	}
}

// A mistake elsewhere is the only one that is told: without its cases the rest of a
// scenario cannot be judged.
func TestMistakesBesidesCases(t *testing.T) {
	_, err := scenarios.Load("f.yaml", []byte(cased), scenarios.Edit{Path: "protocol.w", Value: "4"})
	require.EqualError(t, err, "--set protocol.w=4: protocol.w: 4 acknowledgements are asked for, but a key has only 3 homes")
}
