package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// field is one key of a struct, as its tags describe it.
type field struct {
	name       string
	index      []int
	typ        reflect.Type
	doc, unit  string
	bare       string // the unit that a duration without one was likely meant in; "" goes by the default
	fallback   string // the default's text
	hasDefault bool
	standard   *node // the default, once it was read
	min, max   string
	one        []string
	required   bool
	lone       bool
}

// shape is what the tags of a struct say: its keys, and the embedded structs that judge themselves.
type shape struct {
	fields   []field
	embedded [][]int
}

// field gives the key of that name, nil if there is none.
func (s *shape) field(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
		}
	}
	return nil
}

func (s *shape) names() []string {
	names := make([]string, len(s.fields))
	for i := range s.fields {
		names[i] = s.fields[i].name
	}
	return names
}

// shapes remembers the shapes of the types of one decoding.
type shapes map[reflect.Type]*shape

// of gives the shape of a struct type. The error names a mistake in the tags: it is the programmer's, not the file's.
func (s shapes) of(t reflect.Type) (*shape, error) {
	if known, ok := s[t]; ok {
		return known, nil
	}
	made := &shape{}
	if err := made.collect(t, nil); err != nil {
		return nil, err
	}
	s[t] = made
	return made, nil
}

func (s *shape) collect(t reflect.Type, prefix []int) error {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int{}, prefix...), i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
		case option == "inline":
			if f.Type.Kind() != reflect.Struct {
				return fmt.Errorf("%s.%s: only a struct can be inline", t, f.Name)
			}
			if _, checks := reflect.PointerTo(f.Type).MethodByName("Check"); checks && !f.IsExported() {
				return fmt.Errorf("%s.%s: its Check can be called only if it is exported", t, f.Name)
			}
			s.embedded = append(s.embedded, index)
			if err := s.collect(f.Type, index); err != nil {
				return err
			}
		case name == "" || option != "":
			return fmt.Errorf("%s.%s: no good yaml tag", t, f.Name)
		case s.field(name) != nil:
			return fmt.Errorf("%s.%s: the key %s is taken", t, f.Name, name)
		default:
			s.fields = append(s.fields, newField(name, index, f))
		}
	}
	return nil
}

func newField(name string, index []int, f reflect.StructField) field {
	made := field{
		name: name, index: index, typ: f.Type,
		doc: f.Tag.Get("doc"), unit: f.Tag.Get("unit"), bare: f.Tag.Get("bare"),
		min: f.Tag.Get("min"), max: f.Tag.Get("max"),
		required: f.Tag.Get("required") == "true", lone: f.Tag.Get("lone") == "true",
	}
	made.fallback, made.hasDefault = f.Tag.Lookup("default")
	if one := f.Tag.Get("one"); one != "" {
		made.one = strings.Split(one, "|")
	}
	return made
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	shortType    = reflect.TypeFor[interface{ FromScalar(text string) error }]()
	oneOfType    = reflect.TypeFor[interface{ OneOf() }]()
)

// form is how a type is decoded.
type form uint8

const (
	formUnknown form = iota
	formBool
	formString
	formInteger
	formDuration
	formText    // a scalar with UnmarshalText
	formStruct  // keys
	formPointer // what it points to, or nothing
	formList
	formPairs // free keys
	formUnion
	formRaw
)

// formOf gives the form of a type, formUnknown for what scenarios have no use for, floats above all.
func formOf(t reflect.Type) form {
	switch {
	case t == rawType:
		return formRaw
	case t == durationType:
		return formDuration
	case t.Kind() == reflect.Pointer:
		return formPointer
	case reflect.PointerTo(t).Implements(textType) && !hasKeys(t):
		return formText
	}
	if _, free := pairsValue(t); free {
		return formPairs
	}
	switch t.Kind() {
	case reflect.Bool:
		return formBool
	case reflect.String:
		return formString
	case reflect.Struct:
		return formStruct
	case reflect.Slice:
		return formList
	case reflect.Interface:
		return formUnion
	}
	if isInteger(t) {
		return formInteger
	}
	return formUnknown
}

func isInteger(t reflect.Type) bool {
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64
}

// hasKeys says whether a struct has a yaml tag, so that a mapping can be written for it.
func hasKeys(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "" && tag != "-" {
			return true
		}
	}
	return false
}

// hasShorthand says whether a struct can also be written as a single value.
func hasShorthand(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(shortType) || pointer.Implements(textType)
}

// isOneOf says whether exactly one of a struct's alternatives must be given.
func isOneOf(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(oneOfType)
}

// isAlternative says whether a key of such a struct is one of them.
func (f *field) isAlternative() bool {
	switch f.typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}
