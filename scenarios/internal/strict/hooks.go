package strict

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// check asks a struct what it thinks of itself, and first the structs that it embeds.
func (d *decoder) check(n *node, v reflect.Value, shape *shape, path string) {
	for _, index := range shape.embedded {
		d.askCheck(n, v.FieldByIndex(index), path)
	}
	d.askCheck(n, v, path)
}

func (d *decoder) askCheck(n *node, v reflect.Value, path string) {
	if !v.CanAddr() || !v.Addr().CanInterface() {
		return
	}
	defer func() {
		if failure := recover(); failure != nil {
			d.report(n.at, path, fmt.Sprintf("cannot be checked: %v", failure), nil)
		}
	}()
	switch checker := v.Addr().Interface().(type) {
	case interface{ Check() error }:
		d.judge(n, path, checker.Check())
	case interface{ Check() []error }:
		for _, err := range checker.Check() {
			d.judge(n, path, err)
		}
	}
}

// judge reports an error of a check, each of several joined ones by itself, at the field that it names.
func (d *decoder) judge(n *node, path string, err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, each := range joined.Unwrap() {
			d.judge(n, path, each)
		}
		return
	}
	at, message := n.at, firstLine(err.Error())
	var placed interface{ Path() string }
	if errors.As(err, &placed) && placed.Path() != "" {
		at, _ = n.find(placed.Path())
		path = join(path, placed.Path())
		message = strings.TrimPrefix(message, placed.Path()+": ")
	}
	d.report(at, path, message, hintOf(err))
}

// unknownKey reports a key that its struct does not have, and where it may have been meant to stand.
func (d *decoder) unknownKey(entry entry, shape *shape, path string) {
	d.report(entry.at, join(path, entry.key), "unknown key", func() string {
		names := shape.names()
		if near := Nearest(entry.key, names); near != "" {
			return suggest(near)
		}
		if elsewhere := d.elsewhere(entry.key); elsewhere != "" {
			return elsewhere
		}
		return listKeys(names)
	})
}
