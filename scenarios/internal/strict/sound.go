package strict

import (
	"errors"
	"fmt"
	"reflect"
)

// Sound finds mistakes in the tags of a struct type and of all that it leads to: keys without a name or a meaning,
// defaults and bounds that do not decode, types that cannot be, unions without alternatives. Call it in a test: such
// mistakes are the programmer's, and Decode meets them only when a file does.
func Sound(t any, options Options) error {
	a := auditor{decoder: newDecoder(deref(reflect.TypeOf(t)), options), seen: map[reflect.Type]bool{}}
	a.typ(deref(reflect.TypeOf(t)), "")
	return errors.Join(a.errors...)
}

type auditor struct {
	decoder *decoder
	seen    map[reflect.Type]bool
	errors  []error
}

func (a *auditor) complain(path, format string, arguments ...any) {
	a.errors = append(a.errors, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, arguments...)))
}

func (a *auditor) typ(t reflect.Type, path string) {
	t = deref(t)
	if a.seen[t] {
		return
	}
	a.seen[t] = true
	switch formOf(t) {
	case formUnknown:
		a.complain(path, "the type %s cannot be decoded", t)
	case formStruct:
		a.structure(t, path)
	case formUnion:
		a.union(t, path)
	case formList:
		a.typ(t.Elem(), path)
	case formPairs:
		value, _ := pairsValue(t)
		a.typ(value, path)
	}
}

func (a *auditor) structure(t reflect.Type, path string) {
	shape, err := a.decoder.shapes.of(t)
	if err != nil {
		a.complain(path, "%s", err)
		return
	}
	alternatives := 0
	for i := range shape.fields {
		a.field(&shape.fields[i], join(path, shape.fields[i].name))
		if shape.fields[i].isAlternative() {
			alternatives++
		}
	}
	if isOneOf(t) && alternatives == 0 {
		a.complain(path, "%s has OneOf but no pointer, list or map to choose from", t)
	}
}

func (a *auditor) field(f *field, path string) {
	before := len(a.errors)
	if a.typ(f.typ, path); len(a.errors) > before {
		return
	}
	if f.doc == "" {
		a.complain(path, "it has no doc")
	}
	for _, bound := range []string{f.min, f.max} {
		if _, _, err := compareBound(reflect.New(scalarType(f.typ)).Elem(), bound); err != nil {
			a.complain(path, "%s", err)
		}
	}
	if !f.hasDefault {
		return
	}
	n, err := defaultNode(f, Pos{File: "default"})
	if err != nil {
		a.complain(path, "%s", err)
		return
	}
	trial := newDecoder(a.decoder.root, a.decoder.options)
	trial.decode(n, reflect.New(f.typ).Elem(), f, path)
	if len(trial.problems) > 0 {
		a.complain(path, "the default is wrong: %s", trial.problems[0].Message)
	}
}

// scalarType is the type that bounds are about: that of a list's innermost items.
func scalarType(t reflect.Type) reflect.Type {
	for t = deref(t); formOf(t) == formList; {
		t = deref(t.Elem())
	}
	if value, free := pairsValue(t); free {
		return scalarType(value)
	}
	return t
}

func (a *auditor) union(t reflect.Type, path string) {
	if len(a.decoder.options.Unions[t]) == 0 {
		a.complain(path, "no alternatives are known for %s", t)
	}
	seen := map[string]bool{}
	for i := range a.decoder.options.Unions[t] {
		alternative := &a.decoder.options.Unions[t][i]
		inner := path + "[" + alternative.Kind + "]"
		if alternative.Kind == "" || seen[alternative.Kind] {
			a.complain(inner, "the kind is empty or taken")
		}
		seen[alternative.Kind] = true
		made := reflect.TypeOf(alternative.New())
		if made == nil || !made.Implements(t) || deref(made).Kind() != reflect.Struct {
			a.complain(inner, "%v is no struct that implements %s", made, t)
			continue
		}
		a.typ(made, inner)
	}
}
