package random

import (
	"math/big"
	"strconv"
)

// Compile checks the Spec and builds its Dist. An error is a *FieldError.
func (s Spec) Compile() (Dist, error) {
	weighted, err := s.flatten()
	if err != nil {
		return Dist{}, err
	}
	if len(weighted) == 1 {
		return Dist{only: weighted[0].part}, nil
	}
	return join(weighted)
}

// flatten returns the parts of the Spec, Plus included.
func (s Spec) flatten() ([]weighted, error) {
	switch names := s.given(); len(names) {
	case 0:
		return nil, wrong("", "no distribution is given: use one of constant, uniform, exponential, pareto, lognormal, mixture, empirical, preset")
	case 1:
	default:
		return nil, wrong("", "both %s and %s are given: use one", names[0], names[1])
	}
	if err := checkTime("plus", s.Plus); err != nil {
		return nil, err
	}
	parts, err := s.alternative()
	for i := range parts {
		parts[i].low += int64(s.Plus)
	}
	return parts, err
}

func (s Spec) alternative() ([]weighted, error) {
	switch {
	case s.Mixture != nil:
		return flattenMixture(s.Mixture)
	case s.Empirical != nil:
		return flattenEmpirical(s.Empirical)
	case s.Preset != "":
		known, ok := preset(s.Preset)
		if !ok {
			return nil, inside("preset", unknownPreset(s.Preset))
		}
		return known.flatten()
	}
	p, err := s.simple()
	return []weighted{{part: p, weight: big.NewRat(1, 1)}}, err
}

func (s Spec) simple() (part, error) {
	switch {
	case s.Constant != nil:
		return part{low: int64(*s.Constant)}, checkTime("constant", *s.Constant)
	case s.Uniform != nil:
		return s.Uniform.part()
	case s.Exponential != nil:
		return s.Exponential.part()
	case s.Pareto != nil:
		return s.Pareto.part()
	}
	return s.Lognormal.part()
}

// flattenMixture returns the parts of all parts, each with its share of the whole.
func flattenMixture(parts []Part) ([]weighted, error) {
	if len(parts) == 0 {
		return nil, wrong("mixture", "has no parts")
	}
	var all []weighted
	for i, p := range parts {
		path := "mixture[" + strconv.Itoa(i) + "]"
		if p.Weight <= 0 {
			return nil, wrong(path+".weight", "%v is not above 0", p.Weight)
		}
		if p.Of.Mixture != nil {
			return nil, wrong(path+".mixture", "a mixture's part may not be a mixture")
		}
		some, err := p.Of.flatten()
		if err != nil {
			return nil, inside(path, err)
		}
		all = append(all, reweigh(some, p.Weight)...)
	}
	return all, nil
}

// flattenEmpirical returns one even spread between each two points.
func flattenEmpirical(points []Point) ([]weighted, error) {
	if err := checkPoints(points); err != nil {
		return nil, err
	}
	var all []weighted
	for i, to := range points[1:] {
		from := points[i]
		all = append(all, weighted{evenly(from.Is, to.Is), big.NewRat(int64(to.At-from.At), 1)})
	}
	return all, nil
}

func checkPoints(points []Point) error {
	if len(points) < 2 {
		return wrong("empirical", "needs at least two points, at 0 and at 1")
	}
	for i, p := range points {
		path := "empirical[" + strconv.Itoa(i) + "]"
		if err := checkTime(path+".is", p.Is); err != nil {
			return err
		}
		switch {
		case i == 0 && p.At != 0:
			return wrong(path+".at", "the first point must be at 0")
		case i == len(points)-1 && p.At != One:
			return wrong(path+".at", "the last point must be at 1")
		case i > 0 && p.At <= points[i-1].At:
			return wrong(path+".at", "%v is not above the point before", p.At)
		case i > 0 && p.Is < points[i-1].Is:
			return wrong(path+".is", "%v is shorter than the point before", p.Is)
		}
	}
	return nil
}
