package fault

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

func TestTargets(t *testing.T) {
	leader := func(w *fake, holders ...Holder) { w.lead(sim.Leader, holders...) }
	down := func(w *fake, id sim.NodeID) { w.Crash(id, false) }
	cases := []struct {
		name    string
		targets Targets
		world   func(w *fake)
		want    string // "" where nobody holds it
	}{
		{"a server", Targets{"n2"}, nil, "n2"},
		{"a client", Targets{"c1"}, nil, "c1"},
		{"several, each once", Targets{"n3", "n1", "n3"}, nil, "n3 n1"},
		{"a server that is down", Targets{"n2"}, func(w *fake) { down(w, 2) }, "n2"},
		{"nobody of that name", Targets{"n1", "n9"}, nil, ""},
		{"all", Targets{"all"}, nil, "n1 n2 n3 n4 n5 c1 c2"},
		{"servers", Targets{"servers"}, nil, "n1 n2 n3 n4 n5"},
		{"clients", Targets{"clients"}, nil, "c1 c2"},
		{"more than there are", Targets{"random:9"}, nil, "n1 n2 n3 n4 n5"},
		{"a place", Targets{"datacentre:east"}, nil, "n1 n2"},
		{"a place where nobody is", Targets{"datacentre:moon"}, nil, ""},

		{"no leader", Targets{"leader"}, nil, ""},
		{"the leader", Targets{"leader"}, func(w *fake) { leader(w, Holder{4, 0, 7}) }, "n4"},
		{
			"the newest leader",
			Targets{"leader"},
			func(w *fake) { leader(w, Holder{2, 0, 8}, Holder{4, 0, 7}) }, "n2",
		},
		{
			"every group's newest leader",
			Targets{"leaders"},
			func(w *fake) { leader(w, Holder{2, 0, 8}, Holder{4, 1, 7}, Holder{2, 2, 7}, Holder{5, 1, 3}) }, "n2 n4",
		},
		{"no stale leader", Targets{"stale-leader"}, func(w *fake) { leader(w, Holder{4, 0, 7}) }, ""},
		{
			"two groups' leaders are not stale",
			Targets{"stale-leader"},
			func(w *fake) { leader(w, Holder{4, 0, 7}, Holder{5, 1, 3}) }, "",
		},
		{
			"the stale leader",
			Targets{"stale-leader"},
			func(w *fake) { leader(w, Holder{2, 0, 8}, Holder{4, 0, 7}) }, "n4",
		},
		{
			"stale here but leading there is not stale",
			Targets{"stale-leader"},
			func(w *fake) { leader(w, Holder{2, 0, 8}, Holder{4, 1, 8}, Holder{4, 0, 7}) }, "",
		},

		{"nobody follows nobody", Targets{"follower:9"}, nil, ""},
		{"followers", Targets{"follower:9"}, func(w *fake) { leader(w, Holder{4, 0, 7}) }, "n1 n2 n3 n5"},
		{
			"living followers",
			Targets{"follower:9"},
			func(w *fake) { leader(w, Holder{4, 0, 7}); down(w, 1) }, "n2 n3 n5",
		},
		{
			"stated followers",
			Targets{"follower:9"},
			func(w *fake) {
				leader(w, Holder{4, 0, 7})
				w.lead(sim.Follower, Holder{2, 0, 7}, Holder{4, 0, 6}, Holder{5, 0, 7})
			}, "n2 n5",
		},
		{"no coordinator", Targets{"coordinator"}, nil, ""},
		{"the coordinator", Targets{"coordinator"}, func(w *fake) { w.lead(sim.Coordinator, Holder{Node: 3}) }, "n3"},
		{"the learner", Targets{"learner"}, func(w *fake) { w.lead(sim.Learner, Holder{Node: 3}) }, "n3"},
		{"the hint holder", Targets{"hint-holder"}, func(w *fake) { w.lead(sim.HintHolder, Holder{Node: 3}) }, "n3"},
		{"a member", Targets{"member"}, func(w *fake) { w.lead(sim.Member, Holder{Node: 4}) }, "n4"},
		{"a spare", Targets{"spare"}, func(w *fake) { w.lead(sim.Spare, Holder{Node: 5}) }, "n5"},
		{"no spare", Targets{"spare"}, nil, ""},
		{"no leader, no minority with it", Targets{"minority-with-leader"}, nil, ""},
		{"no leader, no majority without it", Targets{"majority-without-leader"}, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newFake(5)
			w.places = []string{"east", "east", "west", "west", "west", "east", ""}
			if c.world != nil {
				c.world(w)
			}
			ids, ok := c.targets.resolve(w)
			require.Equal(t, c.want, spell(w, ids))
			require.Equal(t, c.want != "", ok)
		})
	}
}

