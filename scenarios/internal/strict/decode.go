package strict

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// decoder turns a tree into Go values and keeps whatever is wrong with it.
type decoder struct {
	options  Options
	shapes   shapes
	root     reflect.Type
	known    []Field // every key there is; made when a misplaced key asks for it
	problems Problems
	count    int // of problems met, kept or not
}

func newDecoder(root reflect.Type, options Options) *decoder {
	return &decoder{options: options, shapes: shapes{}, root: root}
}

// report keeps a problem. The hint is asked for only while there is room: guessing costs more than decoding.
func (d *decoder) report(at Pos, path, message string, hint func() string) {
	d.count++
	if len(d.problems) >= maxProblems {
		return
	}
	problem := Problem{Pos: at, Path: clip(path), Message: message}
	if hint != nil {
		problem.Hint = hint()
	}
	d.problems.add(problem)
}

// decode fills v, a fresh zero value, from the tree. A panic of a type's own methods becomes a problem: a bad file must
// never end the program.
func (d *decoder) decode(n *node, v reflect.Value, f *field, path string) {
	defer func() {
		if failure := recover(); failure != nil {
			d.report(n.at, path, fmt.Sprintf("cannot be decoded: %v", failure), nil)
		}
	}()
	d.value(n, v, f, path)
}

// value decodes one value. The field carries the tags that also hold for the items of a list.
func (d *decoder) value(n *node, v reflect.Value, f *field, path string) {
	if n.kind == refused {
		return
	}
	if n.isNull() {
		d.report(n.at, path, "no value is given", func() string { return "leave the key out for its default" })
		return
	}
	switch formOf(v.Type()) {
	case formPointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), f, path)
	case formRaw:
		v.Set(reflect.ValueOf(Raw{Text: inline(n), Pos: n.at}))
	case formStruct:
		d.structure(n, v, path)
	case formUnion:
		d.union(n, v, path)
	case formList:
		d.list(n, v, f, path)
	case formPairs:
		d.pairs(n, v, f, path)
	case formUnknown:
		d.report(n.at, path, fmt.Sprintf("the type %s cannot be decoded", v.Type()), nil)
	default:
		d.scalar(n, v, f, path)
	}
}

// list decodes the items. A single value is a list of one only where the field says so.
func (d *decoder) list(n *node, v reflect.Value, f *field, path string) {
	if n.kind == scalar && f.lone {
		n = &node{kind: list, items: []*node{n}, at: n.at}
	}
	if n.kind != list {
		d.report(n.at, path, "a list is expected, not "+n.describe(), func() string {
			if n.kind == scalar {
				return suggest("[" + clip(inline(n)) + "]")
			}
			return ""
		})
		return
	}
	inner := *f
	inner.lone = false
	items := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		d.value(item, items.Index(i), &inner, join(path, strconv.Itoa(i)))
	}
	v.Set(items)
}

// pairs decodes a mapping with free keys.
func (d *decoder) pairs(n *node, v reflect.Value, f *field, path string) {
	if n.kind != mapping {
		d.report(n.at, path, "a mapping {key: value} is expected, not "+n.describe(), nil)
		return
	}
	t := v.Type()
	if isPairs(t) {
		v.Set(reflect.MakeSlice(t, len(n.entries), len(n.entries)))
	} else {
		v.Set(reflect.MakeMapWithSize(t, len(n.entries)))
	}
	for i, entry := range n.entries {
		path := join(path, entry.key)
		if isPairs(t) {
			pair := v.Index(i)
			pair.FieldByName("Key").SetString(entry.key)
			pair.FieldByName("Pos").Set(reflect.ValueOf(entry.at))
			d.value(entry.value, pair.FieldByName("Value"), f, path)
			continue
		}
		value := reflect.New(t.Elem()).Elem()
		d.value(entry.value, value, f, path)
		v.SetMapIndex(reflect.ValueOf(entry.key).Convert(t.Key()), value)
	}
}

