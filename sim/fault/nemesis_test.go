package fault

import (
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim/random"
)

var (
	fiveServers = []string{"n1", "n2", "n3", "n4", "n5"}
	twoPlaces   = []string{"east", "west"}
)

func seeded(seed uint64) func(uint64, random.Purpose) uint64 {
	return func(subject uint64, purpose random.Purpose) uint64 {
		return random.Draw(seed, random.Address(subject), purpose)
	}
}

// everything is a nemesis that may use every kind.
func everything() Nemesis {
	n := NewNemesis()
	n.Kinds = names()
	return n
}

func names() []string {
	var all []string
	for _, kind := range Kinds() {
		all = append(all, kind.Name)
	}
	return all
}

func TestNemesisIsDeterministic(t *testing.T) {
	different := 0
	for seed := range uint64(50) {
		one := everything().Schedule(seeded(seed), fiveServers, twoPlaces, time.Minute)
		two := everything().Schedule(seeded(seed), fiveServers, twoPlaces, time.Minute)
		require.Equal(t, one, two)
		if other := everything().Schedule(seeded(seed+1000), fiveServers, twoPlaces, time.Minute); !reflect.DeepEqual(one, other) {
			different++
		}
	}
	require.Equal(t, 50, different)
}

// What a kind does must not hang on which other kinds are allowed.
func TestRemovingOneKindLeavesTheOthersAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := seeded(rapid.Uint64().Draw(t, "seed"))
		n := NewNemesis()
		n.Kinds = rapid.SliceOfNDistinct(rapid.SampledFrom(names()), 2, 12, rapid.ID[string]).Draw(t, "kinds")
		all := n.Schedule(draw, fiveServers, twoPlaces, time.Minute)
		removed := n.Kinds[0]
		n.Kinds = n.Kinds[1:]
		left := n.Schedule(draw, fiveServers, twoPlaces, time.Minute)
		kept := slices.DeleteFunc(slices.Clone(all), func(e Entry) bool { return e.Fault.Name() == removed })
		if len(kept) > 0 || len(all) == 0 { // else it was alone, and another takes its turn
			require.Equal(t, kept, left)
		}
	})
}

func TestTheOrderOfKindsDoesNotMatter(t *testing.T) {
	n := NewNemesis()
	n.Kinds = []string{"crash", "partition", "loss", "pause"}
	one := n.Schedule(seeded(3), fiveServers, twoPlaces, time.Minute)
	slices.Reverse(n.Kinds)
	require.Equal(t, one, n.Schedule(seeded(3), fiveServers, twoPlaces, time.Minute))
}

func TestNemesisKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := everything()
		n.Start = time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(t, "start"))
		n.Gap = time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(t, "gap"))
		n.Shortest = time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Second)).Draw(t, "shortest"))
		n.Longest = n.Shortest + time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "longer"))
		n.Roles = rapid.Bool().Draw(t, "roles")
		require.NoError(t, n.Check())
		work := time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "work"))
		servers := fiveServers[:rapid.IntRange(1, 5).Draw(t, "servers")]
		seen := map[int]bool{}
		for _, entry := range n.Schedule(seeded(rapid.Uint64().Draw(t, "seed")), servers, twoPlaces, work) {
			require.NoError(t, entry.Fault.(interface{ Check() error }).Check(), Describe(entry.Fault))
			require.GreaterOrEqual(t, entry.At, n.Start)
			require.LessOrEqual(t, entry.At+entry.For, work-n.Gap)
			require.Positive(t, entry.For)
			require.LessOrEqual(t, entry.For, n.Longest)
			require.False(t, seen[entry.Number])
			require.Positive(t, entry.Number)
			require.Less(t, int64(entry.Number), int64(1)<<31)
			seen[entry.Number] = true
			for _, mention := range Mentions(entry.Fault) {
				require.Contains(t, append(slices.Clone(servers), twoPlaces...), mention.Name)
			}
		}
	})
}

// Over many seeds every kind takes part about as often as its chance says, every
// fault can be injected, and nothing that destroys goes beyond one minority.
func TestNemesisIsFair(t *testing.T) {
	const seeds = 400
	part, faults, hit := map[string]int{}, 0, map[Target]int{}
	for seed := range uint64(seeds) {
		once, victims := map[string]bool{}, map[Target]bool{}
		for _, entry := range everything().Schedule(seeded(seed), fiveServers, twoPlaces, time.Minute) {
			once[entry.Fault.Name()] = true
			faults++
			w := elected()
			w.places = []string{"east", "east", "west", "west", "west", "", ""}
			_, ok := entry.Fault.Inject(w)
			require.True(t, ok, Describe(entry.Fault))
			switch f := entry.Fault.(type) {
			case Wipe:
				victims[f.Targets[0]] = true
			case Lose:
				victims[f.Targets[0]] = true
			case Elect:
				hit[f.Targets[0]]++
			}
		}
		require.LessOrEqual(t, len(victims), 2)
		for name := range once {
			part[name]++
		}
	}
	for _, name := range names() {
		require.InDelta(t, seeds/4, part[name], 40, name)
	}
	require.InDelta(t, 30*seeds/4*3/2, faults, 500)
	for _, name := range fiveServers {
		require.InDelta(t, seeds/4*3/2/5, hit[Target(name)], 20)
	}
}

