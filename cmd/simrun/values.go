package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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
		return errors.New("not one of " + strings.Join(c.allowed(), ", ") + near(word, c.allowed()))
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
		return errors.New("write one seed, such as 5, or a range, such as 1..200")
	case from > to:
		return fmt.Errorf("the first seed is after the last; did you mean %d..%d?", to, from)
	case to-from >= maxSeeds:
		return fmt.Errorf("more than %d seeds", maxSeeds)
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
	digits := strings.TrimRight(text, "KMGTiB")
	n, err := strconv.ParseInt(digits, 10, 64)
	shift, known := map[string]int{"": 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}[text[len(digits):]]
	switch {
	case err != nil || !known || n < 1:
		return errors.New("write a number of bytes, such as 512MiB or 2GiB")
	case n > math.MaxInt64>>shift:
		return errors.New("too large")
	}
	*s = size(n << shift)
	return nil
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
		return errors.New("write a whole number above zero")
	}
	*p = positive(n)
	return nil
}