// structure decodes a struct, written as a mapping or in its short spelling.
func (d *decoder) structure(n *node, v reflect.Value, path string) {
	shape, err := d.shapes.of(v.Type())
	if err != nil {
		d.report(n.at, path, err.Error(), nil)
		return
	}
	short := hasShorthand(v.Type())
	switch {
	case n.kind == mapping:
		d.members(n, v, shape, path, false)
	case n.kind == scalar && short:
		d.shorthand(n, v, shape, path)
	default:
		wanted := "a mapping {key: value} is expected, not "
		if short {
			wanted = "a mapping {key: value} or a single value is expected, not "
		}
		d.report(n.at, path, wanted+n.describe(), nil)
	}
}

// shorthand reads the short spelling of a struct, then lets the struct judge itself.
func (d *decoder) shorthand(n *node, v reflect.Value, shape *shape, path string) {
	before := d.count
	for i := range shape.fields {
		d.fallback(n, v, &shape.fields[i], path)
	}
	if err := fromText(v, n.text); err != nil {
		d.report(n.at, path, offending(n.text, err), hintOf(err))
		return
	}
	if d.count == before {
		d.check(n, v, shape, path)
	}
}

// members decodes the keys of a mapping into the fields of a struct. In a union the key kind has been read already.
func (d *decoder) members(n *node, v reflect.Value, shape *shape, path string, inUnion bool) {
	before := d.count
	given := make(map[string]bool, len(n.entries))
	for _, entry := range n.entries {
		given[entry.key] = true
		f := shape.field(entry.key)
		switch {
		case f != nil:
			d.value(entry.value, v.FieldByIndex(f.index), f, join(path, entry.key))
		case !inUnion || entry.key != kindKey:
			d.unknownKey(entry, shape, path)
		}
	}
	for i := range shape.fields {
		f := &shape.fields[i]
		if given[f.name] {
			continue
		}
		if f.required && !f.hasDefault {
			d.report(n.at, join(path, f.name), "this key is required", nil)
			continue
		}
		d.fallback(n, v, f, path)
	}
	d.oneOf(n, v, shape, path)
	if d.count == before {
		d.check(n, v, shape, path)
	}
}

// fallback gives a field that was not written its default; the fields of a struct without one get theirs.
func (d *decoder) fallback(n *node, v reflect.Value, f *field, path string) {
	target := v.FieldByIndex(f.index)
	path = join(path, f.name)
	if f.hasDefault {
		value, err := defaultNode(f, n.at)
		if err != nil {
			d.report(n.at, path, err.Error(), nil)
			return
		}
		d.value(value, target, f, path)
		return
	}
	if formOf(f.typ) != formStruct {
		return
	}
	inner, err := d.shapes.of(f.typ)
	if err != nil {
		d.report(n.at, path, err.Error(), nil)
		return
	}
	for i := range inner.fields {
		d.fallback(n, target, &inner.fields[i], path)
	}
}

// defaultNode reads a default as if it stood at the given place.
func defaultNode(f *field, at Pos) (*node, error) {
	if f.fallback == "" && formOf(f.typ) == formString {
		return &node{kind: scalar, quoted: true, at: at}, nil
	}
	if f.standard == nil {
		value, problems := compose("", []byte(f.fallback))
		if len(problems) > 0 {
			return nil, fmt.Errorf("the default %s is wrong: %s", quote(f.fallback), problems[0].Message)
		}
		f.standard = value
	}
	return f.standard.clone(&at), nil
}

// oneOf asks that exactly one of a struct's alternatives is given.
func (d *decoder) oneOf(n *node, v reflect.Value, shape *shape, path string) {
	if !isOneOf(v.Type()) {
		return
	}
	var all []string
	for i := range shape.fields {
		if shape.fields[i].isAlternative() {
			all = append(all, shape.fields[i].name)
		}
	}
	first := ""
	for _, entry := range n.entries {
		f := shape.field(entry.key)
		switch {
		case f == nil || !f.isAlternative():
		case first == "":
			first = entry.key
		default:
			d.report(entry.at, join(path, entry.key), fmt.Sprintf("only one of %s may be given, and %s is", strings.Join(all, ", "), first), nil)
		}
	}
	// An unknown key has been reported and is most likely the one that was meant.
	if first == "" && !hasUnknown(n, shape) {
		d.report(n.at, path, "one of "+strings.Join(all, ", ")+" must be given", nil)
	}
}

func hasUnknown(n *node, shape *shape) bool {
	for _, entry := range n.entries {
		if shape.field(entry.key) == nil {
			return true
		}
	}
	return false
}
