package random

import (
	"errors"
	"fmt"
	"time"
)

// Spec is a distribution of times as a scenario spells it: exactly one of the
// alternatives, and optionally a constant to add.
type Spec struct {
	Constant    *time.Duration `yaml:"constant" json:"constant" doc:"always this time"`
	Uniform     *Uniform       `yaml:"uniform" json:"uniform" doc:"any time between low and high, equally likely"`
	Exponential *Exponential   `yaml:"exponential" json:"exponential" doc:"exponential, by its mean or its rate"`
	Pareto      *Pareto        `yaml:"pareto" json:"pareto" doc:"Pareto: never below min, with a heavy tail"`
	Lognormal   *Lognormal     `yaml:"lognormal" json:"lognormal" doc:"lognormal: its logarithm is normal"`
	Mixture     []Part         `yaml:"mixture" json:"mixture" doc:"one of several distributions, chosen by weight"`
	Empirical   []Point        `yaml:"empirical" json:"empirical" doc:"measured quantiles from at 0 to at 1, straight lines between"`
	Preset      string         `yaml:"preset" json:"preset" doc:"a published fit by its name, such as lnkd-ssd"`
	Plus        time.Duration  `yaml:"plus" json:"plus" doc:"time added to every draw of any alternative"`
}

// Uniform is the even distribution over all nanoseconds from Low to High.
type Uniform struct {
	Low  time.Duration `yaml:"low" json:"low" doc:"the shortest time"`
	High time.Duration `yaml:"high" json:"high" doc:"the longest time, included"`
}

// Exponential is the exponential distribution; exactly one field is given.
type Exponential struct {
	Mean time.Duration `yaml:"mean" json:"mean" doc:"the mean time"`
	Rate Rate          `yaml:"rate" json:"rate,omitzero" doc:"events per unit of time, such as 1.66/ms: the mean is its inverse"`
}

// Pareto is the Pareto distribution: P(X > x) = (Min/x)^Alpha.
type Pareto struct {
	Min   time.Duration `yaml:"min" json:"min" doc:"the shortest time"`
	Alpha Decimal       `yaml:"alpha" json:"alpha" doc:"the tail's exponent, 0.1 to 1000: smaller is heavier, no mean up to 1, no variance up to 2"`
}

// Lognormal is the lognormal distribution Median * e^(Sigma*Z), Z standard normal.
type Lognormal struct {
	Median time.Duration `yaml:"median" json:"median" doc:"the time that half of the draws exceed"`
	Sigma  Decimal       `yaml:"sigma" json:"sigma" doc:"the standard deviation of the natural logarithm, above 0 up to 8"`
}

// Part is one distribution of a mixture.
type Part struct {
	Weight Decimal `yaml:"weight" json:"weight" doc:"the share of draws, above 0, relative to the other parts' weights"`
	Of     Spec    `yaml:",inline" json:"of" doc:"the part's distribution; not a mixture"`
}

// Point is one measured quantile.
type Point struct {
	At Decimal       `yaml:"at" json:"at" doc:"the share of draws that are not longer, 0 to 1"`
	Is time.Duration `yaml:"is" json:"is" doc:"the time that this share of the draws does not exceed"`
}

// FieldError says which field of a Spec is wrong, as a path (mixture[1].pareto.alpha;
// empty for the Spec itself), and why.
type FieldError struct {
	Field   string
	Problem string
}

// Error returns the path and the problem.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + ": " + e.Problem
}

// wrong is a FieldError with a formatted problem.
func wrong(field, format string, values ...any) error {
	return &FieldError{field, fmt.Sprintf(format, values...)}
}

// inside puts a path before that of err.
func inside(path string, err error) error {
	var field *FieldError
	if !errors.As(err, &field) {
		return err
	}
	if field.Field != "" {
		path += "." + field.Field
	}
	return &FieldError{path, field.Problem}
}

// Always returns the Spec of a constant time.
func Always(d time.Duration) Spec { return Spec{Constant: &d} }

// FromScalar sets the Spec from its short spelling: a duration (2ms) is a
// constant, anything else the name of a preset.
func (s *Spec) FromScalar(text string) error {
	if _, ok := preset(text); ok {
		*s = Spec{Preset: text}
		return nil
	}
	d, err := ParseDuration(text)
	if err != nil {
		if text == "" || text[0] == '-' || text[0] == '.' || text[0] >= '0' && text[0] <= '9' {
			return err
		}
		return unknownPreset(text)
	}
	*s = Always(d)
	return nil
}

// IsZero reports whether nothing at all is given.
func (s Spec) IsZero() bool { return s.Plus == 0 && len(s.given()) == 0 }

// given names the alternatives that are set.
func (s Spec) given() []string {
	var names []string
	add := func(set bool, name string) {
		if set {
			names = append(names, name)
		}
	}
	add(s.Constant != nil, "constant")
	add(s.Uniform != nil, "uniform")
	add(s.Exponential != nil, "exponential")
	add(s.Pareto != nil, "pareto")
	add(s.Lognormal != nil, "lognormal")
	add(s.Mixture != nil, "mixture")
	add(s.Empirical != nil, "empirical")
	add(s.Preset != "", "preset")
	return names
}
