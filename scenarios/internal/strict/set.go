package strict

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Set changes one value, given on the command line as --set path=value. The path is dotted, list items are counted from
// 0, and the index after the last adds one; the value is YAML in one line, such as 3, 2ms, [1, 2] or {a: b}. What lies
// on the way is made where it is absent, from its default if it has one. The error says what is wrong with the path or
// the value; the document is then as it was. What the change means for the rest of the document shows when it is decoded.
func (d *Document) Set(path, value string) error {
	return d.SetFrom("--set "+path+"="+value, path, value)
}

// SetFrom is Set for a value that comes from somewhere else; source names it in messages.
func (d *Document) SetFrom(source, path, value string) error {
	if !d.parsed {
		return d.wrong.sorted(d.file).Err()
	}
	at := Pos{File: clip(source)}
	n, err := parseSetting(at, path, value)
	if err != nil {
		return err
	}
	s := setter{decoder: d.decoder(), at: at, path: path, value: n}
	twin := d.root.clone(nil)
	if err := s.set(&twin, d.typ, &field{}, path); err != nil {
		return err
	}
	d.root = twin
	return nil
}

// parseSetting reads the value of a setting.
func parseSetting(at Pos, path, value string) (*node, error) {
	fail := func(message, hint string) error {
		return Problem{Pos: at, Path: clip(path), Message: message, Hint: hint}
	}
	if strings.ContainsAny(value, "\r\n") {
		return nil, fail("the value must be one line", "")
	}
	n, problems := compose(at.File, []byte(value))
	switch {
	case len(problems) > 0:
		return nil, fail(quote(value)+": "+problems[0].Message, "")
	case n.kind == mapping && n.block && len(n.entries) > 0:
		return nil, fail(quote(value)+" needs brackets", suggest("{"+value+"}"))
	case n.kind == list && n.block && len(n.items) > 0:
		return nil, fail(quote(value)+" needs brackets", suggest(inline(n)))
	}
	return n.clone(&at), nil
}

// setter walks a path through the tree and the types together.
type setter struct {
	decoder *decoder
	at      Pos
	path    string
	value   *node
}

func (s *setter) fail(message, hint string) error {
	return Problem{Pos: s.at, Path: clip(s.path), Message: message, Hint: hint}
}

// set replaces what rest leads to, below a place in the tree that holds a value of type t; the place may be empty.
func (s *setter) set(place **node, t reflect.Type, f *field, rest string) error {
	if rest == "" {
		return s.replace(place, t, f)
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s.prepare(place, f)
	switch formOf(t) {
	case formStruct:
		return s.setMember(place, t, rest, false)
	case formUnion:
		return s.setUnion(place, t, rest)
	case formPairs:
		value, _ := pairsValue(t)
		return s.setPair(place, value, f, rest)
	case formList:
		return s.setItem(place, t, f, rest)
	case formRaw:
		return s.setRaw(place, rest)
	}
	return s.fail(fmt.Sprintf("%s is a single value; it has no %s", s.taken(rest), quote(rest)), "")
}

// taken is the part of the path that has been walked.
func (s *setter) taken(rest string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s.path, rest), ".")
}

// replace puts the value in its place once it decodes by itself.
func (s *setter) replace(place **node, t reflect.Type, f *field) error {
	s.decoder.decode(s.value, reflect.New(t).Elem(), f, s.path)
	if problems := s.decoder.problems; len(problems) > 0 {
		return problems[0]
	}
	*place = s.value
	return nil
}

// prepare fills an empty place with the default that the path leads into.
func (s *setter) prepare(place **node, f *field) {
	if *place != nil || !f.hasDefault {
		return
	}
	if value, err := defaultNode(f, s.at); err == nil {
		*place = value
	}
}

// grow makes sure that a place holds a mapping or a list; a single value there was a short spelling and gives way.
func (s *setter) grow(place **node, kind shapeKind) *node {
	if *place == nil || (*place).kind != kind {
		*place = &node{kind: kind, at: s.at}
	}
	return *place
}

