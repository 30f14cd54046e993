package fault

import (
	"simrun/sim"
	"simrun/sim/random"
)

// sampler compiles a distribution; nil for none. Check has refused what cannot be
// compiled, so a failure here is a mistake of the program.
func sampler(spec *random.Spec) sim.Sampler {
	if spec == nil {
		return nil
	}
	dist, err := spec.Compile()
	if err != nil {
		panic("fault: a distribution was not checked: " + err.Error())
	}
	return &dist
}

const (
	perMille     = random.One / 1000 // a thousandth, as a Decimal
	mostPermille = 1_000_000_000     // a million times slower
)

// permille turns a factor into parts per thousand.
func permille(factor random.Decimal) int64 { return int64(factor / perMille) }

// checkSlowness judges the two ways to slow something down.
func checkSlowness(factor random.Decimal, path string, spec *random.Spec) error {
	switch {
	case factor <= 0:
		return wrong("factor", "%v is not above 0", factor)
	case factor%perMille != 0:
		return wrong("factor", "%v has more than three digits after the point", factor)
	case permille(factor) > mostPermille:
		return wrong("factor", "%v is above 1000000", factor)
	case factor == random.One && spec == nil:
		return wrong("factor", "neither a factor other than 1 nor %s is given", path)
	}
	return checkSpec(path, spec)
}
