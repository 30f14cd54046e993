package scenarios_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
	"simrun/scenarios/internal/strict"
)

const small = `name: small
protocol: {kind: dynamo, n: 3, r: 1, w: 1, coordinator: client}
workload: {kind: readwrite, clients: 2, rate: 50/s, keys: 4}
duration: 1s
`

func TestTheSchemaIsSound(t *testing.T) {
	require.NoError(t, strict.Sound(new(scenarios.Scenario), scenarios.Options()))
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"misspelt key":  {small + "duraton: 2s\n", `f.yaml:5:1: duraton: unknown key; did you mean "duration"?`},
		"unit":          {strings.Replace(small, "1s", "1", 1), `f.yaml:4:11: duration: "1" has no unit; did you mean "1s"?`},
		"quorum":        {strings.Replace(small, "r: 1", "r: 4", 1), `f.yaml:2:`},
		"homes":         {small + "topology: {nodes: 2}\n", `there are only 2 nodes`},
		"unit, warm up": {small + "warm_up: 2\n", `warm_up: "2" has no unit; did you mean "2s"?`},
		"unit, timeout": {strings.Replace(small, "rate: ", "timeout: 12, rate: ", 1), `workload.timeout: "12" has no unit; did you mean "12ms"?`},
		"no such node":  {small + "faults: [{kind: crash, at: 100ms, targets: n4}]\n", `there is no "n4"; did you mean`},
		"no such word":  {small + "faults: [{kind: crash, at: 100ms, targets: primary}]\n", `there is no "primary"; simrun show --targets lists`},
		"late fault":    {small + "faults: [{kind: crash, at: 2s, targets: n1}]\n", `2s is not before the end of the work at 1s`},
		"no such fault": {small + "faults: [{kind: crush, at: 0s, targets: n1}]\n", `did you mean "crash"?`},
		"negative":      {small + "topology: {link: {latency: -1ms}}\n", `f.yaml:5:`},
		"claim":         {small + "expect: [{never: stale_read}]\n", `did you mean "stale_reads"?`},
		"two modes":     {small + "expect: [{never: stale_reads, always: converged}]\n", `one of always, sometimes and never`},
		"condition":     {small + "expect: [{never: stale_reads, when: \"q > 1\"}]\n", `there is no field "q"`},
		"counter":       {small + "requires: [\"crash.inject >= 1\"]\n", `did you mean "crash.injected"?`},
		"column":        {small + "columns: [stale_shere]\n", `did you mean "stale_share"?`},
		"empty axis":    {small + "grid: {protocol.r: []}\n", `an axis needs at least one value`},
		"axis":          {small + "grid: {protocol.q: [1]}\n", `protocol.q`},
		"too much":      {strings.Replace(small, "1s", "900h", 1) + "topology: {nodes: 900}\n", `are more than a run can hold`},
		"warm up":       {small + "warm_up: 1s\n", `lasts as long as the whole work`},
		"nemesis joins": {small + "nemesis: {kinds: [crash, join]}\n", `nemesis.kinds.1: here nobody can join or leave`},
		"nemesis leave": {small + "nemesis: {kinds: [leave]}\n", `nemesis.kinds.0: here nobody can join or leave`},
		"no spare":      {small + "faults: [{kind: crash, at: 0s, targets: [n1, spare]}]\n", `faults.0.targets.1: nobody is a spare`},
		"no member":     {small + "faults: [{kind: isolate, at: 0s, targets: [member]}]\n", `faults.0.targets.0: nobody is a member`},
		"all members":   {strings.Replace(small, "r: 1,", "r: 1, members: 3,", 1) + "faults: [{kind: crash, at: 0s, targets: spare}]\n", `nobody is a spare: every server is a member`},
		"own place":     {small + "faults: [{kind: replace, at: 0s, targets: n3, member: n3}]\n", `no server takes its own place`},
		"no datatype":   {strings.Replace(small, "r: 1,", "r: 1, type: counter,", 1), `protocol.type: dvv keeps values that only their readers understand`},
		"join":          {small + "faults: [{kind: join, at: 0s, targets: n1}]\n", `nobody can join or leave`},
		"handover":      {small + "faults: [{kind: handover, at: 0s, targets: n1}]\n", `here no leader hands its lead over`},
		"drawn":         {small + "nemesis: {kinds: [handover]}\n", `nemesis.kinds.0: here no leader hands its lead over`},
		"slow":          {small + "faults: [{kind: slow, at: 0s, targets: n1, factor: 10}]\n", `no server has one`},
		"slow disk":     {small + "faults: [{kind: slow-disk, at: 0s, targets: n1, factor: 10}]\n", `syncs take none`},
		"slow writes":   {small + "topology: {server: {writes: [{records: log, sync: 0ms}]}}\nfaults: [{kind: slow-disk, at: 0s, targets: n1, factor: 10}]\n", `syncs take none`},
		"what writes":   {small + "topology: {server: {writes: [{sync: 1ms}]}}\n", `records`},
		"writes' law":   {small + "topology: {server: {writes: [{records: log, sync: {uniform: {low: 2ms, high: 1ms}}}]}}\n", `f.yaml:5:`},
		"ring":          {small + "faults: [{kind: majorities-ring, at: 0s}]\n", `needs at least 4 servers`},
		"tokens":        {strings.Replace(small, "keys: 4", "keys: 4, tokens: true", 1), `knows no session tokens`},
		"roam":          {strings.Replace(small, "keys: 4", "keys: 4, roam: 1", 1), `there is nowhere else to go`},
		"read path":     {strings.Replace(small, "keys: 4", "keys: 4, read_at: leader", 1), `serves every read by its quorum`},
		"cas":           {strings.Replace(small, "keys: 4", "keys: 4, cas: 0.1", 1), `no compare-and-set`},
		"write back":    {collected("write: cas"), `has no compare-and-set`},
		"merge":         {collected("merge: server"), `its clients must merge`},
		"data type":     {strings.Replace(small, "w: 1", "w: 1, versions: crdt", 1), `this protocol's keys hold a set: use kind: collection`},
		"other type":    {strings.Replace(collected("merge: server"), "w: 1", "w: 1, versions: crdt, type: counter", 1), `this protocol's keys hold a counter`},
		"reader merges": {strings.Replace(collected("merge: cart"), "w: 1", "w: 1, versions: crdt", 1), `this protocol merges itself: use server`},
		"commands":      {strings.Replace(small, "kind: readwrite, clients: 2, rate: 50/s, keys: 4", "kind: statements", 1), `this protocol executes no commands`},
		"two clients":   {strings.Replace(small, "kind: dynamo, n: 3, r: 1, w: 1, coordinator: client", "kind: abd, writers: one", 1), `workload.clients: one client alone may write here`},
		"no commands":   {strings.Replace(small, "kind: dynamo, n: 3, r: 1, w: 1, coordinator: client", "kind: statements", 1), `this protocol executes commands alone`},
		"two writers":   {strings.Replace(small, "kind: dynamo, n: 3, r: 1, w: 1, coordinator: client", "kind: statements, ship: pages, leaders: 2", 1), `a physical log has one writer`},
		"datacentres":   {small + "topology: {nodes: 3, datacentres: [{name: east, nodes: 2}]}\n", `have 2 nodes in all`},
	} {
		_, err := scenarios.Load("f.yaml", []byte(c.text))
		require.ErrorContains(t, err, c.want, name)
	}
}

