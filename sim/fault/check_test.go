package fault

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim/random"
)

func TestMistakes(t *testing.T) {
	negative := &random.Spec{Uniform: &random.Uniform{Low: -1}}
	n1 := Targets{"n1"}
	cases := []struct {
		fault Fault
		path  string
		text  string
	}{
		{Partition{}, "groups", "no groups are given"},
		{Partition{Groups: []Targets{n1}}, "groups", "one group is cut off from nothing"},
		{Partition{Groups: []Targets{n1, {}}}, "groups.1", "a group is empty"},
		{Partition{Groups: []Targets{n1, {"n2", "n1"}}}, "groups.1.1", "n1 is in two groups"},
		{Partition{Groups: []Targets{{rest}, {rest}}}, "groups.1.0", "rest is in two groups"},
		{Partition{Groups: []Targets{n1, {"random:0"}}}, "groups.1.0", "no target"},
		{Partition{Groups: []Targets{n1, {rest}}, Clients: "nowhere"}, "clients", `"nowhere" is not one of`},
		{OneWay{}, "from", "no target is given"},
		{OneWay{From: n1, To: Targets{rest}}, "to.0", "rest has a meaning in groups only"},
		{Bridge{Middle: n1, Sides: []Targets{n1}}, "sides", "one group"},
		{Bridge{Middle: Targets{""}}, "middle.0", "a target is empty"},
		{Isolate{}, "targets", "no target is given"},
		{Loss{}, "probability", "does nothing"},
		{Loss{Probability: 1, Links: Links{Both: true}}, "both", "every link"},
		{Loss{Probability: 1, Links: Links{From: Targets{"x:y"}}}, "from.0", "no target"},
		{Loss{Probability: 1, Links: Links{Classes: []string{"gossip"}}}, "classes", `"gossip"`},
		{Duplicate{}, "probability", "does nothing"},
		{Duplicate{Probability: 1, Spread: negative}, "spread.uniform.low", "negative"},
		{Reorder{Probability: 1}, "spread", "no spread"},
		{Reorder{Spread: spec(1)}, "probability", "does nothing"},
		{Delay{}, "", "neither add nor instead"},
		{Delay{Add: spec(1), Instead: spec(1)}, "instead", "both add and instead"},
		{Delay{Add: &random.Spec{}}, "add", "no distribution"},
		{Delay{Instead: negative}, "instead.uniform.low", "negative"},
		{Jam{Links{To: Targets{"leader:3"}}}, "to.0", "no target"},
		{Hold{}, "", "neither classes nor kinds"},
		{Hold{Links{Classes: []string{"none"}}}, "classes", `"none"`},
		{Late{Links{Both: true}}, "both", "every link"},
		{DatacentreCut{}, "places", "no place"},
		{DatacentreCut{Places: []Place{"a", ""}}, "places", "no name"},
		{DatacentreCut{Places: []Place{"a"}, From: []Place{"a"}}, "from", "from itself"},
		{Crash{}, "targets", "no target"},
		{Crash{Targets: Targets{"n1", rest}}, "targets.1", "groups only"},
		{Lose{}, "targets", "no target"},
		{Pause{}, "targets", "no target"},
		{Slow{Targets: n1}, "factor", "not above 0"},
		{Slow{Targets: n1, Factor: 1}, "factor", "three digits"},
		{Slow{Targets: n1, Factor: random.One}, "factor", "neither a factor other than 1 nor service"},
		{Slow{Targets: n1, Factor: 2_000_000 * random.One}, "factor", "above 1000000"},
		{Slow{Targets: n1, Factor: random.One, Service: negative}, "service.uniform.low", "negative"},
		{SlowDisk{Targets: n1, Factor: random.One}, "factor", "nor sync"},
		{Elect{}, "targets", "no target"},
		{Join{}, "targets", "no target"},
		{Leave{Targets: Targets{rest}}, "targets.0", "groups only"},
		{Replace{Member: n1}, "targets", "no target"},
		{Handover{To: n1}, "targets", "no target"},
		{Handover{Targets: n1, To: Targets{"n2", "n3"}}, "to", "one server"},
		{Handover{Targets: n1, To: Targets{rest}}, "to.0", "groups only"},
		{Replace{Targets: n1}, "member", "no target"},
		{Replace{Targets: Targets{"n1", "n2"}, Member: n1}, "targets", "one server"},
		{Replace{Targets: n1, Member: Targets{"n2", "n1"}}, "member", "its own place"},
		{Replace{Targets: Targets{"spare"}, Member: Targets{"spare"}}, "member", "its own place"},
		{CrashAt{Targets: n1}, "boundary", "is not one of"},
		{CrashAt{Targets: n1, Boundary: "after-sync", Skip: -1}, "skip", "below 0"},
		{FailSync{}, "targets", "no target"},
		{Corrupt{Targets: n1}, "share", "does nothing"},
		{Wipe{}, "targets", "no target"},
		{Rollback{Targets: n1}, "after", "not above 0"},
		{Rollback{After: time.Second}, "targets", "no target"},
		{Torn{}, "targets", "no target"},
		{ClockJump{Targets: n1}, "by", "does nothing"},
		{ClockJump{Targets: n1, By: -1 << 63}, "by", "farther"},
		{ClockDrift{Targets: n1}, "ppm", "does nothing"},
		{ClockDrift{Targets: n1, PPM: 1}, "ppm", "three digits"},
		{ClockDrift{Targets: n1, PPM: -1_000_000 * random.One}, "ppm", "not between"},
	}
	for _, c := range cases {
		err := c.fault.(interface{ Check() error }).Check()
		require.ErrorContains(t, err, c.text, Describe(c.fault))
		var placed interface{ Path() string }
		require.True(t, errors.As(err, &placed), Describe(c.fault))
		require.Equal(t, c.path, placed.Path(), Describe(c.fault))
	}
}

