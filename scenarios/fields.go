package scenarios

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"simrun/scenarios/internal/strict"
)

// lookup finds a field of a scenario by its dotted path, or by its last name where
// only one scalar has it, and returns its value as scenarios spell it.
func (s *Scenario) lookup(name string) (string, error) {
	var found []string
	eachScalar(reflect.ValueOf(s).Elem(), "", func(path string, v reflect.Value) {
		if path == name || strings.HasSuffix(path, "."+name) && !strings.Contains(name, ".") {
			if path == name || path == "protocol."+name {
				found = []string{scalarText(v), ""} // the exact path, or the protocol's own field, wins
				return
			}
			found = append(found, scalarText(v))
		}
	})
	switch {
	case len(found) == 1, len(found) > 1 && found[1] == "":
		return found[0], nil
	case len(found) > 1:
		return "", fmt.Errorf("%q may be several fields: give its whole path", name)
	}
	var names []string
	eachScalar(reflect.ValueOf(s).Elem(), "", func(path string, _ reflect.Value) { names = append(names, path) })
	if near := strict.Nearest(name, names); near != "" {
		return "", fmt.Errorf("there is no field %q; did you mean %q?", name, near)
	}
	return "", fmt.Errorf("there is no field %q", name)
}

// eachScalar visits the fields that have one value, with their paths.
func eachScalar(v reflect.Value, path string, visit func(path string, v reflect.Value)) {
	if isScalar(v) {
		visit(path, v)
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[strict.Pairs[string]]() {
			for i := range v.Len() {
				pair := v.Index(i)
				visit(join(path, pair.FieldByName("Key").String()), pair.FieldByName("Value"))
			}
		}
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			eachScalar(v.Elem(), path, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			tag, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			switch {
			case option == "inline":
				eachScalar(v.Field(i), path, visit)
			case tag != "" && tag != "-" && f.IsExported():
				eachScalar(v.Field(i), join(path, tag), visit)
			}
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

var marshaler = reflect.TypeFor[encoding.TextMarshaler]()

// isScalar tells whether a field has one value, which scalarText spells. It copies nothing: some
// fields are large.
func isScalar(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint32, reflect.Uint64, reflect.String:
		return true
	}
	return v.Type().Implements(marshaler) && (v.Kind() != reflect.Interface && v.Kind() != reflect.Pointer || !v.IsNil())
}

func scalarText(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case encoding.TextMarshaler:
		text, _ := x.MarshalText()
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}
