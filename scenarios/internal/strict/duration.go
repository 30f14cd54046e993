package strict

import (
	"math"
	"math/bits"
	"regexp"
	"strings"
	"time"
)

// unit is one unit of time. Their order is that in which they may follow each other: 1m30s.
type unit struct {
	name   string
	length uint64 // nanoseconds
}

var units = [...]unit{
	{"h", uint64(time.Hour)},
	{"m", uint64(time.Minute)},
	{"s", uint64(time.Second)},
	{"ms", uint64(time.Millisecond)},
	{"us", uint64(time.Microsecond)},
	{"µs", uint64(time.Microsecond)},
	{"μs", uint64(time.Microsecond)},
	{"ns", 1},
}

// durationPattern is what ParseDuration accepts, as a regular expression for the schema.
const durationPattern = `^-?((0|[1-9][0-9]*)(\.[0-9]+)?(h|ms|m|s|us|µs|μs|ns))+$`

var durationRegexp = regexp.MustCompile(durationPattern)

// ParseDuration reads decimals with a unit, such as 2ms, 1.5s, 100us, 3m or 1m30s, exactly: no float is involved. It
// refuses a number without a unit, more than nine decimals of a second and what no time.Duration can hold.
func ParseDuration(text string) (time.Duration, error) {
	rest, negative := strings.CutPrefix(text, "-")
	total, last := uint64(0), uint64(math.MaxUint64)
	for first := true; first || rest != ""; first = false {
		part, after, err := cutPart(text, rest)
		if err != nil {
			return 0, err
		}
		if part.unit >= last || part.fraction != "" && after != "" {
			return 0, notDuration(text)
		}
		length, err := part.nanoseconds(text)
		if err != nil {
			return 0, err
		}
		if total > math.MaxInt64-length {
			return 0, tooLong(text)
		}
		total, rest, last = total+length, after, part.unit
	}
	if negative {
		return -time.Duration(total), nil
	}
	return time.Duration(total), nil
}

// valueError is what is wrong with a value, the offending text in it, and what was probably meant.
type valueError struct{ message, hint string }

func (e *valueError) Error() string { return e.message }

func notDuration(text string) error {
	return &valueError{quote(text) + " is not a duration such as 2ms, 1.5s or 3m", suggest(guessDuration(text))}
}

func tooLong(text string) error {
	return &valueError{quote(text) + " is too long for a duration; at most 2562047h", ""}
}

// durationPart is one number with its unit.
type durationPart struct {
	whole, fraction string
	unit            uint64 // nanoseconds
}

// cutPart takes the first number and unit off rest.
func cutPart(text, rest string) (part durationPart, after string, err error) {
	part.whole, rest = cutDigits(rest)
	if dotted, ok := strings.CutPrefix(rest, "."); ok {
		if part.fraction, rest = cutDigits(dotted); part.fraction == "" {
			return part, "", notDuration(text)
		}
	}
	if part.whole == "" || len(part.whole) > 1 && part.whole[0] == '0' {
		return part, "", notDuration(text)
	}
	if rest == "" {
		return part, "", &valueError{quote(text) + " has no unit", suggest(guessDuration(text))}
	}
	name := rest[:len(rest)-len(strings.TrimLeftFunc(rest, isUnitLetter))]
	for _, unit := range units {
		if unit.name == name {
			part.unit = unit.length
			return part, rest[len(name):], nil
		}
	}
	return part, "", notDuration(text)
}

func cutDigits(text string) (digits, rest string) {
	rest = strings.TrimLeft(text, "0123456789")
	return text[:len(text)-len(rest)], rest
}

func isUnitLetter(r rune) bool { return r != '.' && (r < '0' || r > '9') }

func (p durationPart) nanoseconds(text string) (uint64, error) {
	length := p.unit
	whole, ok := decimal(p.whole)
	high, total := bits.Mul64(whole, length)
	if !ok || high != 0 || total > math.MaxInt64 {
		return 0, tooLong(text)
	}
	for _, digit := range p.fraction {
		if length%10 != 0 {
			length = 0
		}
		if length /= 10; length == 0 && digit != '0' {
			return 0, &valueError{quote(text) + " is finer than a nanosecond", ""}
		}
		total += uint64(digit-'0') * length
	}
	if total > math.MaxInt64 {
		return 0, tooLong(text)
	}
	return total, nil
}

// decimal reads digits; false if they do not fit.
func decimal(digits string) (value uint64, ok bool) {
	for _, digit := range digits {
		high, product := bits.Mul64(value, 10)
		sum, carry := bits.Add64(product, uint64(digit-'0'), 0)
		if high != 0 || carry != 0 {
			return 0, false
		}
		value = sum
	}
	return value, true
}

// guessDuration mends what people write for a duration; "" if the mended text is none either.
func guessDuration(text string) string {
	trimmed := strings.ToLower(strings.ReplaceAll(text, " ", ""))
	number := strings.TrimRight(trimmed, "abcdefghijklmnopqrstuvwxyzµμ")
	unit := spelledUnits()[trimmed[len(number):]]
	mended := guessNumber(number)
	if len(text) > 32 || mended == "" || unit == "" {
		return ""
	}
	if guess := mended + unit; durationRegexp.MatchString(guess) {
		return guess
	}
	return ""
}

// isBare tells whether a text is a number alone, without a unit.
func isBare(text string) bool { return text != "" && strings.Trim(text, "0123456789.+ ") == "" }

// guessNumber drops a needless sign or zeros before a decimal.
func guessNumber(text string) string {
	text = strings.TrimPrefix(text, "+")
	whole, rest := cutDigits(text)
	if rest != "" && rest[0] != '.' {
		return ""
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	return whole + strings.TrimSuffix(rest, ".")
}

// spelledUnits are units as people also write them; a number without any is taken for milliseconds.
func spelledUnits() map[string]string {
	return map[string]string{
		"": "ms", "ns": "ns", "us": "us", "µs": "us", "μs": "us", "ms": "ms", "s": "s", "m": "m", "h": "h",
		"nsec": "ns", "usec": "us", "msec": "ms", "millis": "ms", "sec": "s", "secs": "s", "second": "s",
		"seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m", "hr": "h", "hour": "h", "hours": "h",
	}
}
