package fault

import (
	"math/bits"
	"slices"
	"time"

	"simrun/sim/random"
)

// dice answers the questions that make up one fault of a nemesis. Each answer is
// addressed by the fault and the question.
type dice struct {
	draw    func(subject uint64, purpose random.Purpose) uint64
	subject uint64
	servers []string
	places  []string
	window  time.Duration // how long the fault lasts
	bounds  *Nemesis
}

// of gives the dice of the i-th fault of a kind; 0 is the kind itself.
func (d dice) of(kind Kind, i int) dice {
	d.subject = random.Mix(random.Hash(kind.Name), uint64(i))
	return d
}

func (d dice) word(question string) uint64 {
	return d.draw(random.Mix(d.subject, random.Hash(question)), random.Nemesis)
}

// below gives 0 to n-1, evenly.
func (d dice) below(question string, n uint64) uint64 {
	return random.Below(d.word(question), n)
}

// yes is true once in n.
func (d dice) yes(question string, n uint64) bool { return d.below(question, n) == 0 }

// between gives low to high, both included, so that each doubling from low on is
// equally likely. Bounds below 1, or in the wrong order, are mended.
func (d dice) between(question string, low, high uint64) uint64 {
	low = max(1, low)
	high = max(low, high)
	doublings := uint64(bits.Len64(high / low))
	which, within := bits.Mul64(d.word(question), doublings)
	from := low << which
	to := min(high, from+from-1)
	return from + random.Below(within, to-from+1)
}

// length is between for times, in whole milliseconds where there are any.
func (d dice) length(question string, low, high time.Duration) time.Duration {
	drawn := time.Duration(d.between(question, uint64(low), uint64(high)))
	return max(low, drawn.Truncate(time.Millisecond))
}

// rate draws a probability, in whole millionths.
func (d dice) rate() random.Probability {
	low, _ := bits.Mul64(uint64(d.bounds.Mildest), million)
	high, _ := bits.Mul64(uint64(d.bounds.Worst), million)
	return perMillion(d.between("rate", low, high))
}

const million = 1_000_000

// perMillion turns millionths into a probability, rounded as scenarios' are.
func perMillion(n uint64) random.Probability {
	if n >= million {
		return random.Certain
	}
	quotient, rest := bits.Div64(n, 0, million)
	if rest >= million/2 {
		quotient++
	}
	return random.Probability(quotient)
}

// factor draws how much slower something becomes.
func (d dice) factor() random.Decimal {
	return random.Decimal(d.between("factor", 2, uint64(d.bounds.MostFactor))) * random.One
}

// delays draws a distribution of added delay.
func (d dice) delays() *random.Spec {
	mean := d.length("delay", d.bounds.LeastDelay, d.bounds.MostDelay)
	return &random.Spec{Exponential: &random.Exponential{Mean: mean}}
}

// spread draws by how much copies and overtaken messages come later.
func (d dice) spread() *random.Spec {
	high := d.length("spread", d.bounds.LeastDelay, d.bounds.MostDelay)
	return &random.Spec{Uniform: &random.Uniform{High: high}}
}

// pick draws one of some words, by weights that hang on the words.
func (d dice) pick(question string, words ...string) string {
	return words[random.Pick(d.word(question), 0, hashes(words))]
}

// several draws k of the servers, in their order.
func (d dice) several(word uint64, k int) Targets {
	chosen := random.PickK(word, 0, hashes(d.servers), k, nil)
	slices.Sort(chosen)
	targets := make(Targets, len(chosen))
	for i, place := range chosen {
		targets[i] = Target(d.servers[place])
	}
	return targets
}

// one draws a server.
func (d dice) one(question string) Targets { return d.several(d.word(question), 1) }

// few draws a minority of the servers, one at least.
func (d dice) few(question string) Targets {
	return d.several(d.word(question), max(1, minority(len(d.servers))))
}

// others gives the servers that are not among some.
func (d dice) others(some Targets) Targets {
	var all Targets
	for _, name := range d.servers {
		if !slices.Contains(some, Target(name)) {
			all = append(all, Target(name))
		}
	}
	return all
}

// victim draws a server of the minority to which all that destroys is confined: it
// is the same minority for all faults of a run.
func (d dice) victim() Targets {
	all := dice{draw: d.draw, servers: d.servers}
	may := all.few("victims")
	names := make([]string, len(may))
	for i, name := range may {
		names[i] = string(name)
	}
	return Targets{Target(d.pick("victim", names...))}
}

// whom draws targets: a server, a minority or, with roles, a leader or a follower.
func (d dice) whom() Targets {
	aims := []string{"one", "few"}
	if d.bounds.Roles {
		aims = append(aims, "leader", "follower")
	}
	switch aim := d.pick("aim", aims...); aim {
	case "one":
		return d.one("whom")
	case "few":
		return d.few("whom")
	default:
		return Targets{Target(aim)}
	}
}

// links draws every link, or those of one server, out or both ways.
func (d dice) links() Links {
	switch d.below("links", 3) {
	case 0:
		return Links{From: d.one("from")}
	case 1:
		return Links{From: d.one("from"), Both: true}
	}
	return Links{}
}

func hashes(names []string) []uint64 {
	all := make([]uint64, len(names))
	for i, name := range names {
		all[i] = random.Hash(name)
	}
	return all
}

// signed draws a sign for a size.
func (d dice) signed(size int64) int64 {
	if d.yes("back", 2) {
		return -size
	}
	return size
}
