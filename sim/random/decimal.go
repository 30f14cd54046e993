package random

import (
	"fmt"
	"strconv"
	"strings"
)

// Decimal is a fixed-point number in units of 1e-9: what a scenario's 0.5
// becomes, exactly, without passing through a float.
type Decimal int64

// One is the Decimal 1.
const One Decimal = 1_000_000_000

// ParseDecimal reads a decimal number such as 2, -0.25 or 1e-3. It is exact: a
// text with more than nine digits after the point, or beyond about 9.2e9, is an
// error rather than rounded.
func ParseDecimal(text string) (Decimal, error) {
	n, err := parseNumber(text)
	if err != nil {
		return 0, fmt.Errorf("%q %w", text, err)
	}
	value, err := n.in(9)
	if err != nil {
		return 0, fmt.Errorf("%q %w", text, err)
	}
	return Decimal(value), nil
}

// String returns the shortest text that ParseDecimal reads back as d.
func (d Decimal) String() string {
	sign, size := "", uint64(d)
	if d < 0 {
		sign, size = "-", -size
	}
	text := sign + strconv.FormatUint(size/uint64(One), 10)
	if rest := size % uint64(One); rest != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%09d", rest), "0")
	}
	return text
}

// UnmarshalText is ParseDecimal.
func (d *Decimal) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDecimal(string(text))
	return err
}

// MarshalText is String.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
