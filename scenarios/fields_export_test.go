package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// crashing has one cell, so that it loads quickly.
const crashing = `
name: crashing
protocol: {kind: dynamo, n: 3, r: 2}
workload: {kind: readwrite}
faults: [{kind: crash, at: 7s, targets: [n2]}]
`

// What is shown of a scenario can be set: to what it is, without any change.
func TestFieldsCanBeSet(t *testing.T) {
	plan, err := Load("crashing", []byte(crashing))
	require.NoError(t, err)
	set := 0
	for _, f := range plan.Fields() {
		value, has := plan.Scenario.Value(f.Path)
		if !has || f.Default != value || f.Type == "text" {
			continue
		}
		changed, err := Load("crashing", []byte(crashing), Edit{Path: f.Path, Value: value})
		require.NoError(t, err, f.Path)
		again, _ := changed.Scenario.Value(f.Path)
		require.Equal(t, value, again, f.Path)
		set++
	}
	require.Greater(t, set, 30)
}

func TestFieldsAreOfTheKindsInUse(t *testing.T) {
	plan, err := Load("crashing", []byte(crashing))
	require.NoError(t, err)
	values := map[string]string{}
	for _, f := range plan.Fields() {
		require.NotContains(t, values, f.Path)
		require.False(t, f.Required, f.Path)
		values[f.Path] = f.Default
	}
	require.Equal(t, "dynamo", values["protocol.kind"])
	require.Equal(t, "2", values["protocol.r"])
	require.Equal(t, "7s", values["faults.0.at"])
	require.NotContains(t, values, "protocol.mode")
	require.NotContains(t, values, "faults.1.at")
	_, has := plan.Scenario.Value("protocol.mode")
	require.False(t, has)
}

func TestSchemaAndFieldList(t *testing.T) {
	schema, err := Schema()
	require.NoError(t, err)
	require.Contains(t, string(schema), `"read_repair"`)
	var paths []string
	for _, f := range FieldList() {
		paths = append(paths, f.Path)
	}
	require.Subset(t, paths, []string{"protocol[dynamo].r", "protocol[leader-follower].mode", "faults[crash].at", "expect[].never"})
}

// A shortened plan ends early and drops the faults that would come later.
func TestShorten(t *testing.T) {
	plan, err := Load("x", []byte(`
name: x
protocol: {kind: dynamo}
workload: {kind: readwrite, clients: 2, rate: 50/s}
faults:
  - {kind: crash, at: 1s, for: 1s, targets: [n2]}
  - {kind: crash, at: 7s, targets: [n3]}
duration: 10s
warm_up: 5s
`))
	require.NoError(t, err)
	long := Run(plan, 1, Tape{})
	plan.Shorten(2 * time.Second)
	short := Run(plan, 1, Tape{})
	require.Less(t, short.Virtual, long.Virtual)
	require.Less(t, short.Events, long.Events/2)
	require.Len(t, plan.Cells[0].Scenario.Faults, 1)
	require.Less(t, plan.Cells[0].Scenario.WarmUp, 2*time.Second)
	require.Len(t, plan.Scenario.Faults, 2, "the plan's own scenario stays")
	plan.Shorten(time.Hour)
	require.Equal(t, short.Digest, Run(plan, 1, Tape{}).Digest, "longer than it is changes nothing")
}
