package fault

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"simrun/sim/random"
)

// Nemesis draws a schedule from a seed: first which kinds of faults take part at
// all, each kind by itself, so that some universes see a kind undisturbed by others
// (Groce et al., Swarm Testing, ISSTA 2012); then how often each strikes, how hard,
// when and whom. Sizes are drawn so that each doubling between their bounds is
// equally likely.
//
// Every draw is addressed by the kind and the number of the fault within it: what is
// drawn for one kind does not hang on which others are allowed. Were no kind to take
// part, the one that came closest does.
type Nemesis struct {
	Kinds      []string           `yaml:"kinds" lone:"true" doc:"the kinds of faults that may strike; every kind when absent, but those that destroy or change members"`
	Destroy    bool               `yaml:"destroy" doc:"without kinds: also those that take away what was durable (corrupt, lose, rollback, wipe)"`
	Roles      bool               `yaml:"roles" default:"true" doc:"also aim at leaders and followers; where nobody ever leads, such faults are skipped"`
	Chance     random.Probability `yaml:"chance" default:"0.25" doc:"of each kind to take part"`
	Least      int                `yaml:"least" default:"1" min:"1" doc:"the fewest faults of a kind that takes part"`
	Most       int                `yaml:"most" default:"2" min:"1" max:"100" doc:"the most faults of a kind that takes part"`
	Start      time.Duration      `yaml:"start" default:"0s" min:"0s" doc:"when the first fault may strike"`
	Gap        time.Duration      `yaml:"gap" default:"1s" min:"0s" doc:"how long before the heal at the end of work all is over"`
	Shortest   time.Duration      `yaml:"shortest" default:"100ms" min:"1ms" doc:"the shortest time that a fault lasts"`
	Longest    time.Duration      `yaml:"longest" default:"5s" min:"1ms" doc:"the longest time that a fault lasts"`
	Mildest    random.Probability `yaml:"mildest" default:"0.001" doc:"the least probability of loss and the like; a millionth at least"`
	Worst      random.Probability `yaml:"worst" default:"0.3" doc:"the greatest probability of loss and the like"`
	LeastDelay time.Duration      `yaml:"least_delay" default:"1ms" min:"1us" doc:"the least mean of an added delay"`
	MostDelay  time.Duration      `yaml:"most_delay" default:"1s" min:"1us" doc:"the greatest mean of an added delay"`
	MostFactor int                `yaml:"most_factor" default:"100" min:"2" max:"1000000" doc:"by how much nodes and disks become slower at most"`
	MostJump   time.Duration      `yaml:"most_jump" default:"10s" min:"1ms" doc:"how far wall clocks jump at most"`
	MostDrift  int                `yaml:"most_drift" default:"10000" min:"1" max:"900000" unit:"parts per million" doc:"how much too fast or slow clocks run at most"`
}

// NewNemesis is a nemesis with every default.
func NewNemesis() Nemesis {
	return Nemesis{
		Roles: true, Chance: 1 << 62, Least: 1, Most: 2,
		Gap: time.Second, Shortest: 100 * time.Millisecond, Longest: 5 * time.Second,
		Mildest: perMillion(1000), Worst: perMillion(300_000),
		LeastDelay: time.Millisecond, MostDelay: time.Second,
		MostFactor: 100, MostJump: 10 * time.Second, MostDrift: 10_000,
	}
}

// Check judges the kinds and that no bound is beyond its opposite.
func (n Nemesis) Check() error {
	var all []error
	for i, name := range n.Kinds {
		if !slices.ContainsFunc(Kinds(), func(k Kind) bool { return k.Name == name }) {
			all = append(all, wrong("kinds."+strconv.Itoa(i), "%q is no kind of fault", name))
		}
	}
	if n.Chance == random.Never {
		all = append(all, wrong("chance", "a chance of 0 is no nemesis"))
	}
	if n.Start < 0 || n.Gap < 0 {
		all = append(all, wrong("gap", "start and gap are not below 0"))
	}
	return errors.Join(append(all,
		ordered("most", 1, n.Least, n.Most),
		ordered("longest", time.Millisecond, n.Shortest, n.Longest),
		ordered("worst", perMillion(1), n.Mildest, n.Worst),
		ordered("most_delay", time.Microsecond, n.LeastDelay, n.MostDelay),
		ordered("most_factor", 2, 2, n.MostFactor),
		ordered("most_jump", time.Millisecond, time.Millisecond, n.MostJump),
		ordered("most_drift", 1, 1, n.MostDrift))...)
}

// ordered refuses bounds that do not rise.
func ordered[T cmp.Ordered](path string, floor, low, high T) error {
	if low < floor || high < low {
		return wrong(path, "%v to %v is no range from %v on", low, high, floor)
	}
	return nil
}

// Schedule draws the faults of a run whose work lasts for work. Servers and places
// are those that exist. The function draw gives a word for a subject, and is keyed
// by the seed.
func (n Nemesis) Schedule(draw func(subject uint64, purpose random.Purpose) uint64, servers, places []string, work time.Duration) Schedule {
	room := work - n.Start - n.Gap
	if room <= 0 || len(servers) == 0 {
		return nil
	}
	d := dice{draw: draw, servers: servers, places: places, bounds: &n}
	var all Schedule
	for _, kind := range n.takingPart(d) {
		count := n.Least + int(d.of(kind, 0).below("count", uint64(n.Most-n.Least+1)))
		for i := 1; i <= count; i++ {
			all = n.strike(all, d.of(kind, i), kind, i, room)
		}
	}
	slices.SortStableFunc(all, func(a, b Entry) int { return cmp.Compare(a.At, b.At) })
	return all
}

// takingPart draws the kinds.
func (n Nemesis) takingPart(d dice) []Kind {
	var part []Kind
	var closest Kind
	least := ^uint64(0)
	for _, kind := range Kinds() {
		if !n.allows(kind) {
			continue
		}
		word := d.of(kind, 0).word("part")
		if n.Chance.Hit(word) {
			part = append(part, kind)
		}
		if word <= least {
			closest, least = kind, word
		}
	}
	if len(part) == 0 && closest.drawn != nil {
		part = append(part, closest)
	}
	return part
}

// MayDraw tells whether the nemesis may draw faults of a kind.
func (n Nemesis) MayDraw(name string) bool {
	return slices.ContainsFunc(Kinds(), func(k Kind) bool { return k.Name == name && n.allows(k) })
}

func (n Nemesis) allows(kind Kind) bool {
	if len(n.Kinds) > 0 {
		return slices.Contains(n.Kinds, kind.Name)
	}
	return !kind.Asked && (n.Destroy || !kind.Destroys)
}

// strike draws the i-th fault of a kind, and its window within room.
func (n Nemesis) strike(all Schedule, d dice, kind Kind, i int, room time.Duration) Schedule {
	d.window = min(d.length("for", n.Shortest, n.Longest), room)
	after := time.Duration(d.below("at", uint64(room-d.window)+1))
	fault := kind.drawn(d)
	if fault == nil {
		return all
	}
	return append(all, Entry{
		At: n.Start + after.Truncate(time.Millisecond), For: d.window,
		Fault: fault, Number: numbered(kind.Name, i),
	})
}

// numbered names the i-th fault of a kind, the same whatever else is in the
// schedule, and beyond the numbers that schedules count themselves. It fits 31 bits.
func numbered(kind string, i int) int {
	return 1<<30 | int(random.Hash(kind)>>42)<<8 | i&0xff
}
