package resolve

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
)

// leader is one life of a leader of one key, with a clock that may be off.
type leader struct {
	scribe Scribe
	object Object
	skew   time.Duration
}

// planet is leaders of one key, and every delta that they made, in that order.
type planet struct {
	resolver Resolver
	leaders  []leader
	deltas   []Object
	from     []int // who made each delta
	now      time.Duration
	heard    []map[int]bool // deltas, by leader
	knew     []map[int]bool // what its maker had heard of, by delta
}

func newPlanet(r Resolver, leaders int) *planet {
	p := &planet{resolver: r}
	for i := range leaders {
		p.leaders = append(p.leaders, leader{scribe: Begin(&p.resolver, uint32(i+1)<<8, Clock{Rank: uint64(i + 1)})})
		p.heard = append(p.heard, map[int]bool{})
	}
	return p
}

func (p *planet) op() sim.OpID { return sim.NewOpID(1, uint32(len(p.deltas)+1)) }

// write has a leader do an op, and hear of it.
func (p *planet) write(at int, code sim.Code, n int64, read kv.Context) Outcome {
	p.now += time.Microsecond
	l := &p.leaders[at]
	w := Write{Value: sim.Value{ID: p.op(), N: n}, Code: code, Context: read, Wall: p.now + l.skew}
	delta := l.scribe.Write(l.object, &w)
	knew := map[int]bool{}
	for d := range p.heard[at] {
		knew[d] = true
	}
	p.deltas, p.from, p.knew = append(p.deltas, delta), append(p.from, at), append(p.knew, knew)
	return p.hear(at, len(p.deltas)-1)
}

// hear has a leader take in a delta.
func (p *planet) hear(at, delta int) Outcome {
	l := &p.leaders[at]
	var found Outcome
	l.object, found = p.resolver.Merge(l.object, p.deltas[delta])
	l.scribe.Clock.See(p.deltas[delta].Stamp(), p.now+l.skew)
	p.heard[at][delta] = true
	return found
}

// pull has a leader take in all that another one holds.
func (p *planet) pull(at, from int) {
	p.leaders[at].object, _ = p.resolver.Merge(p.leaders[at].object, p.leaders[from].object)
	p.leaders[at].scribe.Clock.See(p.leaders[from].object.Stamp(), p.now)
	for d := range p.heard[from] {
		p.heard[at][d] = true
	}
}

// values are what a leader shows.
func (p *planet) values(at int) []sim.Value { return p.resolver.Values(&p.leaders[at].object, nil) }

// elements are the integers of what a leader shows.
func (p *planet) elements(at int) []int64 {
	list := []int64{}
	for _, v := range p.values(at) {
		list = append(list, v.N)
	}
	return list
}

// resolvers are all the ways to resolve.
func resolvers() []Resolver {
	var all []Resolver
	for i := range Names() {
		for t := range Types() {
			for flags := range 4 {
				r := Resolver{Rule: Rule(i), Type: Type(t), Stamps: flags&1 > 0, DeleteWins: flags&2 > 0}
				if _, err := r.Check(); err == nil {
					all = append(all, r)
				}
			}
		}
	}
	return all
}

// wander does something drawn.
func (p *planet) wander(t *rapid.T) {
	at := rapid.IntRange(0, len(p.leaders)-1).Draw(t, "at")
	l := &p.leaders[at]
	switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
	case what == 0:
		l.skew = time.Duration(rapid.IntRange(-5, 5).Draw(t, "skew")) * time.Microsecond
	case what == 1: // another life, which remembers what it holds
		c := Clock{Rank: l.scribe.Clock.Rank}
		c.Rule = p.resolver.Rule
		c.See(l.object.Stamp(), p.now)
		l.scribe = Begin(&p.resolver, uint32(1000+16*len(p.deltas)), c)
		p.deltas, p.from, p.knew = append(p.deltas, Object{}), append(p.from, at), append(p.knew, nil)
		p.heard[at][len(p.deltas)-1] = true
	case what == 2:
		p.pull(at, rapid.IntRange(0, len(p.leaders)-1).Draw(t, "peer"))
	case what < 6 && len(p.deltas) > 0:
		p.hear(at, rapid.IntRange(0, len(p.deltas)-1).Draw(t, "delta"))
	default:
		codes := []sim.Code{sim.Put, sim.Delete, sim.Add, sim.Add, sim.Remove}
		code := rapid.SampledFrom(codes).Draw(t, "code")
		if p.resolver.Supports(code) {
			p.write(at, code, rapid.Int64Range(1, 3).Draw(t, "n"), p.resolver.Context(&l.object))
		}
	}
}

// each checks a property of every way to resolve.
func each(t *testing.T, check func(t *rapid.T, p *planet)) {
	for _, r := range resolvers() {
		t.Run(spell(r), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p := newPlanet(r, 3)
				for range rapid.IntRange(1, 14).Draw(t, "steps") {
					p.wander(t)
				}
				check(t, p)
			})
		})
	}
}

func spell(r Resolver) string {
	name := r.Rule.String() + " " + Types()[r.Type]
	if r.Stamps {
		name += " by stamps"
	}
	if r.DeleteWins {
		name += ", deletes win"
	}
	return name
}

// same demands that two objects are one.
func same(t require.TestingT, a, b Object) {
	require.Equal(t, sim.Fingerprint(&carried{a}), sim.Fingerprint(&carried{b}), "%+v\n%+v", a, b)
}

// carried is an object as something that can be told by its fingerprint.
type carried struct{ Object }
