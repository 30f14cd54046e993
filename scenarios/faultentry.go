package scenarios

import (
	"reflect"
	"time"

	"simrun/scenarios/internal/strict"
	"simrun/sim/fault"
)

// Window is the keys that every fault has.
type Window struct {
	At  time.Duration `yaml:"at" default:"0s" min:"0s" doc:"when it is injected"`
	For time.Duration `yaml:"for" default:"0s" min:"0s" doc:"how long it lasts; 0s is until the heal at the end of work"`
}

// faultAlternatives are the kinds of faults with the keys of their windows. The
// structs are put together here because no fault knows of windows.
func faultAlternatives() []strict.Alternative {
	var all []strict.Alternative
	for _, kind := range fault.Kinds() {
		own := reflect.TypeOf(kind.New()).Elem()
		entry := reflect.StructOf([]reflect.StructField{
			{Name: "Window", Type: reflect.TypeFor[Window](), Tag: `yaml:",inline"`},
			{Name: "Fault", Type: own, Tag: `yaml:",inline"`},
		})
		all = append(all, strict.Alternative{
			Kind: kind.Name, Doc: kind.Doc,
			New: func() any { return reflect.New(entry).Interface() },
		})
	}
	return all
}

// entryOf takes a decoded entry apart again.
func entryOf(e faultEntry) fault.Entry {
	v := reflect.Indirect(reflect.ValueOf(e))
	w := v.Field(0).Interface().(Window)
	return fault.Entry{At: w.At, For: w.For, Fault: v.Field(1).Addr().Interface().(fault.Fault)}
}
