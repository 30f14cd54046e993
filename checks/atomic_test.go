package checks

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// planned is an op of the simulated store.
type planned struct {
	op       *histories.Op
	client   uint16
	key      sim.Key
	code     sim.Code
	from, to uint32
	point    uint32 // where it takes effect; 0 never
	unknown  bool
	warmUp   bool
	final    bool
	expected []*histories.Op
	n        int64
}

// atomicStore is a perfect store under concurrency: every op takes effect at one
// random point between its beginning and its end. Stamps are multiples of 4, so
// that observations find room between them.
type atomicStore struct {
	random   *rand.Rand
	siblings bool
	additive int // 0 register, 1 set, 2 counter
	deletes  bool
	builder  *histories.Builder
	ops      []*planned
	placed   []*planned // in the order of effect
	stamp    uint32

	state    map[sim.Key][]*planned
	counters map[sim.Key]int64
	context  map[[2]int][]*planned // by client and key: what it read last
	byOp     map[*histories.Op]*planned
	waiting  []*planned // ops not yet issued, in the order of their beginnings
}

// intervals draws the intervals of clients that each issue one op after another,
// then a final read of every key.
func (s *atomicStore) intervals(clients, each, keys int) {
	open := make([]*planned, clients)
	left := slices.Repeat([]int{each}, clients)
	for {
		var ready []int
		for i := range left {
			if left[i] > 0 || open[i] != nil {
				ready = append(ready, i)
			}
		}
		if len(ready) == 0 {
			break
		}
		i := ready[s.random.Intn(len(ready))]
		if open[i] != nil {
			open[i].to, open[i] = s.next(), nil
			continue
		}
		left[i]--
		open[i] = &planned{
			client: uint16(i + 1), key: sim.Key(s.random.Intn(keys)), from: s.next(), code: s.draw(),
			unknown: s.random.Intn(8) == 0, warmUp: s.random.Intn(20) == 0, n: int64(s.random.Intn(4) + 1),
		}
		s.ops = append(s.ops, open[i])
	}
	for key := range keys {
		p := &planned{client: uint16(clients + 1), key: sim.Key(key), from: s.next(), code: sim.Get, final: true}
		p.to = s.next()
		s.ops = append(s.ops, p)
	}
	s.points(s.next())
}

func (s *atomicStore) next() uint32 {
	s.stamp += 4 + uint32(s.random.Intn(3)*4)
	return s.stamp
}

// points draws where ops take effect. An unknown one may do so after its client
// gave up, or never.
func (s *atomicStore) points(end uint32) {
	for _, p := range s.ops {
		last := p.to
		if p.unknown {
			last = end
			if s.random.Intn(2) == 0 {
				continue
			}
		}
		p.point = p.from + 1 + uint32(s.random.Intn(int(last-p.from-1)))
	}
}

func (s *atomicStore) draw() sim.Code {
	n := s.random.Intn(10)
	switch {
	case n < 5:
		return sim.Get
	case s.additive > 0 && n < 7:
		return sim.Remove
	case s.additive > 0:
		return sim.Add
	case n == 5 && s.deletes:
		return sim.Delete
	case n == 6 && !s.siblings:
		return sim.CAS
	}
	return sim.Put
}

// build lets every op take effect at its point and writes the record.
func (s *atomicStore) build() {
	s.builder, s.state, s.counters = histories.New(3), map[sim.Key][]*planned{}, map[sim.Key]int64{}
	s.context, s.byOp = map[[2]int][]*planned{}, map[*histories.Op]*planned{}
	s.waiting = slices.Clone(s.ops)
	effects := slices.Clone(s.ops)
	slices.SortStableFunc(effects, func(a, b *planned) int { return int(a.point) - int(b.point) })
	slices.SortStableFunc(s.waiting, func(a, b *planned) int { return int(a.from) - int(b.from) })
	for _, p := range effects {
		if p.point == 0 {
			continue
		}
		s.begin(p.point)
		if p.code == sim.Get {
			s.read(p)
		} else {
			s.write(p)
		}
	}
	s.begin(s.stamp + 1)
	for key, held := range s.state {
		s.builder.Hold(1, key, opsOf(held)...).Hold(2, key, opsOf(held)...)
	}
}

func opsOf(list []*planned) (ops []*histories.Op) {
	for _, p := range list {
		ops = append(ops, p.op)
	}
	return ops
}

// begin issues the ops that begin before a stamp, with what their clients know then.
func (s *atomicStore) begin(until uint32) {
	for ; len(s.waiting) > 0 && s.waiting[0].from < until; s.waiting = s.waiting[1:] {
		p := s.waiting[0]
		if p.code == sim.CAS || s.siblings && s.random.Intn(4) > 0 {
			p.expected = opsOf(s.context[[2]int{int(p.client), int(p.key)}])
		}
		p.issue(s.builder)
		s.byOp[p.op] = p
		if p.unknown {
			p.op.Unknown()
			if s.random.Intn(2) == 0 {
				p.op.Pending()
			}
		}
		if p.warmUp {
			p.op.WarmUp()
		}
		if p.final {
			p.op.Final()
		}
	}
}

func (p *planned) issue(b *histories.Builder) {
	switch p.code {
	case sim.Get:
		p.op = b.Get(p.client, p.key, p.from, p.to)
	case sim.Put:
		p.op = b.Put(p.client, p.key, p.from, p.to, p.expected...)
	case sim.CAS:
		p.op = b.CAS(p.client, p.key, p.from, p.to, p.expected...)
	case sim.Delete:
		p.op = b.Delete(p.client, p.key, p.from, p.to, p.expected...)
	case sim.Add:
		p.op = b.Add(p.client, p.key, p.from, p.to, p.n)
	case sim.Remove:
		p.op = b.Remove(p.client, p.key, p.from, p.to, p.n)
	}
}

