package fault

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/random"
)

func half() random.Probability { return 1 << 63 }

func spec(d time.Duration) *random.Spec {
	always := random.Always(d)
	return &always
}

// elected is a world of five servers, the first of them the leader of epoch 2 while
// the third still believes in epoch 1.
func elected() *fake {
	return newFake(5).lead(sim.Leader, Holder{Node: 1, Epoch: 2}, Holder{Node: 3, Epoch: 1}).
		lead(sim.Member, Holder{Node: 1}, Holder{Node: 2}, Holder{Node: 3}).lead(sim.Spare, Holder{Node: 5})
}

// powers lists for each fault the powers that it uses and those that undo it.
var powers = []struct {
	name    string
	fault   Fault
	inject  []string
	heal    []string // nil: there is no undo
	targets []sim.NodeID
	text    string
}{
	{
		"partition, groups by name and rest",
		Partition{Groups: []Targets{{"n1", "n4"}, {rest}}},
		[]string{"impose partition [n1 n4] [n2 n3 n5] Drop=true"},
		[]string{"lift partition"},
		[]sim.NodeID{1, 4, 2, 3, 5},
		"n1 n4 | n2 n3 n5",
	}, {
		"partition, nodes in no group",
		Partition{Groups: []Targets{{"n1"}, {"n2", "n3"}}, Clients: "everywhere"},
		[]string{"impose partition [n1] [n2 n3] Drop=true"},
		[]string{"lift partition"},
		[]sim.NodeID{1, 2, 3},
		"n1 | n2 n3",
	}, {
		"partition, a client on a side",
		Partition{Groups: []Targets{{"leader", "c1"}, {rest}}, Clients: "with-majority"},
		[]string{"impose partition [n1 c1] [n2 n3 n4 n5 c2] Drop=true"},
		[]string{"lift partition"},
		[]sim.NodeID{1, 6, 2, 3, 4, 5, 7},
		"n1 c1 | n2 n3 n4 n5 c2",
	}, {
		"partition, clients with the minority",
		Partition{Groups: []Targets{{rest}, {"n5"}}, Clients: "with-minority"},
		[]string{"impose partition [n1 n2 n3 n4] [n5 c1 c2] Drop=true"},
		[]string{"lift partition"},
		[]sim.NodeID{1, 2, 3, 4, 5, 6, 7},
		"n1 n2 n3 n4 | n5 c1 c2",
	}, {
		"partition, a node that two groups name",
		Partition{Groups: []Targets{{"leader"}, {"n1", "n2"}}},
		[]string{"impose partition [n1] [n2] Drop=true"},
		[]string{"lift partition"},
		[]sim.NodeID{1, 2},
		"n1 | n2",
	}, {
		"one-way",
		OneWay{From: Targets{"leader"}},
		[]string{"impose one-way From=n1 To=n2,n3,n4,n5 Drop=true"},
		[]string{"lift one-way"},
		[]sim.NodeID{1, 2, 3, 4, 5},
		"n1 -> n2 n3 n4 n5",
	}, {
		"one-way to some",
		OneWay{From: Targets{"n2"}, To: Targets{"clients"}},
		[]string{"impose one-way From=n2 To=c1,c2 Drop=true"},
		[]string{"lift one-way"},
		[]sim.NodeID{2, 6, 7},
		"n2 -> c1 c2",
	}, {
		"bridge",
		Bridge{Middle: Targets{"n3"}, Sides: []Targets{{"n1", "n2"}, {rest}}},
		[]string{"impose bridge [n1 n2] [n4 n5] Drop=true"},
		[]string{"lift bridge"},
		[]sim.NodeID{1, 2, 4, 5},
		"n1 n2 | n4 n5 across n3",
	}, {
		"isolate",
		Isolate{Targets: Targets{"n1", "n2"}},
		[]string{"impose isolate [n1] [n2] [n3 n4 n5] Drop=true"},
		[]string{"lift isolate"},
		[]sim.NodeID{1, 2},
		"n1 n2",
	}, {
		"isolate from clients",
		Isolate{Targets: Targets{"stale-leader"}, Clients: true},
		[]string{"impose isolate [n3] [n1 n2 n4 n5 c1 c2] Drop=true"},
		[]string{"lift isolate"},
		[]sim.NodeID{3},
		"n3",
	}, {
		"loss everywhere",
		Loss{Probability: half()},
		[]string{"impose loss Lose=0.5"},
		[]string{"lift loss"},
		nil, "0.5 * -> *",
	}, {
		"loss on a node's links",
		Loss{Probability: random.Certain, Links: Links{From: Targets{"n2"}, Both: true}},
		[]string{"impose loss From=n2 Both=true Lose=1"},
		[]string{"lift loss"},
		[]sim.NodeID{2},
		"1 n2 <-> *",
	}, {
		"duplicate",
		Duplicate{Probability: half(), Spread: spec(time.Second), Links: Links{To: Targets{"n1"}}},
		[]string{"impose duplicate To=n1 Duplicate=0.5 Add=1s"},
		[]string{"lift duplicate"},
		[]sim.NodeID{1},
		"0.5 * -> n1",
	}, {
		"duplicate without a spread",
		Duplicate{Probability: half()},
		[]string{"impose duplicate Duplicate=0.5"},
		[]string{"lift duplicate"},
		nil, "0.5 * -> *",
	}, {
		"reorder",
		Reorder{Probability: half(), Spread: spec(time.Second)},
		[]string{"impose reorder Reorder=0.5 Add=1s"},
		[]string{"lift reorder"},
		nil, "0.5 * -> *",
	}, {
		"delay added",
		Delay{Add: spec(time.Minute), Links: Links{From: Targets{"n1"}, To: Targets{"n2"}}},
		[]string{"impose delay From=n1 To=n2 Add=1m0s"},
		[]string{"lift delay"},
		[]sim.NodeID{1, 2},
		"n1 -> n2",
	}, {
		"delay instead",
		Delay{Instead: spec(time.Minute)},
		[]string{"impose delay Instead=1m0s"},
		[]string{"lift delay"},
		nil, "* -> *",
	}, {
		"jam",
		Jam{Links{From: Targets{"n1"}}},
		[]string{"impose jam From=n1 Hold=true"},
		[]string{"lift jam"},
		[]sim.NodeID{1},
		"n1 -> *",
	}, {
		"hold",
		Hold{Links{Classes: []string{"repair", "client"}, Kinds: []string{"vote"}}},
		[]string{"impose hold Classes=[repair client] Kinds=[vote] Hold=true"},
		[]string{"lift hold"},
		nil, "repair client vote * -> *",
	}, {
		"late", Late{}, []string{"impose late Late=true"}, []string{"lift late"}, nil, "* -> *",
	}, {
		"crash",
		Crash{Targets: Targets{"n2", "leader"}, Connections: true},
		[]string{"crash n2 true torn=false", "crash n1 true torn=false"},
		[]string{"restart n2", "restart n1"},
		[]sim.NodeID{2, 1},
		"n2 n1",
	}, {
		"torn crash",
		Crash{Targets: Targets{"n2"}, Torn: true},
		[]string{"tear n2 true", "crash n2 false torn=true", "tear n2 false"},
		[]string{"restart n2"},
		[]sim.NodeID{2},
		"n2",
	}, {
		"lose",
		Lose{Targets: Targets{"n2"}},
		[]string{"crash n2 false torn=false", "retire n2"},
		nil,
		[]sim.NodeID{2},
		"n2",
	}, {
		"pause",
		Pause{Targets: Targets{"servers"}},
		[]string{"pause n1", "pause n2", "pause n3", "pause n4", "pause n5"},
		[]string{"resume n1", "resume n2", "resume n3", "resume n4", "resume n5"},
		[]sim.NodeID{1, 2, 3, 4, 5},
		"n1 n2 n3 n4 n5",
	}, {
		"slow by a factor",
		Slow{Targets: Targets{"n1"}, Factor: 5 * random.One / 2},
		[]string{"slow n1 2500"},
		[]string{"end slow n1"},
		[]sim.NodeID{1},
		"n1 by 2.5",
	}, {
		"slow by a distribution",
		Slow{Targets: Targets{"n1"}, Factor: random.One, Service: spec(time.Second)},
		[]string{"slow n1 1000 1s"},
		[]string{"end slow n1"},
		[]sim.NodeID{1},
		"n1 by 1",
	}, {
		"elect", Elect{Targets: Targets{"n2"}}, []string{"elect n2"}, nil, []sim.NodeID{2}, "n2",
	}, {
		"join", Join{Targets: Targets{"spare"}}, []string{"join n5"}, nil, []sim.NodeID{5}, "n5",
	}, {
		"leave", Leave{Targets: Targets{"n2", "n3"}}, []string{"leave n2", "leave n3"}, nil, []sim.NodeID{2, 3}, "n2 n3",
	}, {
		"replace",
		Replace{Targets: Targets{"spare"}, Member: Targets{"n2"}},
		[]string{"join n5 for n2"},
		nil,
		[]sim.NodeID{5, 2},
		"n5 for n2",
	}, {
		"handover", Handover{Targets: Targets{"leader"}}, []string{"handover n1"}, nil, []sim.NodeID{1}, "n1",
	}, {
		"handover to one",
		Handover{Targets: Targets{"leader"}, To: Targets{"n3"}},
		[]string{"handover n1 to n3"},
		nil,
		[]sim.NodeID{1},
		"n1 to n3",
	}, {
		"crash-at that did not strike",
		CrashAt{Targets: Targets{"n2"}, Boundary: "after-send", Skip: 7},
		[]string{"crash-at n2 3 7"},
		[]string{"disarm n2"},
		[]sim.NodeID{2},
		"n2 after-send after 7",
	}, {
		"slow-disk",
		SlowDisk{Targets: Targets{"n1"}, Factor: random.One, Sync: spec(time.Second)},
		[]string{"slow-sync n1 1000 1s"},
		[]string{"end slow-sync n1"},
		[]sim.NodeID{1},
		"n1 by 1",
	}, {
		"fail-sync",
		FailSync{Targets: Targets{"n1"}},
		[]string{"fail-syncs n1 true"},
		[]string{"fail-syncs n1 false"},
		[]sim.NodeID{1},
		"n1",
	}, {
		"corrupt",
		Corrupt{Targets: Targets{"n1", "n2"}, Share: half(), File: "log"},
		[]string{`corrupt n1 "log" 0.5`, `corrupt n2 "log" 0.5`},
		nil,
		[]sim.NodeID{1, 2},
		"n1 n2 (6 records)",
	}, {
		"wipe",
		Wipe{Targets: Targets{"n1"}},
		[]string{"crash n1 false torn=false", "wipe n1"},
		[]string{"restart n1"},
		[]sim.NodeID{1},
		"n1",
	}, {
		"rollback that ends early",
		Rollback{Targets: Targets{"n1"}, After: time.Second},
		[]string{"snapshot n1"},
		[]string{},
		[]sim.NodeID{1},
		"n1 after 1s",
	}, {
		"torn",
		Torn{Targets: Targets{"n1"}},
		[]string{"tear n1 true"},
		[]string{"tear n1 false"},
		[]sim.NodeID{1},
		"n1",
	}, {
		"clock-jump",
		ClockJump{Targets: Targets{"n1"}, By: -time.Second},
		[]string{"jump n1 -1s"},
		[]string{"jump n1 1s"},
		[]sim.NodeID{1},
		"n1 by -1s",
	}, {
		"clock-drift",
		ClockDrift{Targets: Targets{"n1"}, PPM: -random.One / 2},
		[]string{"drift n1 -500"},
		[]string{"drift n1 500"},
		[]sim.NodeID{1},
		"n1 by -0.5 ppm",
	},
}

