package results

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"simrun/checks"
)

// Claim is what an expectation says: a checker's name, or a metric compared with a
// number. The name of a checker that looks for an anomaly (stale_reads) claims that
// there is one; the name of a guarantee (linearizable) claims that it holds.
type Claim struct {
	Text       string
	Name       string // of the checker or the metric
	Comparison string // >=, >, <=, <, == or !=; "" where the claim is a checker's name
	Bound      float64
}

// guarantees are the checkers whose name is a promise. All others are named after
// the anomaly that they look for.
var guarantees = []string{
	"linearizable", "read_your_writes", "monotonic_reads", "monotonic_writes", "writes_follow_reads",
	"converged", "one_leader", "one_membership", "quorum_overlap", "atomic_commit", "replicas_agree", "caught_up",
	"recovered", "one_vote", "one_value", "applied_in_order", "exactly_once", "leader_completeness", "log_matching",
	"durable_majority", "promises_kept", "configurations_intersect", "leases_exclusive",
	"fenced",
}

// claimShape is a name, perhaps compared with a bound.
var claimShape = regexp.MustCompile(`^\s*([A-Za-z0-9_.-]+)\s*(?:(>=|<=|==|!=|>|<|=)\s*([^<>=\s].*?))?\s*$`)

// ParseClaim reads a claim: "stale_reads", "availability >= 0.99",
// "latency_read_p99_ns < 50ms", "stale_share <= 5%". Bounds are numbers; of metrics
// in nanoseconds also durations, of shares also percents. An error names the
// offending word and the nearest name that there is.
func ParseClaim(text string) (Claim, error) {
	parts := claimShape.FindStringSubmatch(text)
	if parts == nil {
		return Claim{}, fmt.Errorf("%q is not a claim: write a checker's name, or a comparison such as availability >= 0.99", text)
	}
	c := Claim{Text: strings.TrimSpace(text), Name: parts[1], Comparison: parts[2]}
	if c.Comparison == "" {
		return c, c.mustJudge()
	}
	if c.Comparison == "=" {
		return Claim{}, fmt.Errorf("%q has no comparison: write == for equal", text)
	}
	metric, known := catalogued(c.Name)
	if !known {
		return Claim{}, unknownName(c.Name, metrics())
	}
	bound, err := parseBound(parts[3], metric)
	c.Bound = bound
	return c, err
}

// mustJudge refuses a name alone that is no checker's.
func (c *Claim) mustJudge() error {
	names := Checkers()
	for _, name := range names {
		if name == c.Name {
			return nil
		}
	}
	if _, metric := catalogued(c.Name); metric {
		return fmt.Errorf("%q is a metric: compare it with a number, such as %s > 0", c.Name, c.Name)
	}
	return unknownName(c.Name, append(names, metrics()...))
}

func unknownName(name string, known []string) error {
	err := fmt.Sprintf("there is no checker or metric %q", name)
	if near := Nearest(name, known); near != "" {
		err += fmt.Sprintf(": did you mean %q?", near)
	}
	return fmt.Errorf("%s", err)
}

// Checkers lists the names that a claim may give alone.
func Checkers() []string {
	names := []string{"linearizable"}
	for _, c := range checks.All() {
		if c.Name != names[0] && c.Name != "traffic" {
			names = append(names, c.Name)
		}
	}
	return names
}

func metrics() []string {
	var names []string
	for _, m := range checks.Catalogue() {
		names = append(names, m.Name)
	}
	return names
}

// catalogued finds a metric in the catalogue.
func catalogued(name string) (checks.Catalogued, bool) {
	if at, known := places()[name]; known {
		return checks.Catalogue()[at], true
	}
	return checks.Catalogued{}, false
}

func parseBound(text string, metric checks.Catalogued) (float64, error) {
	if bound, err := strconv.ParseFloat(text, 64); err == nil && bound == bound {
		return bound, nil
	}
	if metric.Unit == "ns" {
		if d, err := time.ParseDuration(strings.ReplaceAll(text, " ", "")); err == nil {
			return float64(d), nil
		}
		return 0, fmt.Errorf("%q is neither a number of nanoseconds nor a duration such as 50ms", text)
	}
	if part, percent := strings.CutSuffix(text, "%"); percent && metric.Kind == checks.Share {
		if bound, err := strconv.ParseFloat(strings.TrimSpace(part), 64); err == nil {
			return bound / 100, nil
		}
	}
	return 0, fmt.Errorf("%q is not a number to compare %s with", text, metric.Name)
}

// Truth is what the measures and verdicts of one run say of the claim, why, and a
// witness where a checker gave one. It is Undecided where the checker reached a
// bound, and Silent where there is nothing to judge by.
func (c *Claim) Truth(measures []checks.Measure, verdicts []checks.Verdict) (Truth, string, checks.Witness) {
	if c.Comparison == "" {
		return c.judged(verdicts)
	}
	value, defined := Value(Find(measures, c.Name))
	if !defined {
		return Silent, c.Name + " is undefined: there is too little to measure", checks.Witness{}
	}
	why := c.Name + " is " + strconv.FormatFloat(value, 'g', -1, 64)
	return truthOf(c.holds(value)), why, c.witness(verdicts)
}

// witness is that of the checker with the metric's name, if there is one.
func (c *Claim) witness(verdicts []checks.Verdict) checks.Witness {
	for i := range verdicts {
		if verdicts[i].Checker == c.Name {
			return verdicts[i].Witness
		}
	}
	return checks.Witness{}
}

func (c *Claim) judged(verdicts []checks.Verdict) (Truth, string, checks.Witness) {
	for i := range verdicts {
		v := &verdicts[i]
		if v.Checker != c.Name {
			continue
		}
		switch v.Result {
		case checks.Undecided:
			return Undecided, v.Why, v.Witness
		case checks.Vacuous:
			return Silent, v.Why, v.Witness
		}
		return truthOf((v.Result == checks.Pass) == c.Guarantee()), v.Why, v.Witness
	}
	return Silent, "nobody judged " + c.Name, checks.Witness{}
}

// Guarantee tells whether the claim names a promise rather than an anomaly.
func (c *Claim) Guarantee() bool { return Promise(c.Name) }

// Promise tells whether a checker's name is a promise (converged) rather than the
// name of an anomaly (stale_reads).
func Promise(checker string) bool { return slices.Contains(guarantees, checker) }

// Accuses tells whether the claim, where it is true, is that there is an anomaly.
func (c *Claim) Accuses() bool { return c.Comparison == "" && !c.Guarantee() }

// Finding names what a checker found: "broken: linearizable" of a guarantee, which
// would otherwise read as if it held, "found: stale_reads" of an anomaly.
func Finding(checker string) string {
	if Promise(checker) {
		return "broken: " + checker
	}
	return "found: " + checker
}

func truthOf(holds bool) Truth {
	if holds {
		return True
	}
	return False
}

// holds compares a value with the bound. Shares are quotients of integers, rounded
// once, so that 99 of 100 equals 0.99.
func (c *Claim) holds(value float64) bool {
	switch c.Comparison {
	case ">=":
		return value >= c.Bound
	case ">":
		return value > c.Bound
	case "<=":
		return value <= c.Bound
	case "<":
		return value < c.Bound
	case "==":
		return value == c.Bound
	}
	return value != c.Bound
}
