package reports

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"simrun/results"
)

// digits is how many significant digits numbers are shown with.
const digits = 3

// spellNumber spells a number to three significant digits, without an exponent:
// 0.00123, 1.23, 12.3, 123, 12,345.
func spellNumber(x float64) string {
	if x == 0 {
		return "0"
	}
	return grouped(strconv.FormatFloat(x, 'f', decimals(x), 64))
}

// decimals is how many decimals show three significant digits of a number, as it is
// after rounding to them.
func decimals(x float64) int {
	if x == 0 {
		return 0
	}
	scientific := strconv.FormatFloat(math.Abs(x), 'e', digits-1, 64)
	_, power, _ := strings.Cut(scientific, "e")
	exponent, _ := strconv.Atoi(power)
	return max(0, digits-1-exponent)
}

// spellCount spells an integer with its thousands apart.
func spellCount(n int64) string { return grouped(strconv.FormatInt(n, 10)) }

// grouped puts commas between the thousands of a number in decimal digits.
func grouped(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	whole, rest, hasRest := strings.Cut(number, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if hasRest {
		whole += "." + rest
	}
	return sign + whole
}

// unit is a unit of time that durations are shown in.
type unit struct {
	name string
	size float64 // in nanoseconds
}

var units = [...]unit{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}, {"ns", 1}}

// unitOf is the largest unit of which there is at least one, once rounded to three
// digits.
func unitOf(nanoseconds float64) unit {
	for _, u := range units {
		if x, _ := strconv.ParseFloat(strconv.FormatFloat(math.Abs(nanoseconds)/u.size, 'e', digits-1, 64), 64); x >= 1 {
			return u
		}
	}
	return units[len(units)-1]
}

// spellDuration spells a duration to three significant digits: 1.23 ms.
func spellDuration(d time.Duration) string {
	if d == 0 {
		return "0 s"
	}
	u := unitOf(float64(d))
	if u.size == 1 {
		return spellCount(int64(d)) + " ns"
	}
	return spellNumber(float64(d)/u.size) + " " + u.name
}

// spellShare spells a share as a percentage: 12.3 %. What is not quite all never
// rounds to all: beyond 99 %, two digits of what is missing are shown.
func spellShare(x float64) string { return spellPercent(x) + " %" }

func spellPercent(x float64) string {
	if x <= 0.99 || x >= 1 {
		return spellNumber(100 * x)
	}
	missing := 100 * (1 - x)
	return strconv.FormatFloat(100*x, 'f', min(12, max(1, decimals(missing)-1)), 64)
}

// spellDatum spells a field of a table; a missing one is blank.
func spellDatum(d results.Datum) string {
	switch d.Kind {
	case results.Text:
		return clean(d.Text)
	case results.Integer:
		return spellCount(d.Integer)
	case results.Number:
		return spellNumber(d.Number)
	case results.Duration:
		return spellDuration(time.Duration(d.Integer))
	case results.Fraction:
		return spellShare(d.Number)
	}
	return ""
}

// spellEstimate spells a mean with its 95 % interval: "1.23 ms [1.20, 1.26]", and
// what never happened with its upper bound: "0 % (≤ 0.150 %)".
func spellEstimate(metric string, e results.Estimate) string {
	if !e.Defined {
		return ""
	}
	size, name := scaleOf(metric, e)
	switch {
	case !e.Bounded:
		return spellNumber(e.Mean/size) + name
	case e.Mean == 0 && e.Low == 0 && e.High > 0:
		return "0" + name + " (≤ " + spellNumber(e.High/size) + name + ")"
	}
	// The same decimals for all three: three digits of the mean, or more where the
	// interval would shrink to a point.
	places := decimals(e.Mean / size)
	if half := (e.High - e.Low) / 2 / size; half > 0 {
		places = min(9, max(places, decimals(half)-digits+1))
	}
	spell := func(x float64) string { return grouped(strconv.FormatFloat(x/size, 'f', places, 64)) }
	return spell(e.Mean) + name + " [" + spell(e.Low) + ", " + spell(e.High) + "]"
}

// scaleOf is the unit in which a mean and its interval are shown.
func scaleOf(metric string, e results.Estimate) (size float64, name string) {
	switch results.ColumnOf(metric).Unit {
	case "share":
		return 0.01, " %"
	case "ns":
		u := unitOf(max(e.Mean, e.Low))
		if e.Mean == 0 {
			u = unitOf(e.High)
		}
		return u.size, " " + u.name
	}
	return 1, ""
}

// clean makes a text fit for one line: what does not print is spelt as Go would.
func clean(text string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if strings.IndexFunc(text, odd) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if odd(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plural spells a count with its noun: 1 run, 2,000 runs.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return spellCount(int64(n)) + " " + noun + "s"
}
