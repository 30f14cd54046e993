// Package strict decodes YAML text into plain Go structs and refuses whatever it does not understand.
//
// A struct describes its keys by tags and never imports this package:
//
//	R       int           `yaml:"r" default:"2" min:"1" doc:"replicas a read waits for"`
//	Timeout time.Duration `yaml:"timeout" default:"100ms" doc:"how long a client waits"`
//	Versions string       `yaml:"versions" one:"dvv|lww" doc:"how versions are compared"`
//
// The tags are yaml (the key; ",inline" embeds a struct, "-" leaves a field out), default (text, decoded as if it had
// been written), doc, unit, min and max (inclusive, for numbers and durations), one (the allowed words), required and
// lone (a single value may stand for a list of one).
//
// A type may say more by its methods: UnmarshalText reads a scalar; FromScalar(text) error reads the short spelling of
// a struct; OneOf() says that exactly one of a struct's pointers, lists and maps is to be given; Check() error or
// Check() []error judges a struct once it is decoded, and an error with Path() string names the field it is about;
// Pattern() string is the regular expression of a scalar's text, for the schema. An interface is decoded by the key
// "kind" among the alternatives that Options names for it. Check is asked only of a struct of which all else is well:
// what it would say about half a struct misleads.
//
// A key that is absent takes its default. Nothing more is asked of a struct whose key is absent: neither its required
// keys, nor OneOf, nor Check; a struct that must be given carries required.
//
// The text decides, never YAML's own notion of types: a whole number is plain decimal digits, a duration has a unit, a
// string is what is written. Anchors, aliases, merge keys, tags, directives, second documents, duplicate keys and nulls
// are refused. All errors are reported in one pass, each with its file, line and column.
package strict

import "reflect"

// Options say what the structs themselves cannot.
type Options struct {
	// Unions lists, for each interface type, the alternatives that its key "kind" chooses from, in the order in which
	// they are shown.
	Unions map[reflect.Type][]Alternative
}

// Alternative is one kind of a union.
type Alternative struct {
	Kind string     // what the key "kind" says
	New  func() any // a fresh value: a struct, or a pointer to one, that implements the union's interface
	Doc  string     // one line: what it is
}

// kindKey chooses among the alternatives of a union.
const kindKey = "kind"
