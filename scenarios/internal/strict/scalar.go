package strict

import (
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scalar decodes a single value and holds it against the bounds of its field.
func (d *decoder) scalar(n *node, v reflect.Value, f *field, path string) {
	if n.kind != scalar {
		d.report(n.at, path, "a single value is expected, not "+n.describe(), nil)
		return
	}
	if len(f.one) > 0 && !slices.Contains(f.one, n.text) {
		d.notAmong(n, f.one, path)
		return
	}
	var err error
	switch formOf(v.Type()) {
	case formBool:
		err = setBool(n, v)
	case formString:
		v.SetString(n.text)
	case formInteger:
		err = setInteger(n, v)
	case formDuration:
		err = setDuration(n, v, f)
	case formText:
		err = fromText(v, n.text)
	}
	if err == nil {
		err = checkBounds(n.text, v, f)
	}
	if err != nil {
		d.report(n.at, path, offending(n.text, err), hintOf(err))
	}
}

// notAmong reports a word that is none of those allowed.
func (d *decoder) notAmong(n *node, words []string, path string) {
	d.report(n.at, path, quote(n.text)+" is not "+choices(words), func() string {
		return suggest(Nearest(n.text, words))
	})
}

// offending makes a message of an error: the offending text first, unless the error shows it itself.
func offending(text string, err error) string {
	shown := quote(text)
	if strings.Contains(err.Error(), shown) {
		return err.Error()
	}
	return shown + ": " + firstLine(err.Error())
}

// hintOf asks an error for a hint: ours, or one with a method Hint.
func hintOf(err error) func() string {
	var ours *valueError
	if errors.As(err, &ours) {
		return func() string { return ours.hint }
	}
	var theirs interface{ Hint() string }
	if errors.As(err, &theirs) {
		return theirs.Hint
	}
	return nil
}

// fromText lets a type read its own text.
func fromText(v reflect.Value, text string) error {
	switch reader := v.Addr().Interface().(type) {
	case interface{ FromScalar(text string) error }:
		return reader.FromScalar(text)
	case encoding.TextUnmarshaler:
		return reader.UnmarshalText([]byte(text))
	}
	return fmt.Errorf("%s reads no text", v.Type())
}

func setBool(n *node, v reflect.Value) error {
	if n.quoted || n.text != "true" && n.text != "false" {
		return &valueError{written(n) + " is neither true nor false", guessBool(n)}
	}
	v.SetBool(n.text == "true")
	return nil
}

// written shows a scalar, saying so where its quotes are what makes it wrong.
func written(n *node) string {
	if n.quoted {
		return quote(n.text) + " is quoted, so it is text: it"
	}
	return quote(n.text)
}

func guessBool(n *node) string {
	switch strings.ToLower(n.text) {
	case "true", "yes", "on", "y", "1":
		return suggest("true")
	case "false", "no", "off", "n", "0":
		return suggest("false")
	}
	return ""
}

var (
	wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	likeNumber  = regexp.MustCompile(`^\+?(-?)0*([0-9][0-9_]*)(\.0*)?$`)
)

// setInteger reads plain decimal digits and nothing else that YAML takes for a number.
func setInteger(n *node, v reflect.Value) error {
	if n.quoted || !wholeNumber.MatchString(n.text) {
		return &valueError{written(n) + " is not a whole number", suggest(guessInteger(n.text))}
	}
	if v.CanUint() {
		return setUnsigned(n.text, v)
	}
	number, err := strconv.ParseInt(n.text, 10, v.Type().Bits())
	if err != nil {
		most := int64(math.MaxInt64) >> (64 - v.Type().Bits())
		if n.text[0] == '-' {
			return &valueError{fmt.Sprintf("%s is too small; at least %d", quote(n.text), -most-1), ""}
		}
		return &valueError{fmt.Sprintf("%s is too large; at most %d", quote(n.text), most), ""}
	}
	v.SetInt(number)
	return nil
}

func setUnsigned(text string, v reflect.Value) error {
	if text[0] == '-' {
		return &valueError{quote(text) + " is negative; at least 0", ""}
	}
	number, err := strconv.ParseUint(text, 10, v.Type().Bits())
	if err != nil {
		most := uint64(math.MaxUint64) >> (64 - v.Type().Bits())
		return &valueError{fmt.Sprintf("%s is too large; at most %d", quote(text), most), ""}
	}
	v.SetUint(number)
	return nil
}

// guessInteger mends 010, 1_000, +3, 3.0 and digits in quotes.
func guessInteger(text string) string {
	parts := likeNumber.FindStringSubmatch(text)
	if parts == nil || len(text) > 32 {
		return ""
	}
	return parts[1] + strings.ReplaceAll(parts[2], "_", "")
}

// setDuration reads a duration; a negative one only where the field's minimum is negative.
func setDuration(n *node, v reflect.Value, f *field) error {
	length, err := ParseDuration(n.text)
	if err != nil {
		if wrong, ok := err.(*valueError); ok && isBare(n.text) && takesSeconds(f) {
			wrong.hint = suggest(guessDuration(n.text + "s"))
		}
		return err
	}
	if length < 0 && !strings.HasPrefix(f.min, "-") {
		return &valueError{quote(n.text) + " is negative", ""}
	}
	v.SetInt(int64(length))
	return nil
}

// takesSeconds tells whether a number without a unit was most likely meant in seconds: the
// field's default is at least one, or its tag bare says so.
func takesSeconds(f *field) bool {
	length, err := ParseDuration(f.fallback)
	return f.bare == "s" || err == nil && length >= time.Second
}

// checkBounds holds a number or duration against min and max, which are read as the value itself is.
func checkBounds(text string, v reflect.Value, f *field) error {
	if order, ok, err := compareBound(v, f.min); err != nil {
		return err
	} else if ok && order < 0 {
		return &valueError{fmt.Sprintf("%s is too small; at least %s", quote(text), f.min), ""}
	}
	if order, ok, err := compareBound(v, f.max); err != nil {
		return err
	} else if ok && order > 0 {
		return &valueError{fmt.Sprintf("%s is too large; at most %s", quote(text), f.max), ""}
	}
	return nil
}

// compareBound gives the order of a value and a bound; not ok where there is no bound.
func compareBound(v reflect.Value, bound string) (order int, ok bool, err error) {
	if bound == "" {
		return 0, false, nil
	}
	limit := reflect.New(v.Type()).Elem()
	n := &node{kind: scalar, text: bound}
	switch formOf(v.Type()) {
	case formInteger:
		err = setInteger(n, limit)
	case formDuration:
		err = setDuration(n, limit, &field{min: "-"})
	case formText:
		err = fromText(limit, bound)
	default:
		err = fmt.Errorf("a %s has no bounds", v.Type())
	}
	if err != nil {
		return 0, false, fmt.Errorf("the bound %s is wrong: %w", quote(bound), err)
	}
	return compareValues(v, limit)
}

// compareValues orders integers, and whatever has a method Compare.
func compareValues(a, b reflect.Value) (order int, ok bool, err error) {
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int()), true, nil
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint()), true, nil
	}
	method := a.MethodByName("Compare")
	if !method.IsValid() || method.Type().NumIn() != 1 || method.Type().In(0) != b.Type() || method.Type().NumOut() != 1 {
		return 0, false, fmt.Errorf("a %s has no bounds", a.Type())
	}
	return int(method.Call([]reflect.Value{b})[0].Int()), true, nil
}
