package random

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// units are the units of time that a text may use.
var units = [...]struct {
	name string
	size time.Duration
}{
	{"ns", time.Nanosecond},
	{"us", time.Microsecond},
	{"µs", time.Microsecond},
	{"μs", time.Microsecond},
	{"ms", time.Millisecond},
	{"s", time.Second},
	{"m", time.Minute},
	{"h", time.Hour},
}

func unit(name string) (time.Duration, bool) {
	for _, u := range units {
		if u.name == name {
			return u.size, true
		}
	}
	return 0, false
}

// ParseDuration reads what time.ParseDuration reads (2ms, 1m30s, -0.5s, 0), but
// exactly: the standard one rounds through a float. A fraction of a nanosecond
// is an error.
func ParseDuration(text string) (time.Duration, error) {
	d, err := parseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("duration %q %w", text, err)
	}
	return d, nil
}

func parseDuration(text string) (time.Duration, error) {
	rest, negative := strings.CutPrefix(text, "-")
	if rest == "0" {
		return 0, nil
	}
	var sum time.Duration
	for more := true; more; more = rest != "" {
		var piece time.Duration
		var err error
		if piece, rest, err = cutPiece(rest); err != nil {
			return 0, err
		}
		if sum += piece; sum < 0 {
			return 0, errTooLarge
		}
	}
	if negative {
		sum = -sum
	}
	return sum, nil
}

// cutPiece reads one number with its unit off the front of text.
func cutPiece(text string) (time.Duration, string, error) {
	size := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if size <= 0 {
		if _, err := parseNumber(text); err != nil {
			return 0, "", err
		}
		return 0, "", errors.New("needs a unit: ns, us, ms, s, m or h")
	}
	n, err := parseNumber(text[:size])
	if err != nil {
		return 0, "", err
	}
	name := text[size:]
	if end := strings.IndexAny(name, ".0123456789"); end >= 0 {
		name = name[:end]
	}
	one, ok := unit(name)
	if !ok {
		return 0, "", fmt.Errorf("has the unknown unit %q: ns, us, ms, s, m or h", name)
	}
	value, err := n.times(big.NewInt(int64(one)), 0)
	if errors.Is(err, errTooFine) {
		err = errors.New("is finer than a nanosecond")
	}
	return time.Duration(value), text[size+len(name):], err
}