func TestEachFaultUsesItsPowersAndTakesThemBack(t *testing.T) {
	for _, c := range powers {
		t.Run(c.name, func(t *testing.T) {
			w := elected()
			before := w.force()
			require.NoError(t, c.fault.(interface{ Check() error }).Check())
			done, ok := c.fault.Inject(w)
			require.True(t, ok)
			require.Equal(t, c.inject, w.calls)
			require.Equal(t, c.targets, done.Targets)
			require.Equal(t, c.text, done.Text)
			if c.heal == nil {
				require.Nil(t, done.Heal)
				return
			}
			w.calls = []string{}
			done.Heal()
			require.Equal(t, c.heal, w.calls)
			require.Equal(t, before, w.force())
		})
	}
}

func TestWhoIsDownCannotAskToJoin(t *testing.T) {
	for _, f := range []Fault{
		Join{Targets: Targets{"n5"}}, Handover{Targets: Targets{"n5"}}, Leave{Targets: Targets{"n5"}}, Replace{Targets: Targets{"n5"}, Member: Targets{"n1"}},
	} {
		w := elected()
		w.down[5] = 1
		_, ok := f.Inject(w)
		require.False(t, ok, f.Name())
		require.Empty(t, w.calls)
	}
	w := elected()
	w.down[1] = 1
	_, ok := Replace{Targets: Targets{"n5"}, Member: Targets{"n1"}}.Inject(w)
	require.True(t, ok, "who is replaced may well be down")
}