func TestHints(t *testing.T) {
	var hinted interface{ Hint() string }
	require.True(t, errors.As(Partition{Groups: []Targets{{"n1"}}}.Check(), &hinted))
	require.Equal(t, "add a group, such as [rest]", hinted.Hint())
}

func TestAims(t *testing.T) {
	require.Equal(t, []Mention{{Path: "targets.0", Name: "follower"}, {Path: "targets.2", Name: "spare"}},
		Aims(&Crash{Targets: Targets{"follower:2", "n1", "spare"}}))
	require.Equal(t, []Mention{{Path: "groups.1.0", Name: "rest"}}, Aims(Partition{Groups: []Targets{{"n1"}, {rest}}, Clients: "spread"}))
}

func TestMentions(t *testing.T) {
	cases := []struct {
		fault Fault
		want  []Mention
	}{
		{Crash{Targets: Targets{"leader", "random:2", "n1"}}, []Mention{{"targets.2", "n1", false}}},
		{&Crash{Targets: Targets{"n1"}}, []Mention{{"targets.0", "n1", false}}},
		{
			Partition{Groups: []Targets{{"n1", "c1"}, {rest, "datacentre:east"}}, Clients: "spread"},
			[]Mention{{"groups.0.0", "n1", false}, {"groups.0.1", "c1", false}, {"groups.1.1", "east", true}},
		},
		{
			Loss{Links: Links{From: Targets{"n1"}, To: Targets{"n2"}, Kinds: []string{"vote"}}},
			[]Mention{{"from.0", "n1", false}, {"to.0", "n2", false}},
		},
		{
			DatacentreCut{Places: []Place{"a"}, From: []Place{"b", "c"}},
			[]Mention{{"places.0", "a", true}, {"from.0", "b", true}, {"from.1", "c", true}},
		},
		{Delay{Add: &random.Spec{Preset: "lnkd-ssd"}}, nil},
		{MajoritiesRing{}, nil},
	}
	for _, c := range cases {
		require.Equal(t, c.want, Mentions(c.fault), Describe(c.fault))
	}
}

func TestDescribe(t *testing.T) {
	cases := []struct {
		fault Fault
		want  string
	}{
		{MajoritiesRing{}, "{kind: majorities-ring}"},
		{Crash{Targets: Targets{"leader"}, Torn: true}, "{kind: crash, targets: leader, torn: true}"},
		{&Crash{Targets: Targets{"n1", "datacentre:east"}}, "{kind: crash, targets: [n1, datacentre:east]}"},
		{Partition{Groups: []Targets{{"n1"}, {"n2", "n3"}}}, "{kind: partition, groups: [[n1], [n2, n3]]}"},
		{Loss{Probability: half(), Links: Links{From: Targets{"n1"}}}, "{kind: loss, probability: 0.5, from: n1}"},
		{Delay{Add: spec(2 * time.Millisecond)}, "{kind: delay, add: {constant: 2ms}}"},
		{Hold{Links{Kinds: []string{"a: b", "c"}}}, `{kind: hold, kinds: ["a: b", c]}`},
		{Slow{Targets: Targets{"n1"}, Factor: random.One / 2}, "{kind: slow, targets: n1, factor: 0.5}"},
		{ClockJump{Targets: Targets{"n1"}, By: -time.Minute}, "{kind: clock-jump, targets: n1, by: -1m0s}"},
		{CrashAt{Targets: Targets{"n1"}, Boundary: "after-sync", Skip: 3}, "{kind: crash-at, targets: n1, boundary: after-sync, skip: 3}"},
	}
	for _, c := range cases {
		require.Equal(t, c.want, Describe(c.fault))
	}
}
