package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"simrun/results"
)

// choice is a flag whose value is one of some words; the first is the default.
type choice struct {
	words  []string
	chosen string
}

// colors are the words of --color.
var colors = []string{"auto", "always", "never"}

// String implements pflag.Value.
func (c *choice) String() string {
	if c.chosen == "" {
		return c.allowed()[0]
	}
	return c.chosen
}

func (c *choice) allowed() []string {
	if c.words == nil {
		return colors
	}
	return c.words
}

// Type implements pflag.Value.
func (c *choice) Type() string { return "word" }

// Set implements pflag.Value.
func (c *choice) Set(word string) error {
	if !slices.Contains(c.allowed(), word) {
		return errors.New("is not one of " + strings.Join(c.allowed(), ", ") + near(word, c.allowed()))
	}
	c.chosen = word
	return nil
}

func near(word string, known []string) string {
	if n := results.Nearest(word, known); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}

// seedRange is a range of seeds, both ends included.
type seedRange struct{ from, to uint64 }

// maxSeeds bounds a range.
const maxSeeds = 10_000_000

// String implements pflag.Value.
func (r *seedRange) String() string {
	if r.from == r.to {
		return strconv.FormatUint(r.from, 10)
	}
	return fmt.Sprintf("%d..%d", r.from, r.to)
}

// Type implements pflag.Value.
func (r *seedRange) Type() string { return "A..B" }

// Set implements pflag.Value.
func (r *seedRange) Set(text string) error {
	first, last, isRange := strings.Cut(text, "..")
	if !isRange {
		last = first
	}
	from, errFrom := strconv.ParseUint(first, 10, 64)
	to, errTo := strconv.ParseUint(last, 10, 64)
	switch {
	case errFrom != nil || errTo != nil:
		return errors.New("is neither one seed, such as 5, nor a range, such as 1..200")
	case from > to:
		return fmt.Errorf("begins after its end; did you mean %d..%d?", to, from)
	case to-from >= maxSeeds:
		return fmt.Errorf("is more than %d seeds", maxSeeds)
	}
	r.from, r.to = from, to
	return nil
}

// size is a number of bytes.
type size int64

// String implements pflag.Value.
func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type implements pflag.Value.
func (s *size) Type() string { return "size" }

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	digits := strings.TrimRight(text, "kKMGTiB")
	n, err := strconv.ParseUint(digits, 10, 64)
	at := slices.IndexFunc(sizeUnits, func(u sizeUnit) bool { return u.name == text[len(digits):] })
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && at >= 0 && n > math.MaxInt64/sizeUnits[at].bytes:
		return errors.New("is too large")
	case err != nil || at < 0 || n == 0:
		return errors.New("is not a number of bytes, such as 512MiB or 2GB; the units are " + sizeUnitNames())
	}
	*s = size(n * sizeUnits[at].bytes)
	return nil
}

// sizeUnit is a unit in which sizes are given.
type sizeUnit struct {
	name  string
	bytes uint64
}

// sizeUnits are the units of sizes: powers of 1000 and of 1024. Without one, a size is
// in bytes.
var sizeUnits = []sizeUnit{
	{"B", 1},
	{"kB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"", 1},
}

func sizeUnitNames() string {
	var names []string
	for _, u := range sizeUnits[:len(sizeUnits)-1] {
		names = append(names, u.name)
	}
	return strings.Join(names, ", ")
}

// positive is a whole number above zero.
type positive uint64

// String implements pflag.Value.
func (p *positive) String() string {
	if *p == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(*p), 10)
}

// Type implements pflag.Value.
func (p *positive) Type() string { return "number" }

// Set implements pflag.Value.
func (p *positive) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n == 0 {
		return errors.New("is not a whole number above zero")
	}
	*p = positive(n)
	return nil
}

// whole is a whole number, such as a seed.
type whole uint64

// String implements pflag.Value.
func (w *whole) String() string { return strconv.FormatUint(uint64(*w), 10) }

// Type implements pflag.Value.
func (w *whole) Type() string { return "number" }

// Set implements pflag.Value.
func (w *whole) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("is too large; at most %d", uint64(math.MaxUint64))
	case err != nil:
		return errors.New("is not a whole number from 0 on")
	}
	*w = whole(n)
	return nil
}

// span is a length of time.
type span time.Duration

// String implements pflag.Value.
func (s *span) String() string {
	if *s == 0 {
		return ""
	}
	return time.Duration(*s).String()
}

// Type implements pflag.Value.
func (s *span) Type() string { return "duration" }

// Set implements pflag.Value.
func (s *span) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return errors.New("is not a duration, such as 90s or 1h30m")
	}
	*s = span(d)
	return nil
}