func TestEveryKindHasACase(t *testing.T) {
	seen := map[string]bool{"majorities-ring": true, "datacentre-cut": true} // below
	for _, c := range powers {
		seen[c.fault.Name()] = true
	}
	names := map[string]bool{}
	for _, kind := range Kinds() {
		require.True(t, seen[kind.Name], kind.Name)
		require.False(t, names[kind.Name], "%s is there twice", kind.Name)
		names[kind.Name] = true
		require.Equal(t, kind.Name, kind.New().Name())
		require.NotEmpty(t, kind.Doc)
		require.NotNil(t, kind.drawn)
	}
}

func TestWithoutAHolderNothingIsDone(t *testing.T) {
	none := Targets{"n1", "leader"}
	for _, f := range []Fault{
		Partition{Groups: []Targets{none, {rest}}},
		OneWay{From: none},
		OneWay{From: Targets{"n1"}, To: none},
		Bridge{Middle: none},
		Isolate{Targets: none},
		Loss{Links: Links{From: none}},
		Loss{Links: Links{To: none}},
		Crash{Targets: none},
		Lose{Targets: none},
		Pause{Targets: none},
		Corrupt{Targets: none},
		Rollback{Targets: none},
		Partition{Groups: []Targets{{"servers"}, {rest}}},
		Isolate{Targets: Targets{"servers"}, Clients: false},
		DatacentreCut{Places: []Place{"east"}},
	} {
		w := newFake(1)
		done, ok := f.Inject(w)
		require.False(t, ok, Describe(f))
		require.Zero(t, done.Text)
		require.Nil(t, done.Heal)
		require.Empty(t, w.calls, Describe(f))
	}
}

