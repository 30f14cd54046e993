package strict

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// Field is one key that a document may have, for people to read.
type Field struct {
	Path     string   // faults[partition].at: [kind] a kind of a union, [] any item of a list, <key> any key
	Type     string   // what is written: "whole number", "list of text"
	Unit     string   // of a number; "" if it has none
	Default  string   // as it would be written; "" if there is none
	Allowed  []string // the words, or the kinds, that are allowed; empty if any
	Min, Max string   // inclusive; "" if unbounded
	Required bool
	Doc      string // one line: what it means
}

// Fields lists every key of a struct type, given by a value or a pointer, in the order of the structs.
func Fields(t any, options Options) []Field {
	l := lister{options: options, shapes: shapes{}, open: map[reflect.Type]bool{}}
	l.value("", deref(reflect.TypeOf(t)))
	return l.fields
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// lister walks the types. The open ones are those being walked: a type inside itself is not walked again.
type lister struct {
	options Options
	shapes  shapes
	open    map[reflect.Type]bool
	fields  []Field
}

// value lists what lies below a value of type t.
func (l *lister) value(path string, t reflect.Type) {
	t = deref(t)
	if l.open[t] {
		return
	}
	l.open[t] = true
	defer delete(l.open, t)
	switch formOf(t) {
	case formStruct:
		l.structure(path, t)
	case formUnion:
		l.union(path, t)
	case formList:
		if isUnionList(t) {
			l.value(path, t.Elem())
			return
		}
		l.value(path+"[]", t.Elem())
	case formPairs:
		value, _ := pairsValue(t)
		l.value(join(path, "<key>"), value)
	}
}

// isUnionList says whether a list's items are a union: then the kind in brackets says enough.
func isUnionList(t reflect.Type) bool { return formOf(deref(t.Elem())) == formUnion }

func (l *lister) structure(path string, t reflect.Type) {
	shape, err := l.shapes.of(t)
	if err != nil {
		return
	}
	for i := range shape.fields {
		f := &shape.fields[i]
		l.fields = append(l.fields, Field{
			Path: join(path, f.name), Type: typeName(f.typ), Unit: unitOf(f), Default: f.fallback,
			Allowed: l.allowed(f), Min: f.min, Max: f.max, Required: f.required, Doc: f.doc,
		})
		l.value(join(path, f.name), f.typ)
	}
}

func (l *lister) union(path string, t reflect.Type) {
	for i := range l.options.Unions[t] {
		alternative := &l.options.Unions[t][i]
		target, _ := freshAlternative(alternative)
		inner := path + "[" + alternative.Kind + "]"
		l.fields = append(l.fields, Field{Path: inner, Type: "kind of " + typeWords(t), Doc: alternative.Doc})
		l.value(inner, target.Type())
	}
}

// allowed gives the words of a field, or the kinds of the union that it holds.
func (l *lister) allowed(f *field) []string {
	t := deref(f.typ)
	for formOf(t) == formList {
		t = deref(t.Elem())
	}
	if formOf(t) == formUnion {
		return kindsOf(l.options.Unions[t])
	}
	return f.one
}

// typeName says what is written for a type.
func typeName(t reflect.Type) string {
	t = deref(t)
	switch formOf(t) {
	case formBool:
		return "true or false"
	case formString:
		return "text"
	case formInteger:
		return "whole number"
	case formDuration:
		return "duration"
	case formText, formUnion:
		return typeWords(t)
	case formStruct:
		if hasShorthand(t) {
			return "value or mapping"
		}
		return "mapping"
	case formList:
		return "list of " + typeName(t.Elem())
	case formPairs:
		value, _ := pairsValue(t)
		return "mapping of " + typeName(value)
	case formRaw:
		return "any value"
	}
	return t.String()
}

// typeWords makes words of a type's name: ReadRepair becomes "read repair".
func typeWords(t reflect.Type) string {
	var words strings.Builder
	for i, r := range t.Name() {
		if i > 0 && unicode.IsUpper(r) {
			words.WriteByte(' ')
		}
		words.WriteRune(unicode.ToLower(r))
	}
	return words.String()
}

// unitOf is the tag, or what follows from the type.
func unitOf(f *field) string {
	t := deref(f.typ)
	for formOf(t) == formList {
		t = deref(t.Elem())
	}
	switch {
	case f.unit != "":
		return f.unit
	case formOf(t) == formDuration:
		return "ns, us, ms, s, m, h"
	}
	return ""
}

// belongs says where a key has its place: faults[crash] is a kind of an entry.
func belongs(above string) string {
	list, kind, ok := strings.Cut(above, "[")
	if kind, _, whole := strings.Cut(kind, "]"); ok && whole && kind != "" {
		return fmt.Sprintf("it belongs to %s of the kind %q", list, kind)
	}
	return fmt.Sprintf("it belongs under %q", above)
}

// elsewhere is the hint for a key that another part of the document has.
func (d *decoder) elsewhere(key string) string {
	if d.known == nil {
		l := lister{options: d.options, shapes: d.shapes, open: map[reflect.Type]bool{}}
		l.value("", d.root)
		d.known = l.fields
	}
	for _, f := range d.known {
		if above, ok := strings.CutSuffix(f.Path, "."+key); ok {
			return belongs(above)
		}
		if f.Path == key {
			return "it belongs at the top"
		}
	}
	return ""
}

// listKeys is the hint for a key that is like nothing known.
func listKeys(names []string) string {
	const most = 12
	switch {
	case len(names) == 0:
		return "no keys are known here"
	case len(names) > most:
		return fmt.Sprintf("known keys: %s, ...", strings.Join(names[:most], ", "))
	}
	return "known keys: " + strings.Join(names, ", ")
}
