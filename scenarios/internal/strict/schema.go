package strict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path"
	"reflect"
	"strings"
)

// object is a JSON object; the encoder sorts its keys, so equal schemas are equal bytes.
type object = map[string]any

// Schema gives the JSON Schema (draft 2020-12) of a struct type, given by a value or a pointer, for editors. It says less
// than Decode where only a type's own methods know more, and more in one place: a string that looks like a number wants
// quotes, because an editor takes it for one. The error names a mistake in the tags.
func Schema(t any, options Options, title string) ([]byte, error) {
	if err := Sound(t, options); err != nil {
		return nil, err
	}
	s := schemer{options: options, shapes: shapes{}, names: map[reflect.Type]string{}, defs: object{}}
	root := s.structure(deref(reflect.TypeOf(t)), "")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = title
	if len(s.defs) > 0 {
		root["$defs"] = s.defs
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("the schema cannot be written: %w", err)
	}
	return out.Bytes(), nil
}

// schemer builds the schema and the definitions that it refers to.
type schemer struct {
	options Options
	shapes  shapes
	names   map[reflect.Type]string
	defs    object
}

// field gives the schema of one key.
func (s *schemer) field(f *field) object {
	made := s.value(f.typ, f)
	if f.doc != "" {
		made["description"] = f.doc
	}
	if f.unit != "" {
		made["description"] = strings.TrimSpace(f.doc + " (" + f.unit + ")")
	}
	if f.hasDefault {
		if n, err := defaultNode(f, Pos{}); err == nil {
			made["default"] = s.json(n, f.typ)
		}
	}
	return made
}

// value gives the schema of a value of type t.
func (s *schemer) value(t reflect.Type, f *field) object {
	t = deref(t)
	switch formOf(t) {
	case formBool:
		return object{"type": "boolean"}
	case formString:
		return withWords(object{"type": "string"}, f)
	case formInteger:
		return integerSchema(t, f)
	case formDuration:
		return durationSchema(f)
	case formText:
		return withWords(textSchema(t), f)
	case formStruct:
		return s.reference(t, func() object { return s.structure(t, "") })
	case formUnion:
		return s.reference(t, func() object { return s.union(t) })
	case formList:
		return s.list(t, f)
	case formPairs:
		value, _ := pairsValue(t)
		return object{"type": "object", "additionalProperties": s.value(value, f)}
	}
	return object{"not": object{"type": "null"}}
}

func withWords(schema object, f *field) object {
	if len(f.one) > 0 {
		schema["enum"] = f.one
	}
	return schema
}

// textSchema is that of a type with UnmarshalText: 0.5 is a number to an editor, 200/s is not.
func textSchema(t reflect.Type) object {
	schema := object{"type": []string{"string", "number"}}
	if patterned, ok := reflect.New(t).Interface().(interface{ Pattern() string }); ok {
		schema["pattern"] = patterned.Pattern()
	}
	return schema
}

func durationSchema(f *field) object {
	pattern := durationPattern
	if !strings.HasPrefix(f.min, "-") {
		pattern = strings.Replace(pattern, "^-?", "^", 1)
	}
	return object{"type": "string", "pattern": pattern}
}

// integerSchema bounds a number by its tags, and by its type where they do not.
func integerSchema(t reflect.Type, f *field) object {
	low, high := json.Number(f.min), json.Number(f.max)
	unsigned := t.Kind() >= reflect.Uint
	if low == "" && unsigned {
		low = "0"
	}
	if low == "" {
		low = json.Number(fmt.Sprint(int64(math.MinInt64) >> (64 - t.Bits())))
	}
	if high == "" && unsigned {
		high = json.Number(fmt.Sprint(uint64(math.MaxUint64) >> (64 - t.Bits())))
	}
	if high == "" {
		high = json.Number(fmt.Sprint(int64(math.MaxInt64) >> (64 - t.Bits())))
	}
	return object{"type": "integer", "minimum": low, "maximum": high}
}

func (s *schemer) list(t reflect.Type, f *field) object {
	inner := *f
	inner.lone = false
	item := s.value(t.Elem(), &inner)
	if !f.lone {
		return object{"type": "array", "items": item}
	}
	single := object{"allOf": []any{object{"type": []string{"string", "number", "boolean"}}, item}}
	return object{"anyOf": []any{single, object{"type": "array", "items": item}}}
}

// reference refers to the definition of a named type, made when first met: a type may contain itself.
func (s *schemer) reference(t reflect.Type, make func() object) object {
	if t.Name() == "" {
		return make()
	}
	name, known := s.names[t]
	if !known {
		name = s.freeName(path.Base(t.PkgPath()) + "." + t.Name())
		s.names[t] = name
		s.defs[name] = nil // taken while it is being made
		s.defs[name] = make()
	}
	return object{"$ref": "#/$defs/" + name}
}

// freeName tells two packages of the same name apart.
func (s *schemer) freeName(name string) string {
	free := name
	for i := 2; ; i++ {
		if _, taken := s.defs[free]; !taken {
			return free
		}
		free = fmt.Sprintf("%s%d", name, i)
	}
}

// structure gives the schema of a struct; in a union it has the key kind, with this one value.
func (s *schemer) structure(t reflect.Type, kind string) object {
	shape, _ := s.shapes.of(t) // Sound has met every shape
	properties, required, either := object{}, []string{}, []any{}
	if kind != "" {
		properties[kindKey] = object{"const": kind}
		required = append(required, kindKey)
	}
	for i := range shape.fields {
		f := &shape.fields[i]
		if kind != "" && f.name == kindKey {
			continue
		}
		properties[f.name] = s.field(f)
		if f.required && !f.hasDefault {
			required = append(required, f.name)
		}
		if f.isAlternative() {
			either = append(either, object{"required": []string{f.name}})
		}
	}
	made := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		made["required"] = required
	}
	if isOneOf(t) {
		made["oneOf"] = either
	}
	if hasShorthand(t) && kind == "" {
		return object{"anyOf": []any{textSchema(t), object{"type": "boolean"}, made}}
	}
	return made
}

func (s *schemer) union(t reflect.Type) object {
	var kinds []any
	for i := range s.options.Unions[t] {
		alternative := &s.options.Unions[t][i]
		target, _ := freshAlternative(alternative)
		made := s.structure(target.Type(), alternative.Kind)
		if alternative.Doc != "" {
			made["description"] = alternative.Doc
		}
		kinds = append(kinds, made)
	}
	return object{"oneOf": kinds}
}

// json gives a default as the JSON that an editor shows.
func (s *schemer) json(n *node, t reflect.Type) any {
	t = deref(t)
	switch n.kind {
	case list:
		items := []any{}
		for _, item := range n.items {
			items = append(items, s.json(item, itemType(t)))
		}
		return items
	case mapping:
		made := object{}
		for _, entry := range n.entries {
			made[entry.key] = s.json(entry.value, s.keyType(t, entry.key))
		}
		return made
	}
	switch form := formOf(t); {
	case form == formList:
		return s.json(n, t.Elem())
	case form == formInteger && !n.quoted:
		return json.Number(n.text)
	case form == formBool && !n.quoted:
		return n.text == "true"
	}
	return n.text
}

func itemType(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Slice {
		return t.Elem()
	}
	return rawType
}

func (s *schemer) keyType(t reflect.Type, key string) reflect.Type {
	if value, free := pairsValue(t); free {
		return value
	}
	if t.Kind() != reflect.Struct {
		return rawType
	}
	if shape, err := s.shapes.of(t); err == nil && shape.field(key) != nil {
		return shape.field(key).typ
	}
	return rawType
}