func TestOnlyKindAlwaysTakesPart(t *testing.T) {
	n := NewNemesis()
	n.Kinds = []string{"crash"}
	for seed := range uint64(100) {
		require.NotEmpty(t, n.Schedule(seeded(seed), fiveServers, nil, time.Minute))
	}
}

func TestWhatDestroysMustBeAskedFor(t *testing.T) {
	destroys := map[string]bool{}
	for _, kind := range Kinds() {
		destroys[kind.Name] = kind.Destroys || kind.Asked
	}
	for seed := range uint64(100) {
		for _, entry := range NewNemesis().Schedule(seeded(seed), fiveServers, nil, time.Minute) {
			require.False(t, destroys[entry.Fault.Name()])
		}
	}
	n := NewNemesis()
	for _, kind := range []string{"wipe", "join"} {
		n.Kinds = []string{kind}
		require.NotEmpty(t, n.Schedule(seeded(1), fiveServers, nil, time.Minute))
	}
	n = NewNemesis()
	n.Destroy = true
	for seed := range uint64(100) {
		for _, entry := range n.Schedule(seeded(seed), fiveServers, nil, time.Minute) {
			require.NotContains(t, []string{"join", "leave", "replace"}, entry.Fault.Name())
		}
	}
}

func TestNoRoomNoFaults(t *testing.T) {
	n := NewNemesis()
	require.Empty(t, n.Schedule(seeded(1), fiveServers, nil, n.Gap))
	require.Empty(t, n.Schedule(seeded(1), nil, nil, time.Minute))
	require.NotEmpty(t, n.Schedule(seeded(1), fiveServers, nil, n.Gap+time.Second))
}

func TestEachDoublingIsEquallyLikely(t *testing.T) {
	const draws = 4000
	var doublings [4]int
	for i := range uint64(draws) {
		d := dice{draw: seeded(i)}
		value := d.between("size", 10, 159)
		require.GreaterOrEqual(t, value, uint64(10))
		require.LessOrEqual(t, value, uint64(159))
		for j := range doublings {
			if value >= 10<<j && value < 20<<j {
				doublings[j]++
			}
		}
	}
	for _, n := range doublings {
		require.InDelta(t, draws/4, n, 130)
	}
	d := dice{draw: seeded(1)}
	require.Equal(t, uint64(7), d.between("size", 7, 7))
	require.Equal(t, uint64(1), d.between("size", 0, 0))
}

func TestPerMillionIsWhatScenariosParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, million).Draw(t, "millionths")
		digits := strconv.FormatUint(million+n, 10)
		parsed, err := random.ParseProbability(string(digits[0]-1) + "." + digits[1:])
		require.NoError(t, err)
		require.Equal(t, parsed, perMillion(n))
	})
}

// The defaults that scenarios are told are those that NewNemesis has.
func TestDefaultsAgree(t *testing.T) {
	v := reflect.ValueOf(NewNemesis())
	for i := range v.NumField() {
		field := v.Type().Field(i)
		text, given := field.Tag.Lookup("default")
		if !given {
			require.True(t, v.Field(i).IsZero(), field.Name)
			continue
		}
		want := text
		switch v.Field(i).Interface().(type) {
		case time.Duration:
			d, err := time.ParseDuration(text)
			require.NoError(t, err)
			want = d.String()
		}
		require.Equal(t, want, flow(v.Field(i)), field.Name)
	}
}

func TestNemesisMistakes(t *testing.T) {
	cases := map[string]func(n *Nemesis){
		"kinds.1":     func(n *Nemesis) { n.Kinds = []string{"crash", "crush"} },
		"chance":      func(n *Nemesis) { n.Chance = 0 },
		"gap":         func(n *Nemesis) { n.Gap = -1 },
		"most":        func(n *Nemesis) { n.Least = 3 },
		"longest":     func(n *Nemesis) { n.Longest = time.Microsecond },
		"worst":       func(n *Nemesis) { n.Worst = 1 },
		"most_delay":  func(n *Nemesis) { n.LeastDelay = 0 },
		"most_factor": func(n *Nemesis) { n.MostFactor = 1 },
		"most_jump":   func(n *Nemesis) { n.MostJump = 0 },
		"most_drift":  func(n *Nemesis) { n.MostDrift = 0 },
	}
	require.NoError(t, NewNemesis().Check())
	for path, spoil := range cases {
		n := NewNemesis()
		spoil(&n)
		var placed interface{ Path() string }
		require.ErrorAs(t, n.Check(), &placed, path)
		require.Equal(t, path, placed.Path())
	}
}

// A nemesis of an unchecked scenario must not bring the engine down.
func TestUncheckedNemesisDoesNotPanic(t *testing.T) {
	n := Nemesis{Chance: random.Certain, Destroy: true, Most: 1, Least: 1}
	for seed := range uint64(20) {
		n.Schedule(seeded(seed), fiveServers, twoPlaces, time.Minute)
	}
}
