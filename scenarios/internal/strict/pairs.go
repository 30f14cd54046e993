package strict

import "reflect"

// Pair is one key of a mapping with its value and the place of the key.
type Pair[T any] struct {
	Key   string
	Value T
	Pos   Pos
}

// Pairs is a mapping with free keys that keeps the order of the file, which a Go map would lose.
type Pairs[T any] []Pair[T]

func (Pairs[T]) isPairs() {}

// Raw is a value that is not decoded yet: any YAML, for whoever knows later what it must be.
type Raw struct {
	Text string // the value in one line of YAML, as Document.Set takes it
	Pos  Pos
}

var (
	rawType   = reflect.TypeFor[Raw]()
	pairsType = reflect.TypeFor[interface{ isPairs() }]()
)

// isPairs says whether a type is Pairs of something.
func isPairs(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Implements(pairsType)
}

// pairsValue is the type of the values of a mapping with free keys: Pairs or a map with string keys.
func pairsValue(t reflect.Type) (reflect.Type, bool) {
	if isPairs(t) {
		field, _ := t.Elem().FieldByName("Value")
		return field.Type, true
	}
	if t.Kind() == reflect.Map && t.Key().Kind() == reflect.String {
		return t.Elem(), true
	}
	return nil, false
}
