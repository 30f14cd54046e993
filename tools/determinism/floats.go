package main

import (
	"go/ast"
	"go/types"
)

// floats accuses floating point wherever it is named, written or received.
// Processors fuse, round and approximate differently, so what a float decides
// differs between builds.
func (c *checker) floats(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			c.namedFloat(n)
		case *ast.BasicLit:
			// 1e9 is an integer where the compiler makes it one.
			if isFloat(c.TypesInfo.TypeOf(n)) {
				c.accuse(n.Pos(), "no floating-point literal: count in integers")
			}
		case *ast.CallExpr:
			if yieldsFloat(c.TypesInfo.TypeOf(n)) {
				c.accuse(n.Pos(), "the result of %s is a float: count in integers", calleeName(n))
			}
		case *ast.BinaryExpr:
			if isFloat(c.TypesInfo.TypeOf(n.X)) {
				c.accuse(n.Pos(), "no floating-point arithmetic: count in integers")
			}
		}
		return true
	})
}

// namedFloat accuses the name of a floating-point type or constant.
func (c *checker) namedFloat(id *ast.Ident) {
	switch obj := c.TypesInfo.Uses[id].(type) {
	case *types.TypeName, *types.Const:
		if isFloat(c.TypesInfo.TypeOf(id)) {
			c.accuse(id.Pos(), "no %s: count in integers", obj.Name())
		}
	}
}

func yieldsFloat(t types.Type) bool {
	tuple, is := t.(*types.Tuple)
	if !is {
		return isFloat(t)
	}
	for i := range tuple.Len() {
		if isFloat(tuple.At(i).Type()) {
			return true
		}
	}
	return false
}

func isFloat(t types.Type) bool {
	if t == nil {
		return false
	}
	basic, is := t.Underlying().(*types.Basic)
	return is && basic.Info()&(types.IsFloat|types.IsComplex) != 0
}