func (s *atomicStore) read(p *planned) {
	if s.additive == 2 {
		p.op.Total(s.counters[p.key])
		return
	}
	p.op.Got(opsOf(s.state[p.key])...)
	if !p.unknown {
		s.context[[2]int{int(p.client), int(p.key)}] = slices.Clone(s.state[p.key])
	}
}

func (s *atomicStore) write(p *planned) {
	before := slices.Clone(s.state[p.key])
	switch p.code {
	case sim.CAS:
		if !slices.Equal(opsOf(before), p.expected) {
			if !p.unknown {
				p.op.Failed(sim.Conflict)
			}
			return
		}
		s.state[p.key] = []*planned{p}
	case sim.Put:
		s.state[p.key] = append(s.kept(p), p)
	case sim.Delete:
		s.state[p.key] = s.kept(p)
		if len(p.expected) == 0 {
			s.state[p.key] = nil
		}
	case sim.Add:
		s.counters[p.key] += p.n
		s.state[p.key] = append(s.state[p.key], p)
	case sim.Remove:
		s.counters[p.key] -= p.n
		s.state[p.key] = slices.DeleteFunc(s.state[p.key], func(q *planned) bool { return q.n == p.n })
	}
	s.discard(p, before, s.state[p.key])
	s.placed = append(s.placed, p)
	s.builder.Tell(p.point, 1, sim.Committed, sim.NoReason, p.op)
	s.builder.Tell(p.point, 1, sim.Stored, sim.Durable, p.op)
}

// kept are the siblings that a write does not replace.
func (s *atomicStore) kept(p *planned) (kept []*planned) {
	if !s.siblings {
		return nil
	}
	gone := map[*histories.Op]bool{}
	for stack := slices.Clone(p.expected); len(stack) > 0; {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !gone[top] {
			gone[top] = true
			stack = append(stack, s.byOp[top].expected...)
		}
	}
	for _, q := range s.state[p.key] {
		if !gone[q.op] {
			kept = append(kept, q)
		}
	}
	return kept
}

// discard states that what a write replaced is gone. Overwriting in good order is
// no conflict, so it is never called resolved.
func (s *atomicStore) discard(by *planned, before, after []*planned) {
	reasons := []sim.Why{sim.NoReason, sim.Collected, sim.Truncated, sim.Expired, sim.Wiped, sim.Unsynced}
	for _, p := range before {
		if !slices.Contains(after, p) {
			s.builder.Tell(by.point+1, 1, sim.Discarded, reasons[s.random.Intn(len(reasons))], p.op)
		}
	}
}

// place declares the order of effect of most writes. Where it lies, some writes
// that follow each other in real time are swapped, and both stated: a lie that
// contradicts nothing could not be told from the truth.
func (s *atomicStore) place(lies bool) {
	byKey := map[sim.Key][]*planned{}
	for _, p := range s.placed {
		byKey[p.key] = append(byKey[p.key], p)
	}
	for key := sim.Key(0); key < 100; key++ {
		order, lied := byKey[key], map[*planned]bool{}
		if lies {
			for i := 0; i+1 < len(order); i++ {
				j := i + 1 + s.random.Intn(min(3, len(order)-i-1))
				if a, b := order[i], order[j]; s.random.Intn(3) == 0 && !a.unknown && a.to < b.from {
					order[i], order[j] = b, a
					lied[a], lied[b] = true, true
					i = j
				}
			}
		}
		for i, p := range order {
			if lied[p] || s.random.Intn(8) > 0 {
				s.builder.Place(p.point, 1, p.op, uint64(i), 0)
			}
		}
	}
}

func perfect(seed int64) (*record.Run, Options, string) {
	random := rand.New(rand.NewSource(seed))
	s := &atomicStore{random: random, siblings: random.Intn(3) == 0, deletes: random.Intn(2) == 0}
	if !s.siblings && random.Intn(4) == 0 {
		s.additive, s.deletes = 1+random.Intn(2), false
	}
	clients := 1 + random.Intn(5)
	s.intervals(clients, 1+random.Intn(12), 1+random.Intn(3))
	s.build()
	lies := false
	if random.Intn(3) > 0 {
		lies = random.Intn(2) == 0
		s.place(lies)
	}
	name := fmt.Sprintf("seed %d siblings %v additive %d deletes %v lies %v", seed, s.siblings, s.additive, s.deletes, lies)
	return s.builder.Run(), Options{Commits: true, Siblings: s.siblings}, name
}

// A judge that accuses a perfect store is worthless.
func TestNothingAccusesAPerfectStore(t *testing.T) {
	judged := map[string]int{}
	for seed := range seeds(2500) {
		run, o, name := perfect(seed)
		for i, r := range Judge(run, o) {
			checker := list()[i].name
			require.Equal(t, checker, r.Verdict.Checker)
			require.NotEmpty(t, r.Verdict.Why)
			if r.Verdict.Result == Pass {
				judged[checker]++
			}
			switch checker {
			case "order_inversions", "conflicts", "unavailable", "linearizable":
				continue
			}
			require.NotEqual(t, Fail, r.Verdict.Result, "%s: %s: %s: %s", name, checker, r.Verdict.Why, r.Verdict.Witness.Text)
		}
	}
	for _, checker := range []string{
		"stale_reads", "lost_writes", "masked_losses", "discarded_writes", "dirty_reads",
		"aborted_reads", "lost_updates", "order_inversions", "read_your_writes", "monotonic_reads", "monotonic_writes",
		"writes_follow_reads", "converged", "false_siblings",
	} {
		require.Greater(t, judged[checker], 150, checker)
	}
}
