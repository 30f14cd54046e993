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
// the seed, the number of the trial and the replica: a replica more changes nothing
// about the others.
func WARS(legs Legs, n, trials int, seed uint64) *Curves {
	c, t := NewCurves(n), NewTrial(n)
	for i := range uint64(max(trials, 0)) {
		t.draw(&legs, random.Mix(seed, i))
		c.Add(t)
	}
	return c
}

// draw draws the legs of a trial.
func (t *Trial) draw(legs *Legs, base uint64) {
	for i := range t.Replicas {
		p, word := &t.Replicas[i], 4*uint64(i)
		p.Wrote = legs.W.Sample(random.Mix(base, word))
		p.Acked = p.Wrote + legs.A.Sample(random.Mix(base, word+1))
		p.Asked = legs.R.Sample(random.Mix(base, word+2))
		p.Told = p.Asked + legs.S.Sample(random.Mix(base, word+3))
	}
}