func TestADiskThatIsSlowForSomeWritesCanBeSlower(t *testing.T) {
	_, err := scenarios.Load("f.yaml", []byte(small+"topology: {server: {writes: [{records: log, sync: 1ms}]}}\nfaults: [{kind: slow-disk, at: 0s, targets: n1, factor: 10}]\n"))
	require.NoError(t, err)
}

func TestSetReplacesAnAxis(t *testing.T) {
	plan := shipped(t, "quorum-overlap", scenarios.Edit{Path: "protocol.r", Value: "2"})
	require.Len(t, plan.Cells, 3)
	value, _ := plan.Cells[0].Scenario.Value("protocol.r")
	require.Equal(t, "2", value)
}

func TestGridIsEveryCombinationLastAxisFastest(t *testing.T) {
	plan := shipped(t, "quorum-overlap")
	require.Len(t, plan.Cells, 9)
	require.Equal(t, []results.Setting{{Path: "protocol.r", Value: "1"}, {Path: "protocol.w", Value: "2"}}, plan.Cells[1].Set)
}

func FuzzLoad(f *testing.F) {
	f.Add(small)
	for _, name := range scenarios.Names() {
		text, _ := scenarios.Shipped(name)
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 4096 {
			_, _ = scenarios.Load("f.yaml", []byte(text))
		}
	})
}

func TestProblemsOfAllSectionsComeInOnePass(t *testing.T) {
	_, err := scenarios.Load("f.yaml", []byte(`name: all
protocol: {kind: dynamo, n: 3, r: 5, vresions: dvv}
workload: {kind: readwrite, clients: 2, rate: -1/s}
faults: [{kind: crash, at: 1s, targets: n33}]
duration: 10s
requires: ["crash.inject >= 1"]
expect: [{never: stale_raeds}, {never: stale_reads, when: "q > 1"}]
`))
	for _, want := range []string{"vresions", "rate", "n33", "crash.inject", "stale_raeds", "there is no field"} {
		require.ErrorContains(t, err, want)
	}
}

func TestAClaimAboutNoCellIsRefused(t *testing.T) {
	_, err := scenarios.Load("f.yaml", []byte(small+"expect: [{never: stale_reads, when: \"r > 2\"}]\n"))
	require.ErrorContains(t, err, "no cell of the grid is such that r > 2")
}

func TestNegativeSizesArePatientlyRefused(t *testing.T) {
	_, err := scenarios.Load("f.yaml", []byte(strings.Replace(small, "clients: 2", "clients: -4", 1)))
	require.ErrorContains(t, err, "clients")
}

// collected is the small scenario with a collection.
func collected(how string) string {
	return strings.Replace(small, "kind: readwrite", "kind: collection, "+how, 1)
}
