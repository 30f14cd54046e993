package fault

import (
	"reflect"
	"strconv"
	"strings"
)

// Mention is a name of a node or a place that a fault speaks of. Whether there is
// such a one only the scenario knows.
type Mention struct {
	Path  string // the field, dotted, list items by index
	Name  string
	Place bool // a datacentre; else a node or client
}

// Mentions lists the names in a fault, in the order of its fields. Words such as
// leader are none.
func Mentions(f Fault) []Mention {
	var found []Mention
	walk(reflect.Indirect(reflect.ValueOf(f)), "", func(path string, v reflect.Value) {
		switch named := v.Interface().(type) {
		case Place:
			found = append(found, Mention{path, string(named), true})
		case Target:
			if name, ok := named.place(); ok {
				found = append(found, Mention{path, name, true})
			} else if name, ok := named.node(); ok {
				found = append(found, Mention{path, name, false})
			}
		}
	})
	return found
}

// Aims lists the words in a fault that say whom it hits, without their arguments, in
// the order of its fields: what Mentions leaves out.
func Aims(f Fault) []Mention {
	var found []Mention
	walk(reflect.Indirect(reflect.ValueOf(f)), "", func(path string, v reflect.Value) {
		if target, ok := v.Interface().(Target); ok {
			if _, named := target.node(); !named {
				word, _ := target.split()
				found = append(found, Mention{Path: path, Name: word})
			}
		}
	})
	return found
}

// walk visits what is not a struct or list, fields by their keys in scenarios.
func walk(v reflect.Value, path string, visit func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if name := key(v.Type().Field(i)); name == "" {
				walk(v.Field(i), path, visit)
			} else {
				walk(v.Field(i), step(path, name), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), step(path, strconv.Itoa(i)), visit)
		}
	case reflect.String:
		visit(path, v)
	}
}

func step(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// key is how scenarios spell a field; "" where its own fields stand in its place.
func key(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	return name
}
