package predict

import (
	"fmt"
	"strings"

	"simrun/sim/random"
)

// Legs are the four one-way delays of the WARS model, drawn for each replica: the
// write's way out, its acknowledgement's way back, the read's way out and the
// response's way back.
type Legs struct{ W, A, R, S random.Dist }

// LegSpecs are Legs as they are spelled, not yet compiled.
type LegSpecs struct {
	W random.Spec `yaml:"w" required:"true" json:"w" doc:"way of a write to a replica"`
	A random.Spec `yaml:"a" required:"true" json:"a" doc:"way of its acknowledgement back"`
	R random.Spec `yaml:"r" required:"true" json:"r" doc:"way of a read to a replica"`
	S random.Spec `yaml:"s" required:"true" json:"s" doc:"way of its response back"`
}

// LegNames are the letters of the legs, in order.
func LegNames() []string { return []string{"w", "a", "r", "s"} }

// Leg returns the leg with a letter, w, a, r or s; nil where there is no such leg.
func (s *LegSpecs) Leg(letter string) *random.Spec {
	switch strings.ToLower(letter) {
	case "w":
		return &s.W
	case "a":
		return &s.A
	case "r":
		return &s.R
	case "s":
		return &s.S
	}
	return nil
}

// Compile checks the four and makes them ready to be drawn from.
func (s *LegSpecs) Compile() (Legs, error) {
	var legs Legs
	for i, d := range []*random.Dist{&legs.W, &legs.A, &legs.R, &legs.S} {
		var err error
		name := LegNames()[i]
		if *d, err = s.Leg(name).Compile(); err != nil {
			return Legs{}, fmt.Errorf("leg %s: %w", name, err)
		}
	}
	return legs, nil
}

// Presets lists the names of the published fits that have all four legs.
func Presets() []string { return []string{"lnkd-ssd", "lnkd-disk", "ymmr"} }

// Preset returns the four legs of a published fit (PBS, table 3): the write's way
// out has one of its own, the other three share one. At LinkedIn with SSDs all four
// are alike.
func Preset(name string) (LegSpecs, bool) {
	write := name + "-write"
	switch name {
	case "lnkd-ssd":
		write = name
	case "lnkd-disk", "ymmr":
	default:
		return LegSpecs{}, false
	}
	other := random.Spec{Preset: name}
	return LegSpecs{W: random.Spec{Preset: write}, A: other, R: other, S: other}, true
}

// WARS runs trials of the WARS model (PBS, section 5.1) for n replicas, n from 1 to
// MaxReplicas, and returns the curves of every R and W. Every leg is drawn apart, by
// the seed, the number of the trial and the replica: a replica or a trial more changes
// nothing about the others.
func WARS(legs Legs, n, trials int, seed uint64) *Curves {
	c, b := NewCurves(n), newBatch(n)
	for first := 0; first < trials; first += batchTrials {
		b.draw(&legs, uint64(first), seed)
		b.count(c, min(batchTrials, trials-first))
	}
	return c
}

// batch is some trials. They are drawn leg by leg, since each law has tables of its
// own, and counted histogram by histogram.
type batch struct {
	n     int
	words []uint64
	legs  [4][]int64
	trial *Trial
	// The k-th smallest acknowledgements and answers, at k-1, and what is late, at the
	// cell of R and W, with how many there are.
	acked, told, late []column
	lates             []int
}

const batchTrials = 64

// column is one time of every trial of a batch.
type column [batchTrials]int64

func newBatch(n int) *batch {
	b := &batch{n: n, words: make([]uint64, n*batchTrials), trial: NewTrial(n)}
	for i := range b.legs {
		b.legs[i] = make([]int64, n*batchTrials)
	}
	b.acked, b.told, b.late = make([]column, n), make([]column, n), make([]column, n*n)
	b.lates = make([]int, n*n)
	return b
}

// draw draws the legs of the trials from the first on.
func (b *batch) draw(legs *Legs, first, seed uint64) {
	for leg, d := range [4]*random.Dist{&legs.W, &legs.A, &legs.R, &legs.S} {
		base := random.Mix(seed, uint64(leg))
		for k := range batchTrials {
			words := b.words[k*b.n : (k+1)*b.n]
			for i := range words {
				words[i] = random.Mix(base, (first+uint64(k))*MaxReplicas+uint64(i))
			}
		}
		d.Samples(b.legs[leg], b.words)
	}
}

// count counts the first trials of the batch.
func (b *batch) count(c *Curves, trials int) {
	clear(b.lates)
	for k := range trials {
		b.sort(k)
		b.lay(k)
	}
	c.trials += uint64(trials)
	for i := range b.n {
		c.write[i].addAll(b.acked[i][:trials])
		c.read[i].addAll(b.told[i][:trials])
	}
	for i, lates := range b.lates {
		c.late[i].addAll(b.late[i][:lates])
	}
}

// sort takes the k-th trial from the legs and puts it in order.
func (b *batch) sort(k int) {
	t, at := b.trial, k*b.n
	w, a := b.legs[0][at:at+b.n], b.legs[1][at:at+b.n]
	r, s := b.legs[2][at:at+b.n], b.legs[3][at:at+b.n]
	for i := range t.answers {
		t.acked[i] = w[i] + a[i]
		t.answers[i] = answer{r[i] + s[i], r[i], w[i] - r[i]}
	}
	t.sort()
}

// lay lays the k-th trial into the columns. Whether a read is late cannot be foretold,
// so that no branch depends on it: what is not late is overwritten by the next.
func (b *batch) lay(k int) {
	t := b.trial
	age := t.answers[0].age
	for i := range t.answers {
		b.acked[i][k], b.told[i][k] = t.acked[i], t.answers[i].told
		age = min(age, t.answers[i].age)
		for w := range b.n - 1 - i { // where R + W > N nothing is ever late
			cell := i*b.n + w
			after := age - t.acked[w]
			b.late[cell][b.lates[cell]&(batchTrials-1)] = after
			b.lates[cell] += int(uint64(-after) >> 63)
		}
	}
}
