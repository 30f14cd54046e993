package fault

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Describe writes a fault as a scenario would state it, in one line and without
// what is not set: {kind: crash, targets: [n1, n2], torn: true}.
func Describe(f Fault) string {
	fields := append([]string{"kind: " + f.Name()}, flowFields(reflect.Indirect(reflect.ValueOf(f)))...)
	return "{" + strings.Join(fields, ", ") + "}"
}

// flow writes a value in YAML's flow style.
func flow(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case time.Duration:
		return value.String()
	case encoding.TextMarshaler:
		if text, err := value.MarshalText(); err == nil {
			return string(text)
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		return flow(v.Elem())
	case reflect.Struct:
		return "{" + strings.Join(flowFields(v), ", ") + "}"
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = flow(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return quoted(fmt.Sprint(v.Interface()))
}

func flowFields(v reflect.Value) []string {
	var fields []string
	for i := range v.NumField() {
		field := v.Type().Field(i)
		switch {
		case v.Field(i).IsZero():
		case key(field) == "":
			fields = append(fields, flowFields(v.Field(i))...)
		case field.Tag.Get("lone") == "true" && v.Field(i).Len() == 1:
			fields = append(fields, key(field)+": "+flow(v.Field(i).Index(0)))
		default:
			fields = append(fields, key(field)+": "+flow(v.Field(i)))
		}
	}
	return fields
}

// quoted puts quotes around what YAML would not read as plain text.
func quoted(text string) string {
	if text == "" || strings.ContainsAny(text, " ,[]{}#\"'`\\&*!|>%@?\n\t") || strings.HasSuffix(text, ":") {
		return strconv.Quote(text)
	}
	return text
}
