// Package when evaluates the conditions of expectations: integer arithmetic and
// comparisons over the fields of a scenario, such as `r + w > n` or
// `ack == "async" && protocol.k < 2`. Go's own expression syntax, its own parser;
// `and`, `or` and `not` may be written for &&, || and !.
package when

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// Lookup gives the value of a field by its path or last name: the text as in the
// scenario, and whether there is such a field.
type Lookup func(name string) (value string, err error)

// Holds tells whether a condition holds. An empty one always does.
func Holds(condition string, lookup Lookup) (bool, error) {
	if strings.TrimSpace(condition) == "" {
		return true, nil
	}
	tree, err := parser.ParseExpr(spellOut(condition))
	if err != nil {
		return false, fmt.Errorf("%q is no condition: try r + w > n", condition)
	}
	v, err := eval(tree, lookup)
	if err != nil {
		return false, err
	}
	if v.kind != truth {
		return false, fmt.Errorf("%q is no condition: it has no comparison", condition)
	}
	return v.number != 0, nil
}

// spellOut replaces the words and, or, not.
func spellOut(condition string) string {
	words := strings.Fields(condition)
	for i, w := range words {
		switch w {
		case "and":
			words[i] = "&&"
		case "or":
			words[i] = "||"
		case "not":
			words[i] = "!"
		}
	}
	return strings.Join(words, " ")
}

type kind uint8

const (
	number kind = iota
	text
	truth
)

type value struct {
	kind   kind
	number int64
	text   string
}

func eval(e ast.Expr, lookup Lookup) (value, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return eval(e.X, lookup)
	case *ast.BasicLit:
		return literal(e)
	case *ast.Ident, *ast.SelectorExpr:
		return field(pathOf(e), lookup)
	case *ast.UnaryExpr:
		return unary(e, lookup)
	case *ast.BinaryExpr:
		return binary(e, lookup)
	}
	return value{}, errors.New("a condition has names, numbers, quoted words, + - * and comparisons only")
}

func literal(e *ast.BasicLit) (value, error) {
	switch e.Kind {
	case token.INT:
		n, err := strconv.ParseInt(e.Value, 10, 64)
		return value{kind: number, number: n}, err
	case token.STRING:
		s, err := strconv.Unquote(e.Value)
		return value{kind: text, text: s}, err
	}
	return value{}, fmt.Errorf("%s is neither a whole number nor a quoted word", e.Value)
}

func pathOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return pathOf(e.X) + "." + e.Sel.Name
	}
	return "?"
}

func field(path string, lookup Lookup) (value, error) {
	if path == "true" || path == "false" {
		return value{kind: text, text: path}, nil
	}
	s, err := lookup(path)
	if err != nil {
		return value{}, err
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return value{kind: number, number: n}, nil
	}
	return value{kind: text, text: s}, nil
}

func unary(e *ast.UnaryExpr, lookup Lookup) (value, error) {
	v, err := eval(e.X, lookup)
	if err != nil {
		return v, err
	}
	switch {
	case e.Op == token.NOT && v.kind == truth:
		v.number = 1 - v.number
		return v, nil
	case e.Op == token.SUB && v.kind == number:
		v.number = -v.number
		return v, nil
	}
	return v, fmt.Errorf("%s does not fit what follows it", e.Op)
}

func binary(e *ast.BinaryExpr, lookup Lookup) (value, error) {
	a, err := eval(e.X, lookup)
	if err != nil {
		return a, err
	}
	b, err := eval(e.Y, lookup)
	if err != nil {
		return b, err
	}
	if a.kind != b.kind {
		return a, fmt.Errorf("the two sides of %s are of different kinds", e.Op)
	}
	switch a.kind {
	case number:
		return numbers(e.Op, a.number, b.number)
	case text:
		switch e.Op {
		case token.EQL:
			return boolean(a.text == b.text), nil
		case token.NEQ:
			return boolean(a.text != b.text), nil
		}
	case truth:
		switch e.Op {
		case token.LAND:
			return boolean(a.number*b.number != 0), nil
		case token.LOR:
			return boolean(a.number+b.number != 0), nil
		}
	}
	return a, fmt.Errorf("%s does not fit what stands beside it", e.Op)
}

func boolean(b bool) value {
	if b {
		return value{kind: truth, number: 1}
	}
	return value{kind: truth}
}

func numbers(op token.Token, a, b int64) (value, error) {
	switch op {
	case token.ADD:
		return value{number: a + b}, nil
	case token.SUB:
		return value{number: a - b}, nil
	case token.MUL:
		return value{number: a * b}, nil
	case token.GTR:
		return boolean(a > b), nil
	case token.GEQ:
		return boolean(a >= b), nil
	case token.LSS:
		return boolean(a < b), nil
	case token.LEQ:
		return boolean(a <= b), nil
	case token.EQL:
		return boolean(a == b), nil
	case token.NEQ:
		return boolean(a != b), nil
	}
	return value{}, fmt.Errorf("%s is not known here", op)
}
