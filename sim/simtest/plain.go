package simtest

import (
	"fmt"
	"reflect"
	"strconv"
	"unsafe"

	"simrun/sim"
)

func number(n int) string { return strconv.Itoa(n) }

// impure returns a line for each thing in a type that is no plain data: maps,
// channels, functions, interfaces, and pointers anywhere but at the top.
func impure(t reflect.Type) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return impureInside(t, t.String())
}

func impureInside(t reflect.Type, path string) []string {
	switch t.Kind() {
	case reflect.Map, reflect.Chan, reflect.Func, reflect.Pointer, reflect.UnsafePointer, reflect.Interface, reflect.Uintptr:
		return []string{fmt.Sprintf("%s is a %s", path, t.Kind())}
	case reflect.Slice, reflect.Array:
		return impureInside(t.Elem(), path+"[]")
	case reflect.Struct:
		var found []string
		for i := range t.NumField() {
			found = append(found, impureInside(t.Field(i).Type, path+"."+t.Field(i).Name)...)
		}
		return found
	}
	return nil
}

// uncovered returns a line for each field of m, at any depth, that can be changed
// without a change in what m encodes, its kind and its subject. What is read is a
// copy: m is not touched.
func uncovered(m sim.Encodable) []string {
	v := reflect.ValueOf(m)
	pointer := v.Kind() == reflect.Pointer
	if pointer {
		v = v.Elem()
	}
	var found []string
	for _, c := range changes(v) {
		twin := reflect.New(v.Type())
		twin.Elem().Set(clone(v))
		before := essence(encodable(twin, pointer))
		c.apply(twin.Elem())
		if essence(encodable(twin, pointer)) == before {
			found = append(found, c.path+" is not encoded")
		}
	}
	return found
}

func encodable(twin reflect.Value, pointer bool) sim.Encodable {
	if !pointer {
		twin = twin.Elem()
	}
	return twin.Interface().(sim.Encodable)
}

// essence is all that the kernel and the judges can see of a message or record. One
// that panics when it is odd has looked at what made it so.
func essence(m sim.Encodable) (seen string) {
	defer func() {
		if p := recover(); p != nil {
			seen = fmt.Sprint("panic: ", p)
		}
	}()
	var e sim.Encoder
	size, print := e.Measure(m)
	seen = fmt.Sprint(size, " ", print)
	if message, ok := m.(sim.Message); ok {
		seen += fmt.Sprint(" ", message.Kind(), message.Subject())
	}
	return seen
}

// change is one way to change a value.
type change struct {
	path  string
	apply func(v reflect.Value)
}

// changes lists a change for each field of a sample, and of the first element of
// each of its lists.
func changes(sample reflect.Value) []change {
	return changesInside(sample, sample.Type().String(), func(v reflect.Value) reflect.Value { return v })
}

// changesInside lists the changes of a part of the sample, which reach finds in a
// whole.
func changesInside(part reflect.Value, path string, reach func(whole reflect.Value) reflect.Value) []change {
	var all []change
	switch part.Kind() {
	case reflect.Struct:
		for i := range part.NumField() {
			all = append(all, changesInside(part.Field(i), path+"."+part.Type().Field(i).Name,
				func(whole reflect.Value) reflect.Value { return open(reach(whole).Field(i)) })...)
		}
		return all
	case reflect.Slice:
		all = []change{{"the length of " + path, func(whole reflect.Value) { longer(reach(whole)) }}}
		fallthrough
	case reflect.Array:
		if part.Len() > 0 {
			all = append(all, changesInside(part.Index(0), path+"[]",
				func(whole reflect.Value) reflect.Value { return reach(whole).Index(0) })...)
		}
		return all
	}
	return []change{{path, func(whole reflect.Value) { alter(reach(whole)) }}}
}

// longer appends an element to a slice.
func longer(v reflect.Value) { v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem()))) }

// alter gives a simple value another one.
func alter(v reflect.Value) {
	switch {
	case v.CanInt():
		v.SetInt(v.Int() ^ 1)
	case v.CanUint():
		v.SetUint(v.Uint() ^ 1)
	case v.CanFloat():
		v.SetFloat(v.Float() + 1)
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.Kind() == reflect.String:
		v.SetString(v.String() + "x")
	}
}

// open makes a field settable even where it is not exported.
func open(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// clone copies a value with all slices inside it.
func clone(v reflect.Value) reflect.Value {
	twin := reflect.New(v.Type()).Elem()
	if v.CanAddr() {
		v = open(v)
	}
	twin.Set(v)
	deepen(twin)
	return twin
}

// deepen gives a copied value slices of its own.
func deepen(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			deepen(open(v.Field(i)))
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		twin := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(twin, v)
		v.Set(twin)
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			deepen(v.Index(i))
		}
	}
}