func TestCrashAtRestartsWhatItHasCrashed(t *testing.T) {
	w := newFake(3)
	done, _ := CrashAt{Targets: Targets{"n2"}, Boundary: "before-sync"}.Inject(w)
	w.pass()
	require.False(t, w.Up(2))
	done.Heal()
	require.True(t, w.Up(2))
	require.Equal(t, "restart n2", w.calls[len(w.calls)-1])
}

func TestRollbackRestoresTheCopyThatItTook(t *testing.T) {
	w := newFake(3)
	w.now = time.Second
	first, _ := Rollback{Targets: Targets{"n2"}, After: 3 * time.Second}.Inject(w)
	w.advance(time.Second)
	second, _ := Rollback{Targets: Targets{"n2"}, After: time.Second}.Inject(w)
	w.advance(time.Second)
	require.Equal(t, "restore n2 of 2s", w.calls[len(w.calls)-1])
	w.advance(time.Second)
	require.Equal(t, "restore n2 of 1s", w.calls[len(w.calls)-1])
	first.Heal()
	require.False(t, w.Up(2), "the second still holds it down")
	second.Heal()
	require.True(t, w.Up(2))
}

func TestRollbackThatEndedDoesNotStrike(t *testing.T) {
	w := newFake(3)
	done, _ := Rollback{Targets: Targets{"n2"}, After: time.Second}.Inject(w)
	done.Heal()
	w.advance(time.Minute)
	require.Equal(t, []string{"snapshot n2"}, w.calls)
}

