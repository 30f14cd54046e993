package main

import (
	"go/ast"
	"go/token"
	"go/types"
)

// states accuses package-level variables that could carry something from one
// run into the next. What remains is constant in all but name:
//
//   - errors made by errors.New,
//   - assertions such as "var _ Node = (*Host)(nil)",
//   - unexported tables without pointers which the package never writes.
//
// It does not follow aliases: a slice handed to a function that writes into it
// escapes this rule.
func (c *checker) states(file *ast.File) {
	for _, decl := range file.Decls {
		vars, is := decl.(*ast.GenDecl)
		if !is || vars.Tok != token.VAR {
			continue
		}
		for _, spec := range vars.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, name := range spec.Names {
				c.globalVariable(name, initialiser(spec, i))
			}
		}
	}
	for _, w := range c.writes {
		foreign := w.variable.Pkg() != c.Pkg
		if foreign && file.FileStart <= w.pos && w.pos < file.FileEnd {
			c.accuse(w.pos, "%s belongs to another package and never changes", w.variable.Name())
		}
	}
}

// initialiser returns the expression that gives the i-th name its value, or nil.
func initialiser(spec *ast.ValueSpec, i int) ast.Expr {
	switch {
	case len(spec.Values) == len(spec.Names):
		return spec.Values[i]
	case len(spec.Values) == 1: // a, b = f()
		return spec.Values[0]
	}
	return nil
}

func (c *checker) globalVariable(name *ast.Ident, value ast.Expr) {
	if name.Name == "_" {
		if value != nil && !c.isInert(value) {
			c.accuse(name.Pos(), "an assertion runs no code")
		}
		return
	}
	variable := c.TypesInfo.Defs[name].(*types.Var)
	for _, w := range c.writes {
		if w.variable == variable {
			at := c.Fset.Position(w.pos)
			c.accuse(name.Pos(), "%s is %s in line %d: nothing may outlive a run", name.Name, w.how, at.Line)
			return
		}
	}
	switch t := variable.Type(); {
	case c.isPlainError(value):
	case name.IsExported():
		c.accuse(name.Pos(), "%s is exported, so anybody can change it: make it a function", name.Name)
	case value == nil:
		c.accuse(name.Pos(), "%s has no value: nothing may outlive a run", name.Name)
	case !isTable(t, c.isInert(value), nil):
		c.accuse(name.Pos(), "%s can change through its type %s: nothing may outlive a run", name.Name, t)
	}
}

// isPlainError recognises errors.New(...).
func (c *checker) isPlainError(value ast.Expr) bool {
	call, is := value.(*ast.CallExpr)
	return is && isGlobal(c.callee(call), "errors", "New")
}

// isInert says whether evaluating the expression runs no function and makes no
// pointer to something that can change.
func (c *checker) isInert(value ast.Expr) bool {
	inert := true
	ast.Inspect(value, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // runs later, and has only package-level variables to capture
		case *ast.CallExpr:
			inert = inert && c.isCalculation(n)
		case *ast.UnaryExpr:
			inert = inert && n.Op != token.AND
		}
		return true
	})
	return inert
}

// isTable says whether a value of type t, never written by name, stays as it
// is. Functions and interfaces can hide a variable unless their value is inert.
func isTable(t types.Type, inert bool, outer []types.Type) bool {
	for _, seen := range outer {
		if types.Identical(seen, t) {
			return true // a recursive type is as good as its other parts
		}
	}
	outer = append(outer, t)
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Kind() != types.UnsafePointer
	case *types.Array:
		return isTable(t.Elem(), inert, outer)
	case *types.Slice:
		return isTable(t.Elem(), inert, outer)
	case *types.Map:
		return isTable(t.Key(), inert, outer) && isTable(t.Elem(), inert, outer)
	case *types.Struct:
		for i := range t.NumFields() {
			if !isTable(t.Field(i).Type(), inert, outer) {
				return false
			}
		}
		return true
	case *types.Signature, *types.Interface:
		return inert
	}
	return false
}
