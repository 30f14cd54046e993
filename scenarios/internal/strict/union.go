package strict

import (
	"reflect"
	"strings"
)

// union decodes a value whose key kind chooses its type.
func (d *decoder) union(n *node, v reflect.Value, path string) {
	alternatives := d.options.Unions[v.Type()]
	kinds := kindsOf(alternatives)
	if n.kind != mapping {
		d.report(n.at, path, "a mapping {kind: ...} is expected, not "+n.describe(), func() string {
			if kind := Nearest(n.text, kinds); n.kind == scalar && kind != "" {
				return suggest("{kind: " + kind + "}")
			}
			return ""
		})
		return
	}
	chosen := d.alternative(n, alternatives, path)
	if chosen == nil {
		return
	}
	target, result := freshAlternative(chosen)
	shape, err := d.shapes.of(target.Type())
	if err != nil {
		d.report(n.at, path, err.Error(), nil)
		return
	}
	d.members(n, target, shape, path, true)
	if result.IsValid() {
		v.Set(result)
	} else {
		v.Set(target)
	}
}

// freshAlternative gives the struct to decode into and, where the alternative is a pointer, that pointer.
func freshAlternative(chosen *Alternative) (target, pointer reflect.Value) {
	made := reflect.ValueOf(chosen.New())
	if made.Kind() == reflect.Pointer {
		return made.Elem(), made
	}
	target = reflect.New(made.Type()).Elem()
	target.Set(made)
	return target, reflect.Value{}
}

// alternative finds what the key kind names, and reports why it cannot.
func (d *decoder) alternative(n *node, alternatives []Alternative, path string) *Alternative {
	kinds := kindsOf(alternatives)
	named := n.get(kindKey)
	if named == nil {
		d.report(n.at, join(path, kindKey), "this key is required: "+choices(kinds), nil)
		return nil
	}
	if named.kind != scalar {
		if named.kind != refused {
			d.report(named.at, join(path, kindKey), "a word is expected, not "+named.describe(), nil)
		}
		return nil
	}
	for i := range alternatives {
		if alternatives[i].Kind == named.text {
			return &alternatives[i]
		}
	}
	d.notAmong(named, kinds, join(path, kindKey))
	return nil
}

func kindsOf(alternatives []Alternative) []string {
	kinds := make([]string, len(alternatives))
	for i := range alternatives {
		kinds[i] = alternatives[i].Kind
	}
	return kinds
}

// choices lists the allowed words.
func choices(words []string) string { return "one of " + strings.Join(words, ", ") }
