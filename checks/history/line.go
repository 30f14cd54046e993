package history

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"simrun/sim"
)

// line is one event of a history.
type line struct {
	process int64
	event   event
	code    sim.Code
	time    int64
	key     symbol
	hasKey  bool
	value   value
}

// event is the type of a line.
type event uint8

const (
	invoke event = iota
	ok
	fail
	info
)

func events() []string { return []string{"invoke", "ok", "fail", "info"} }

// value is the value of a line: nothing, a scalar, or a list of them.
type value struct {
	list  bool
	items []symbol // one where it is no list; none for null
}

// fields are the keys of a line, as they are written; the constants number them.
func fields() []string {
	return []string{"index", "time", "process", "type", "f", "key", "value"}
}

const (
	fieldIndex = iota
	fieldTime
	fieldProcess
	fieldType
	fieldF
	fieldKey
	fieldValue
	fieldCount
)

// parts are the fields of a line, as text; nil where one is not there.
type parts [fieldCount]json.RawMessage

// split takes a line apart into its fields. Each may be there once. That the text
// is JSON is checked first, so that its pieces are found by brackets and quotes.
func split(text []byte) (parts, *Error) {
	var p parts
	if !json.Valid(text) {
		return p, wrong("no JSON: %v", json.Unmarshal(text, new(json.RawMessage)))
	}
	if text[0] != '{' {
		return p, wrong("%s is not a JSON object", quote(string(text)))
	}
	for at := next(text, 1); text[at] != '}'; {
		end := after(text, at)
		name := text[at+1 : end-1]
		i := fieldNumber(name)
		if i < 0 {
			return p, misspelt("field", string(name), fields())
		}
		if p[i] != nil {
			return p, wrong("%q is there twice", name)
		}
		at = next(text, next(text, end)+1) // past the colon
		end = after(text, at)
		p[i] = text[at:end:end]
		if at = next(text, end); text[at] == ',' {
			at = next(text, at+1)
		}
	}
	return p, nil
}

// fieldNumber finds a field by its name, or is -1.
func fieldNumber(name []byte) int {
	switch string(name) {
	case "index":
		return fieldIndex
	case "time":
		return fieldTime
	case "process":
		return fieldProcess
	case "type":
		return fieldType
	case "f":
		return fieldF
	case "key":
		return fieldKey
	case "value":
		return fieldValue
	}
	return -1
}

// next is where the blanks from at on end.
func next(text []byte, at int) int {
	for text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n' {
		at++
	}
	return at
}

// after is where the JSON value at a place ends.
func after(text []byte, at int) int {
	depth := 0
	for quoted := false; ; at++ {
		switch c := text[at]; {
		case quoted && c == '\\':
			at++
		case c == '"':
			quoted = !quoted
			if !quoted && depth == 0 {
				return at + 1
			}
		case quoted:
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			if depth--; depth < 0 {
				return at
			} else if depth == 0 {
				return at + 1
			}
		case depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			return at
		}
	}
}

// parse reads a line. Lines of the nemesis are nil.
func (r *reader) parse(text []byte) (*line, *Error) {
	p, err := split(text)
	if err != nil {
		return nil, err
	}
	l := &line{}
	if string(p[fieldProcess]) == `"nemesis"` {
		return nil, nil
	}
	if l.process, err = integer(&p, fieldProcess, true); err != nil {
		return nil, err
	}
	if l.process < 0 {
		return nil, wrong("process %d is negative", l.process)
	}
	if l.time, err = integer(&p, fieldTime, false); err != nil {
		return nil, err
	}
	if err := r.index(&p); err != nil {
		return nil, err
	}
	return l, r.words(l, &p)
}

// words reads what a line says of its op.
func (r *reader) words(l *line, p *parts) *Error {
	name, err := word(p, fieldType)
	if err != nil {
		return err
	}
	kind := slices.Index(events(), name)
	if kind < 0 {
		return misspelt("type", name, events())
	}
	l.event = event(kind)
	f, err := word(p, fieldF)
	if err != nil {
		return err
	}
	if l.code, err = r.model.code(f); err != nil {
		return err
	}
	if raw := p[fieldKey]; raw != nil {
		l.hasKey = true
		if l.key, err = r.names.scalar(raw); err != nil {
			return err
		}
	}
	l.value, err = r.value(p[fieldValue])
	return err
}

// index checks that the lines' own numbers ascend, where they have any.
func (r *reader) index(p *parts) *Error {
	if p[fieldIndex] == nil {
		return nil
	}
	index, err := integer(p, fieldIndex, true)
	if err != nil {
		return err
	}
	if r.indexed && index <= r.lastIndex {
		return wrong("index %d follows %d", index, r.lastIndex)
	}
	r.lastIndex, r.indexed = index, true
	return nil
}

// listLimit is how many values an op can return.
const listLimit = 255

func (r *reader) value(raw json.RawMessage) (value, *Error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return value{}, nil
	}
	if raw[0] != '[' {
		s, err := r.names.scalar(raw)
		return value{items: []symbol{s}}, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return value{}, wrong("value %s: %v", quote(string(raw)), err)
	}
	if len(list) > listLimit {
		return value{}, wrong("value is a list of %d, more than %d", len(list), listLimit)
	}
	v := value{list: true}
	for _, item := range list {
		s, err := r.names.scalar(item)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, s)
	}
	return v, nil
}

// integer reads a field that holds an integer.
func integer(p *parts, field int, needed bool) (int64, *Error) {
	raw := p[field]
	switch {
	case raw == nil && needed:
		return 0, wrong("%q is missing", fields()[field])
	case raw == nil:
		return 0, nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0, wrong("%s %s is not an integer", fields()[field], quote(string(raw)))
	}
	return n, nil
}

// word reads a field that holds a string.
func word(p *parts, field int) (string, *Error) {
	raw := p[field]
	if raw == nil {
		return "", wrong("%q is missing", fields()[field])
	}
	var text string
	if raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return "", wrong("%s %s is not a string", fields()[field], quote(string(raw)))
	}
	return text, nil
}