func (s *setter) setMember(place **node, t reflect.Type, rest string, inUnion bool) error {
	shape, err := s.decoder.shapes.of(t)
	if err != nil {
		return s.fail(err.Error(), "")
	}
	key, below, _ := strings.Cut(rest, ".")
	f := shape.field(key)
	if f == nil {
		return s.unknown(key, shape, inUnion)
	}
	return s.descend(s.grow(place, mapping), key, func(inner **node) error {
		return s.set(inner, f.typ, f, below)
	})
}

// unknown names the key that the type does not have.
func (s *setter) unknown(key string, shape *shape, inUnion bool) error {
	names := shape.names()
	if inUnion {
		names = append([]string{kindKey}, names...)
	}
	hint := suggest(Nearest(key, names))
	if hint == "" {
		hint = s.decoder.elsewhere(key)
	}
	if hint == "" {
		hint = listKeys(names)
	}
	return s.fail("unknown key "+quote(key), hint)
}

// descend changes the value of a key, which is added if the change succeeds.
func (s *setter) descend(n *node, key string, change func(place **node) error) error {
	for i := range n.entries {
		if n.entries[i].key == key {
			return change(&n.entries[i].value)
		}
	}
	var added *node
	if err := change(&added); err != nil {
		return err
	}
	n.entries = append(n.entries, entry{key, s.at, added})
	return nil
}

func (s *setter) setUnion(place **node, t reflect.Type, rest string) error {
	alternatives := s.decoder.options.Unions[t]
	n := s.grow(place, mapping)
	if rest == kindKey {
		n := &node{kind: mapping, entries: []entry{{kindKey, s.at, s.value}}, at: s.at}
		if s.decoder.alternative(n, alternatives, s.taken(rest)) == nil {
			return s.decoder.problems[0]
		}
		return s.descend(*place, kindKey, func(inner **node) error { *inner = s.value; return nil })
	}
	if n.get(kindKey) == nil {
		return s.fail(fmt.Sprintf("%s has no kind yet", s.taken(rest)), "set "+join(s.taken(rest), kindKey)+" first")
	}
	chosen := s.decoder.alternative(n, alternatives, s.taken(rest))
	if chosen == nil {
		return s.decoder.problems[0]
	}
	target, _ := freshAlternative(chosen)
	return s.setMember(place, target.Type(), rest, true)
}

// setPair takes the longest key that is there, or all that is left of the path as a new one: such keys may have dots.
func (s *setter) setPair(place **node, t reflect.Type, f *field, rest string) error {
	n := s.grow(place, mapping)
	inner := *f
	inner.hasDefault = false
	if index, below := n.splitKey(rest); index >= 0 {
		return s.set(&n.entries[index].value, t, &inner, below)
	}
	return s.descend(n, rest, func(added **node) error { return s.set(added, t, &inner, "") })
}

func (s *setter) setItem(place **node, t reflect.Type, f *field, rest string) error {
	if *place != nil && (*place).kind == scalar && f.lone {
		*place = &node{kind: list, items: []*node{*place}, at: s.at}
	}
	n := s.grow(place, list)
	step, below, _ := strings.Cut(rest, ".")
	index, err := strconv.Atoi(step)
	if err != nil || strconv.Itoa(index) != step {
		return s.fail(fmt.Sprintf("%s is a list; %s does not count its items", s.taken(rest), quote(step)), "the first is 0")
	}
	if index < 0 || index > len(n.items) {
		return s.fail(fmt.Sprintf("%s has %d items; there is no %d", s.taken(rest), len(n.items), index), "")
	}
	inner := *f
	inner.hasDefault, inner.lone = false, false
	if index < len(n.items) {
		return s.set(&n.items[index], t.Elem(), &inner, below)
	}
	var added *node
	if err := s.set(&added, t.Elem(), &inner, below); err != nil {
		return err
	}
	n.items = append(n.items, added)
	return nil
}
