package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// write is a place that changes a package-level variable, or could.
type write struct {
	variable *types.Var
	pos      token.Pos
	how      string // "assigned", "address-taken", ...
}

// packageWrites finds every write to a package-level variable outside init
// functions.
func (c *checker) packageWrites() []write {
	var found []write
	note := func(e ast.Expr, how string) {
		if v := c.globalRoot(e); v != nil {
			found = append(found, write{v, e.Pos(), how})
		}
	}
	for _, file := range c.Files {
		if c.isTest(file) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if fn, is := n.(*ast.FuncDecl); is && fn.Recv == nil && fn.Name.Name == "init" {
				return false // initialisation
			}
			c.writesOf(n, note)
			return true
		})
	}
	return found
}

// writesOf tells note of every expression that the node n itself changes.
func (c *checker) writesOf(n ast.Node, note func(ast.Expr, string)) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			note(left, "assigned")
		}
	case *ast.IncDecStmt:
		note(n.X, "assigned")
	case *ast.RangeStmt:
		note(n.Key, "assigned")
		note(n.Value, "assigned")
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			note(n.X, "address-taken")
		}
	case *ast.SliceExpr:
		if _, is := c.TypesInfo.TypeOf(n.X).Underlying().(*types.Array); is {
			note(n.X, "sliced, so address-taken,")
		}
	case *ast.SelectorExpr:
		if c.takesAddress(n) {
			note(n.X, "address-taken by a method")
		}
	case *ast.CallExpr:
		if c.writesArgument(n) {
			note(n.Args[0], "changed by "+calleeName(n))
		}
	}
}

// takesAddress recognises the method call v.m() that the compiler makes (&v).m().
func (c *checker) takesAddress(sel *ast.SelectorExpr) bool {
	selection := c.TypesInfo.Selections[sel]
	if selection == nil || selection.Kind() != types.MethodVal {
		return false
	}
	_, pointerMethod := selection.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
	_, pointerValue := selection.Recv().Underlying().(*types.Pointer)
	return pointerMethod && !pointerValue
}

// writers are the library functions that change their first argument.
var writers = map[string][]string{
	"slices": {
		"Sort", "SortFunc", "SortStableFunc", "Reverse", "Insert", "Delete", "DeleteFunc",
		"Replace", "Compact", "CompactFunc", "AppendSeq", "Grow",
	},
	"sort": {"Sort", "Stable", "Slice", "SliceStable", "Ints", "Strings"},
	"maps": {"Copy", "DeleteFunc", "Insert"},
}

func (c *checker) writesArgument(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	if c.isBuiltin(call, "append", "clear", "copy", "delete") {
		return true
	}
	obj := c.callee(call)
	return obj != nil && obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() &&
		slices.Contains(writers[obj.Pkg().Path()], obj.Name())
}

// globalRoot returns the package-level variable that e is a part of, or nil.
func (c *checker) globalRoot(e ast.Expr) *types.Var {
	v, is := c.root(e).(*types.Var)
	if is && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		return v
	}
	return nil
}

// root returns the object at the bottom of an expression like a.b[i].c, or nil.
func (c *checker) root(e ast.Expr) types.Object {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.SelectorExpr:
			if id, is := x.X.(*ast.Ident); is {
				if _, isPackage := c.TypesInfo.Uses[id].(*types.PkgName); isPackage {
					return c.TypesInfo.Uses[x.Sel]
				}
			}
			e = x.X
		case *ast.Ident:
			if obj := c.TypesInfo.Uses[x]; obj != nil {
				return obj
			}
			return c.TypesInfo.Defs[x]
		default:
			return nil
		}
	}
}
