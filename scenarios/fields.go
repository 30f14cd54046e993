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
	var names []string
	var found []string
	eachScalar(reflect.ValueOf(s).Elem(), "", func(path, value string) {
		names = append(names, path)
		if path == name || strings.HasSuffix(path, "."+name) && !strings.Contains(name, ".") {
			if path == name || path == "protocol."+name {
				found = []string{value, ""} // the exact path, or the protocol's own field, wins
				return
			}
			found = append(found, value)
		}
	})
	switch {
	case len(found) == 1, len(found) > 1 && found[1] == "":
		return found[0], nil
	case len(found) > 1:
		return "", fmt.Errorf("%q may be several fields: give its whole path", name)
	}
	if near := strict.Nearest(name, names); near != "" {
		return "", fmt.Errorf("there is no field %q; did you mean %q?", name, near)
	}
	return "", fmt.Errorf("there is no field %q", name)
}

// eachScalar visits the fields that have one value, with their paths.
func eachScalar(v reflect.Value, path string, visit func(path, value string)) {
	if text, ok := scalarText(v); ok {
		visit(path, text)
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[strict.Pairs[string]]() {
			for i := range v.Len() {
				pair := v.Index(i)
				visit(join(path, pair.FieldByName("Key").String()), pair.FieldByName("Value").String())
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

func scalarText(v reflect.Value) (string, bool) {
	if !v.CanInterface() {
		return "", false
	}
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String(), true
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		return string(text), err == nil
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint32, reflect.Uint64, reflect.String:
		return fmt.Sprint(v.Interface()), true
	}
	return "", false
}