func TestBridgeDrawsHalves(t *testing.T) {
	for seed := range uint64(50) {
		w := newFake(6)
		w.seed = seed
		done, ok := Bridge{}.Inject(w)
		require.True(t, ok)
		groups := w.rules[1].Groups
		require.Len(t, groups, 2)
		require.Len(t, groups[0], 2)
		require.Len(t, groups[1], 3)
		require.Len(t, appendNew(nil, done.Targets), 5)
	}
	_, ok := Bridge{}.Inject(newFake(2))
	require.False(t, ok)
}

func TestMajoritiesRing(t *testing.T) {
	for n := 1; n <= 12; n++ {
		w := newFake(n)
		w.seed = uint64(n)
		done, ok := MajoritiesRing{}.Inject(w)
		require.Equal(t, n >= 4, ok, "%d servers", n)
		if !ok {
			continue
		}
		seen := map[string]bool{}
		for _, id := range w.Servers() {
			sees := w.Servers()
			for _, rule := range w.rules {
				require.True(t, rule.Drop)
				if rule.From[0] == id {
					sees = without(sees, rule.To)
				} else if len(without(rule.To, []sim.NodeID{id})) < len(rule.To) {
					require.NotContains(t, hears(w, id), rule.From[0], "cuts are in both directions")
				}
			}
			require.Contains(t, sees, id)
			require.Greater(t, 2*len(sees), n, "%d servers: %s sees a majority", n, w.Name(id))
			require.Less(t, len(sees), n)
			require.False(t, seen[spell(w, sees)], "no two see the same")
			seen[spell(w, sees)] = true
		}
		done.Heal()
		require.Empty(t, w.rules)
	}
}

// hears gives the servers to which a node's messages are not cut.
func hears(w *fake, id sim.NodeID) []sim.NodeID {
	all := w.Servers()
	for _, rule := range w.rules {
		if rule.From[0] == id {
			all = without(all, rule.To)
		}
	}
	return all
}

func TestDatacentreCut(t *testing.T) {
	cases := []struct {
		fault  DatacentreCut
		groups string
	}{
		{DatacentreCut{Places: []Place{"east"}}, "[n1 n2 c1] [n3 n4]"},
		{DatacentreCut{Places: []Place{"west", "north"}}, "[n3 n4] [n1 n2 c1]"},
		{DatacentreCut{Places: []Place{"east"}, From: []Place{"north"}}, "[n1 n2 c1] [n4]"},
	}
	for _, c := range cases {
		w := newFake(5)
		w.places = []string{"east", "east", "west", "north", "", "east", ""}
		done, ok := c.fault.Inject(w)
		require.True(t, ok)
		require.Equal(t, []string{"impose datacentre-cut " + c.groups + " Drop=true"}, w.calls)
		done.Heal()
		require.Empty(t, w.rules)
	}
}

func TestSpreadClientsHangOnTheirNames(t *testing.T) {
	sideOf := func(seed uint64, names ...string) map[string]int {
		w := newFake(5)
		w.seed, w.names = seed, append(w.names[:5:5], names...)
		_, ok := Partition{Groups: []Targets{{"n1"}, {rest}}, Clients: "spread"}.Inject(w)
		require.True(t, ok)
		found := map[string]int{}
		for side, group := range w.rules[1].Groups {
			for _, id := range group {
				found[w.Name(id)] = side
			}
		}
		return found
	}
	moved := 0
	for seed := range uint64(64) {
		two, three := sideOf(seed, "c1", "c2"), sideOf(seed, "c0", "c1", "c2")
		require.Equal(t, two["c1"], three["c1"])
		require.Equal(t, two["c2"], three["c2"])
		moved += three["c0"]
	}
	require.InDelta(t, 32, moved, 20)
}

func TestClientsBesideGroupsOfOneSize(t *testing.T) {
	groups := []Targets{{"n1"}, {"n2"}, {"n3"}}
	for _, c := range []struct{ clients, want string }{
		{"with-majority", "[n1 c1 c2] [n2] [n3]"}, {"with-minority", "[n1] [n2] [n3 c1 c2]"},
	} {
		w := newFake(3)
		_, ok := Partition{Groups: groups, Clients: c.clients}.Inject(w)
		require.True(t, ok)
		require.Equal(t, []string{"impose partition " + c.want + " Drop=true"}, w.calls)
	}
}
