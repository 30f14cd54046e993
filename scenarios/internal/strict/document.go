package strict

import (
	"fmt"
	"reflect"
)

// Document is what was written: the tree behind a decoded struct. It knows where everything stands, and it can be
// changed and decoded again.
type Document struct {
	file    string
	root    *node
	typ     reflect.Type
	options Options
	shapes  shapes // its clones share them
	parsed  bool
	wrong   Problems // with the text itself: no decoding mends them
}

// Decode reads text into a pointer to a struct and reports everything that is wrong with it, in the order of the text.
// The document is never nil. Where there are problems, what into points to is of no use.
func Decode(file string, text []byte, into any, options Options) (*Document, Problems) {
	d := &Document{file: file, options: options, shapes: shapes{}, typ: reflect.TypeOf(into).Elem()}
	root, problems := compose(file, text)
	d.root, d.parsed, d.wrong = root, root != nil, problems
	if !d.parsed {
		d.root = &node{kind: mapping, at: Pos{file, 1, 1}}
	}
	return d, d.Decode(into)
}

// Decode decodes the document as it is now, all of it, into a pointer to a struct of the type it was first decoded into.
func (d *Document) Decode(into any) Problems {
	if !d.parsed {
		return d.wrong.sorted(d.file)
	}
	target := reflect.ValueOf(into).Elem()
	target.SetZero()
	decoding := d.decoder()
	decoding.problems = append(decoding.problems, d.wrong...)
	decoding.decode(d.root, target, &field{}, "")
	left := len(d.wrong) + decoding.count - len(decoding.problems)
	problems := decoding.problems.sorted(d.file)
	if left > 0 {
		problems = append(problems, Problem{Pos: Pos{File: d.file}, Message: fmt.Sprintf("and %d more problems", left)})
	}
	return problems
}

// decoder makes a decoder that knows the shapes which were met before.
func (d *Document) decoder() *decoder {
	made := newDecoder(d.typ, d.options)
	made.shapes = d.shapes
	return made
}

// Clone gives a document that can be changed without changing this one.
func (d *Document) Clone() *Document {
	twin := *d
	twin.root = d.root.clone(nil)
	return &twin
}

// Bytes gives the document in a canonical form: comments and layout are gone, the order of keys is kept. Reading it
// gives the same document.
func (d *Document) Bytes() []byte { return canonical(d.root) }

// Position tells where the value at a dotted path stands: an indented list or mapping at its key, and what was not
// written at the nearest thing around it.
func (d *Document) Position(path string) Pos {
	at, _ := d.root.find(path)
	return at
}

// Get gives the value at a dotted path as it is written; false where a default holds.
func (d *Document) Get(path string) (Raw, bool) {
	at, found := d.root.find(path)
	if found == nil {
		return Raw{}, false
	}
	return Raw{Text: inline(found), Pos: at}, true
}

// Problemf makes a problem of what the caller found wrong with the value at a dotted path.
func (d *Document) Problemf(path, format string, arguments ...any) Problem {
	return Problem{Pos: d.Position(path), Path: path, Message: fmt.Sprintf(format, arguments...)}
}

// Sort puts problems, the caller's own among them, into the order in which Decode reports them, without repetitions.
func (d *Document) Sort(problems Problems) Problems { return problems.sorted(d.file) }