func TestDrawnTargetsOfRoles(t *testing.T) {
	seen := map[sim.NodeID]bool{}
	for seed := range uint64(64) {
		w := newFake(5).lead(sim.Coordinator, Holder{2, 0, 5}, Holder{2, 1, 5}, Holder{4, 0, 3})
		w.seed = seed
		ids, ok := Targets{"coordinator"}.resolve(w)
		require.True(t, ok)
		require.Len(t, ids, 1)
		seen[ids[0]] = true
	}
	require.Equal(t, map[sim.NodeID]bool{2: true, 4: true}, seen)
}

func TestMinoritiesAndMajoritiesAreComplements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "servers")
		w := newFake(n)
		w.seed = rapid.Uint64().Draw(t, "seed")
		leader := sim.NodeID(rapid.IntRange(1, n).Draw(t, "leader"))
		w.lead(sim.Leader, Holder{Node: leader, Epoch: 1})
		for _, pair := range [][2]Target{{"minority", "majority"}, {"minority-with-leader", "majority-without-leader"}} {
			few, _ := Targets{pair[0]}.resolve(w)
			many, _ := Targets{pair[1]}.resolve(w)
			if n < 3 {
				require.Empty(t, few, "of %d servers no minority is anyone", n)
				continue
			}
			require.Len(t, few, (n-1)/2)
			require.Greater(t, 2*len(many), n)
			both := append(slices.Clone(few), many...)
			slices.Sort(both)
			require.Equal(t, w.Servers(), both)
			if pair[0] != "minority" {
				require.Contains(t, few, leader)
			}
		}
	})
}

// More servers may take the place of a choice, but never move it to another of the
// old ones.
func TestChoicesHangOnNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "servers")
		small, large := newFake(n), newFake(n+1)
		small.seed = rapid.Uint64().Draw(t, "seed")
		large.seed = small.seed
		one, _ := Targets{"random"}.resolve(small)
		other, _ := Targets{"random"}.resolve(large)
		if other[0] != sim.NodeID(n+1) {
			require.Equal(t, one, other)
		}
	})
}

func TestRandomIsFairAndDrawn(t *testing.T) {
	times := map[sim.NodeID]int{}
	for seed := range uint64(1000) {
		w := newFake(5)
		w.seed = seed
		ids, _ := Targets{"random:2"}.resolve(w)
		require.Len(t, ids, 2)
		require.Less(t, ids[0], ids[1])
		times[ids[0]]++
		times[ids[1]]++
	}
	for id := sim.NodeID(1); id <= 5; id++ {
		require.InDelta(t, 400, times[id], 80)
	}
}

func TestSpellingOfTargets(t *testing.T) {
	for _, good := range []string{"n1", "leader", "random", "random:1", "random:65535", "follower:2", "datacentre:eu-1", "datacentre:a:b", "rest"} {
		var target Target
		require.NoError(t, target.UnmarshalText([]byte(good)), good)
		require.Equal(t, Target(good), target)
	}
	for _, bad := range []string{"", "random:", "random:0", "random:-1", "random:01", "random:x", "random:65536", "leader:2", "datacentre", "datacentre:", "n1:2", ":", ":1"} {
		target := Target("untouched")
		require.Error(t, target.UnmarshalText([]byte(bad)), bad)
		require.Equal(t, Target("untouched"), target)
	}
}

func TestEveryWordResolvesOrIsRest(t *testing.T) {
	w := elected()
	for _, role := range []uint64{sim.Coordinator, sim.Learner, sim.HintHolder, sim.Member, sim.Spare} {
		w.lead(role, Holder{Node: 2})
	}
	w.places[0] = "east"
	for _, word := range Words() {
		target := Target(word)
		if word == placed {
			target += ":east"
		}
		require.Equal(t, word != rest, len(target.resolve(w)) > 0, word)
		_, named := target.node()
		require.False(t, named, word)
	}
}

func FuzzTarget(f *testing.F) {
	for _, seed := range []string{"n1", "random:3", "datacentre:east", "leader", "follower:", ":"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var target Target
		if target.UnmarshalText([]byte(text)) != nil {
			return
		}
		require.Equal(t, text, string(target))
		target.resolve(elected()) // must not panic
	})
}
