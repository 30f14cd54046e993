//go:build linux

package bench

import (
	"container/heap"
	"math/rand/v2"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/random"
	"simrun/sim/record"
)

// textbook is the trial as one would write it in an afternoon: a heap of closures,
// maps for all that nodes know, one generator of random numbers. It keeps the same
// history of ops, but neither digest, addresses, clocks nor faults.
type textbook struct {
	queue    closures
	now      time.Duration
	sequence int
	random   *rand.Rand
	replicas []map[int]version
	pending  map[sim.OpID]*collecting
	record   record.History
	stamp    uint32
}

type version struct {
	value sim.OpID
	time  time.Duration
}

// collecting is an op that waits for answers.
type collecting struct {
	got    int
	newest version
	done   func(version)
}

type closure struct {
	at       time.Duration
	sequence int
	do       func()
}

type closures []*closure

func (c closures) Len() int { return len(c) }
func (c closures) Less(i, j int) bool {
	return c[i].at < c[j].at || c[i].at == c[j].at && c[i].sequence < c[j].sequence
}
func (c closures) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *closures) Push(x any)   { *c = append(*c, x.(*closure)) }
func (c *closures) Pop() any {
	last := len(*c) - 1
	x := (*c)[last]
	*c = (*c)[:last]
	return x
}

func newTextbook(seed uint64) *textbook {
	t := &textbook{random: rand.New(rand.NewPCG(seed, 1)), pending: map[sim.OpID]*collecting{}}
	for range replicas {
		t.replicas = append(t.replicas, map[int]version{})
	}
	return t
}

// run does all trials and returns how many ops were answered.
func (t *textbook) run() int {
	t.history()
	return len(t.record.Ops)
}

func (t *textbook) history() *record.History {
	for client := range askers {
		t.after(every, func() { t.trial(client, 1) })
	}
	for len(t.queue) > 0 {
		next := heap.Pop(&t.queue).(*closure)
		t.now = next.at
		next.do()
	}
	return &t.record
}

func (t *textbook) after(d time.Duration, do func()) {
	t.sequence++
	heap.Push(&t.queue, &closure{t.now + d, t.sequence, do})
}

func (t *textbook) trial(client, number int) {
	if number < trials/askers {
		t.after(every, func() { t.trial(client, number+1) })
	}
	key := (number*askers + client) % trialKeys
	write := sim.NewOpID(uint16(client+1), uint32(2*number-1))
	t.put(write, key, func() { t.get(write+1, key) })
}

func (t *textbook) put(op sim.OpID, key int, then func()) {
	v := version{op, t.now}
	t.begin(&sim.Call{Op: op, Code: sim.Put, Key: sim.Key(key), Value: sim.Value{ID: op}})
	t.ask(op, func(cells map[int]version) version {
		if v.time >= cells[key].time {
			cells[key] = v
		}
		return v
	}, func(version) {
		t.end(&sim.Result{Op: op, Outcome: sim.OK})
		then()
	})
}

func (t *textbook) get(op sim.OpID, key int) {
	t.begin(&sim.Call{Op: op, Code: sim.Get, Key: sim.Key(key)})
	t.ask(op, func(cells map[int]version) version { return cells[key] }, func(newest version) {
		t.end(&sim.Result{Op: op, Outcome: sim.OK, Values: []sim.Value{{ID: newest.value}}})
	})
}

// ask has all replicas do something and waits for a quorum of answers.
func (t *textbook) ask(op sim.OpID, do func(cells map[int]version) version, done func(version)) {
	t.pending[op] = &collecting{done: done}
	for _, cells := range t.replicas {
		t.after(t.delay(), func() {
			v := do(cells)
			t.after(t.delay(), func() { t.answered(op, v) })
		})
	}
}

func (t *textbook) delay() time.Duration { return time.Duration(t.random.ExpFloat64() * float64(leg)) }

func (t *textbook) answered(op sim.OpID, v version) {
	c := t.pending[op]
	if c == nil {
		return // late
	}
	if v.time >= c.newest.time {
		c.newest = v
	}
	if c.got++; c.got == quorum {
		delete(t.pending, op)
		c.done(c.newest)
	}
}

func (t *textbook) begin(c *sim.Call) {
	t.stamp++
	t.record.Begin(c, t.stamp, t.now)
}

func (t *textbook) end(r *sim.Result) {
	t.stamp++
	t.record.End(r, t.stamp, t.now)
}

// warsTrials is the trial of Bailis et al. (VLDB 2012, section 5.1): twelve delays,
// the time of the commit, and whether one of the first answers to the read left its
// replica after the write had arrived there.
func warsTrials() func(seed uint64) int {
	latency, err := random.Spec{Exponential: &random.Exponential{Mean: leg}}.Compile()
	if err != nil {
		panic(err)
	}
	return func(seed uint64) int {
		fresh := 0
		for i := range uint64(trials) {
			if warsTrial(&latency, seed+i) {
				fresh++
			}
		}
		if fresh == 0 {
			panic("no read saw its write")
		}
		return 2 * trials
	}
}

func warsTrial(latency *random.Dist, trial uint64) (fresh bool) {
	a := random.Address(trial * 12)
	draw := func() int64 {
		a++
		return latency.Sample(random.Draw(1, a, random.Latency))
	}
	var wrote, acked, asked, answered [replicas]int64
	for i := range replicas {
		wrote[i] = draw()
		acked[i] = wrote[i] + draw()
		asked[i] = draw()
		answered[i] = asked[i] + draw()
	}
	slices.Sort(acked[:])
	commit, last := acked[quorum-1], median3(answered)
	for i := range replicas {
		if answered[i] <= last && wrote[i] <= commit+asked[i] {
			return true
		}
	}
	return false
}

// median3 is the time of the second answer.
func median3(t [replicas]int64) int64 {
	return max(min(t[0], t[1]), min(max(t[0], t[1]), t[2]))
}
