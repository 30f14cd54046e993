package main

import (
	"go/ast"
	"go/types"
	"slices"
)

// uses calls visit for every identifier of the file that refers to an object,
// in source order.
func (c *checker) uses(file *ast.File, visit func(*ast.Ident, types.Object)) {
	ast.Inspect(file, func(n ast.Node) bool {
		if id, is := n.(*ast.Ident); is {
			if obj := c.TypesInfo.Uses[id]; obj != nil {
				visit(id, obj)
			}
		}
		return true
	})
}

// isGlobal says whether obj is declared at the top of the package at path under
// one of the names; without names, under any.
func isGlobal(obj types.Object, path string, names ...string) bool {
	if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != path || obj.Parent() != obj.Pkg().Scope() {
		return false
	}
	return len(names) == 0 || slices.Contains(names, obj.Name())
}

// isMethod says whether obj is one of the named methods of a type.
func isMethod(obj types.Object, path, typeName string, names ...string) bool {
	fn, is := obj.(*types.Func)
	if !is || !slices.Contains(names, fn.Name()) {
		return false
	}
	recv := fn.Signature().Recv()
	if recv == nil {
		return false
	}
	t := recv.Type()
	if p, isPointer := t.(*types.Pointer); isPointer {
		t = p.Elem()
	}
	named, isNamed := t.(*types.Named)
	return isNamed && isGlobal(named.Obj(), path, typeName)
}

// callee returns the object that a call names, or nil.
func (c *checker) callee(call *ast.CallExpr) types.Object {
	if id := calleeIdent(call); id != nil {
		return c.TypesInfo.Uses[id]
	}
	return nil
}

func calleeName(call *ast.CallExpr) string {
	if id := calleeIdent(call); id != nil {
		return id.Name
	}
	return ""
}

func calleeIdent(call *ast.CallExpr) *ast.Ident {
	fun := ast.Unparen(call.Fun)
	if index, is := fun.(*ast.IndexExpr); is { // an instantiated generic function
		fun = index.X
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		return fun
	case *ast.SelectorExpr:
		return fun.Sel
	}
	return nil
}

// isBuiltin says whether the call is of one of the named built-in functions.
func (c *checker) isBuiltin(call *ast.CallExpr, names ...string) bool {
	id, is := ast.Unparen(call.Fun).(*ast.Ident)
	if !is {
		return false
	}
	_, builtin := c.TypesInfo.Uses[id].(*types.Builtin)
	return builtin && slices.Contains(names, id.Name)
}
