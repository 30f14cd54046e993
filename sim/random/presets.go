package random

import (
	"strings"
	"time"
)

// Presets lists the names of all presets, in order.
func Presets() []string {
	return []string{"lnkd-ssd", "lnkd-disk", "lnkd-disk-write", "ymmr", "ymmr-write"}
}

// preset returns the production latencies of "Probabilistically Bounded Staleness
// for Practical Partial Quorums" (VLDB 2012), table 3: one-way fits, each a
// Pareto body with an exponential tail. "-write" is the write's way out (W); the
// acknowledgement, the read and the response (A, R, S) share the other fit. At
// lnkd-ssd all four are one.
func preset(name string) (Spec, bool) {
	switch name {
	case "lnkd-ssd", "lnkd-disk":
		return fit(912_200_000, 235*time.Microsecond, 10*One, 1660*One), true
	case "lnkd-disk-write":
		return fit(380_000_000, 1050*time.Microsecond, 1_510_000_000, 183*One), true
	case "ymmr":
		return fit(982_000_000, 1500*time.Microsecond, 3_800_000_000, 21_700_000_000), true
	case "ymmr-write":
		return fit(939_000_000, 3*time.Millisecond, 3_350_000_000, 2_800_000_000), true
	}
	return Spec{}, false
}

// fit is a mixture of a Pareto body of the given weight and an exponential tail of
// so many events per second. A rate, since its inverse is no whole nanosecond.
func fit(body Decimal, least time.Duration, alpha, perSecond Decimal) Spec {
	return Spec{Mixture: []Part{
		{Weight: body, Of: Spec{Pareto: &Pareto{Min: least, Alpha: alpha}}},
		{Weight: One - body, Of: Spec{Exponential: &Exponential{Rate: PerSecond(perSecond)}}},
	}}
}

func unknownPreset(name string) error {
	return wrong("", "unknown preset %q: %s", name, strings.Join(Presets(), ", "))
}
