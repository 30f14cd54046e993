package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"simrun/predict"
	"simrun/results"
	"simrun/scenarios/internal/strict"
	"simrun/sim/random"
)

// DecodeLegs reads the four legs of a WARS model from a file, or a text in braces, with
// the keys w, a, r and s, each a distribution as in scenarios. The error holds all
// problems, one a line.
func DecodeLegs(file string, text []byte) (predict.LegSpecs, error) {
	var legs predict.LegSpecs
	doc, problems := strict.Decode(file, text, &legs, options())
	if len(problems) > 0 {
		return legs, problems.Err()
	}
	for _, name := range predict.LegNames() {
		if _, err := legs.Leg(name).Compile(); err != nil {
			problems = append(problems, doc.Problemf(name, "%s", err.Error()))
		}
	}
	return legs, doc.Sort(problems).Err()
}

// ParseLegs reads four legs from one line: the name of a preset, such as lnkd-disk; or
// legs apart by commas, such as
//
//	W=exponential:mean=10ms,A=R=S=1ms
//
// where a distribution is a time, the name of a preset of one leg, or a kind with its
// keys behind colons; or, without letters, one such distribution for all four; or
// YAML in braces, {w: {...}, a: ..., r: ..., s: ...}.
func ParseLegs(line string) (predict.LegSpecs, error) {
	line = strings.TrimSpace(line)
	if legs, ok := predict.Preset(line); ok {
		return legs, nil
	}
	if strings.HasPrefix(line, "{") {
		return DecodeLegs("--latency", []byte(line))
	}
	parts, err := legParts(line)
	if err != nil {
		return predict.LegSpecs{}, err
	}
	var text strings.Builder
	for _, name := range predict.LegNames() {
		spec, err := flow(parts[name])
		if err != nil {
			return predict.LegSpecs{}, fmt.Errorf("leg %s: %w", strings.ToUpper(name), err)
		}
		fmt.Fprintf(&text, "%s: %s\n", name, spec)
	}
	legs, err := DecodeLegs("--latency", []byte(text.String()))
	return legs, unplaced(err)
}

// legParts finds what is said of each leg.
func legParts(line string) (map[string]string, error) {
	parts := map[string]string{}
	for _, part := range strings.Split(line, ",") {
		letters, rest := leading(part)
		if len(letters) == 0 {
			letters = predict.LegNames()
		}
		for _, name := range letters {
			if _, twice := parts[name]; twice {
				return nil, fmt.Errorf("leg %s is given twice", strings.ToUpper(name))
			}
			parts[name] = strings.TrimSpace(rest)
		}
	}
	var missing []string
	for _, name := range predict.LegNames() {
		if _, given := parts[name]; !given {
			missing = append(missing, strings.ToUpper(name))
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("nothing is said of leg %[1]s; where it takes no time, say %[2]s=0ms",
			strings.Join(missing, ", "), strings.Join(missing, "="))
	}
	return parts, nil
}

// leading takes the letters of legs from the front of a text: A=R=S=1ms.
func leading(part string) (letters []string, rest string) {
	for {
		letter, after, found := strings.Cut(part, "=")
		letter = strings.ToLower(strings.TrimSpace(letter))
		if !found || (&predict.LegSpecs{}).Leg(letter) == nil {
			return letters, part
		}
		letters, part = append(letters, letter), after
	}
}

// flow spells a distribution given on a line as YAML: exponential:mean=10ms is
// {exponential: {mean: 10ms}}.
func flow(text string) (string, error) {
	kind, rest, several := strings.Cut(text, ":")
	if !several {
		return fmt.Sprintf("%q", text), known(text)
	}
	var inner, outer []string
	for _, part := range strings.Split(rest, ":") {
		key, value, named := strings.Cut(part, "=")
		switch {
		case !named:
			outer = append(outer, fmt.Sprintf("%s: %q", kind, part))
		case key == "plus":
			outer = append(outer, fmt.Sprintf("%s: %q", key, value))
		default:
			inner = append(inner, fmt.Sprintf("%q: %q", key, value))
		}
	}
	if len(inner) > 0 {
		outer = append(outer, fmt.Sprintf("%q: {%s}", kind, strings.Join(inner, ", ")))
	}
	return "{" + strings.Join(outer, ", ") + "}", nil
}

// known refuses a word that is neither a time nor a preset, and names the nearest.
func known(text string) error {
	var s random.Spec
	err := s.FromScalar(text)
	if err == nil {
		return nil
	}
	if text != "" && (text[0] >= '0' && text[0] <= '9' || text[0] == '-' || text[0] == '.') {
		return err
	}
	all := append(random.Presets(), predict.Presets()...)
	if near := results.Nearest(text, all); near != "" {
		return fmt.Errorf("there is no preset %q; did you mean %q?", text, near)
	}
	return fmt.Errorf("there is no preset %q; there are %s, and distributions such as exponential:mean=10ms", text, strings.Join(random.Presets(), ", "))
}

// ParseTime reads a length of time exactly, as scenarios do.
func ParseTime(text string) (time.Duration, error) {
	return random.ParseDuration(strings.TrimSpace(text))
}

// unplaced keeps the first of the problems, since the same text may stand for several
// legs, and drops the line and column, which the user did not write.
func unplaced(err error) error {
	var problems strict.Problems
	if !errors.As(err, &problems) {
		return err
	}
	first := problems[0]
	first.Pos = strict.Pos{File: "--latency"}
	return first
}
