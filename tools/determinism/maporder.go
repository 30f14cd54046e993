package main

import (
	"go/ast"
	"go/token"
	"go/types"
)

// mapOrders accuses iterations over maps, whose order differs from run to run,
// unless the order provably reaches nothing:
//
//   - the body only collects into a slice that the very next statement sorts,
//   - the body does nothing but writes that commute (see commutes).
func (c *checker) mapOrders(file *ast.File) {
	c.imports(file, bannedMapOrders)
	next := followers(file)
	ast.Inspect(file, func(n ast.Node) bool {
		loop, is := n.(*ast.RangeStmt)
		if is && isMap(c.TypesInfo.TypeOf(loop.X)) && !c.sortedAfter(loop, next[loop]) && !c.commutes(loop) {
			c.accuse(loop.Pos(), "map order differs from run to run: sort the keys first")
		}
		return true
	})
	c.mapIterators(file)
}

// followers maps each range statement to the statement right after it.
func followers(file *ast.File) map[*ast.RangeStmt]ast.Stmt {
	next := map[*ast.RangeStmt]ast.Stmt{}
	ast.Inspect(file, func(n ast.Node) bool {
		var list []ast.Stmt
		switch n := n.(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		}
		for i := range len(list) - 1 {
			if loop, is := list[i].(*ast.RangeStmt); is {
				next[loop] = list[i+1]
			}
		}
		return true
	})
	return next
}

// isMap says whether t is a map, or a type parameter that could be one.
func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Map:
		return true
	case *types.Interface:
		return isConstraintWithMap(u)
	}
	return false
}

func isConstraintWithMap(constraint *types.Interface) bool {
	for i := range constraint.NumEmbeddeds() {
		switch e := constraint.EmbeddedType(i).(type) {
		case *types.Union:
			for j := range e.Len() {
				if isMap(e.Term(j).Type()) {
					return true
				}
			}
		default:
			if isMap(e) {
				return true
			}
		}
	}
	return false
}

// sortedAfter recognises
//
//	for k := range m { keys = append(keys, k) }
//	slices.Sort(keys)
//
// with an if around the append, if need be. Whatever is not a key of the map
// must be sorted by a total order of its whole value: slices.Sort.
func (c *checker) sortedAfter(loop *ast.RangeStmt, after ast.Stmt) bool {
	call := callStatement(after)
	if call == nil || len(call.Args) == 0 {
		return false
	}
	slice, item := c.collects(loop.Body.List)
	if slice == nil || c.root(call.Args[0]) != slice || !isName(call.Args[0]) {
		return false
	}
	obj := c.callee(call)
	switch {
	case isGlobal(obj, "slices", "Sort"), isGlobal(obj, "sort", "Ints", "Strings"):
		return true
	case isGlobal(obj, "slices", "SortFunc", "SortStableFunc"), isGlobal(obj, "sort", "Slice", "SliceStable"):
		key := c.rangeVariable(loop.Key)
		return key != nil && isName(item) && c.root(item) == key
	}
	return false
}

// collects returns s and x where the statements do nothing but s = append(s, x).
func (c *checker) collects(body []ast.Stmt) (types.Object, ast.Expr) {
	if len(body) != 1 {
		return nil, nil
	}
	if branch, is := body[0].(*ast.IfStmt); is {
		if branch.Init != nil || branch.Else != nil || !c.isPure(branch.Cond) {
			return nil, nil
		}
		return c.collects(branch.Body.List)
	}
	assign, is := body[0].(*ast.AssignStmt)
	if !is || assign.Tok != token.ASSIGN || len(assign.Lhs) != 1 || !isName(assign.Lhs[0]) {
		return nil, nil
	}
	call, is := assign.Rhs[0].(*ast.CallExpr)
	if !is || !c.isBuiltin(call, "append") || len(call.Args) != 2 || call.Ellipsis.IsValid() {
		return nil, nil
	}
	slice := c.root(assign.Lhs[0])
	if !isName(call.Args[0]) || c.root(call.Args[0]) != slice {
		return nil, nil
	}
	if !c.isPure(call.Args[1]) || c.mentions(body[0], slice) != 2 {
		return nil, nil
	}
	return slice, call.Args[1]
}

func callStatement(s ast.Stmt) *ast.CallExpr {
	if expr, is := s.(*ast.ExprStmt); is {
		call, _ := expr.X.(*ast.CallExpr)
		return call
	}
	return nil
}

func isName(e ast.Expr) bool {
	_, is := e.(*ast.Ident)
	return is
}

// rangeVariable returns the variable that a range clause declares, or nil.
func (c *checker) rangeVariable(e ast.Expr) types.Object {
	if id, is := e.(*ast.Ident); is {
		return c.TypesInfo.Defs[id]
	}
	return nil
}

// mentions counts how often obj is named below n.
func (c *checker) mentions(n ast.Node, obj types.Object) int {
	count := 0
	ast.Inspect(n, func(n ast.Node) bool {
		if id, is := n.(*ast.Ident); is && c.TypesInfo.Uses[id] == obj {
			count++
		}
		return true
	})
	return count
}
