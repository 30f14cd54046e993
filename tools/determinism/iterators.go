package main

import (
	"go/ast"
	"go/types"
)

// mapIterators accuses the library's ways to walk a map, except where their
// result goes straight into a sort.
func (c *checker) mapIterators(file *ast.File) {
	sorted := c.sortedIterators(file)
	c.uses(file, func(id *ast.Ident, obj types.Object) {
		switch {
		case isGlobal(obj, "maps", "Keys", "Values", "All"):
			if !sorted[id] {
				c.accuse(id.Pos(), "maps.%s comes in an order that differs from run to run: sort it at once", id.Name)
			}
		case isGlobal(obj, "maps", "DeleteFunc", "EqualFunc"):
			c.accuse(id.Pos(), "maps.%s calls its function in an order that differs from run to run", id.Name)
		case isMethod(obj, "reflect", "Value", "MapRange", "MapKeys", "Seq", "Seq2"):
			c.accuse(id.Pos(), "reflect walks maps in an order that differs from run to run")
		}
	})
}

// sortedIterators finds the names in slices.Sorted(maps.Keys(m)) and its like.
// Values may only meet slices.Sorted, whose order has no ties to break.
func (c *checker) sortedIterators(file *ast.File) map[*ast.Ident]bool {
	found := map[*ast.Ident]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		sort, is := n.(*ast.CallExpr)
		if !is || len(sort.Args) == 0 {
			return true
		}
		iterator, is := sort.Args[0].(*ast.CallExpr)
		if !is {
			return true
		}
		by, of := c.callee(sort), c.callee(iterator)
		whole := isGlobal(by, "slices", "Sorted") && isGlobal(of, "maps", "Keys", "Values")
		keys := isGlobal(by, "slices", "SortedFunc", "SortedStableFunc") && isGlobal(of, "maps", "Keys")
		if whole || keys {
			found[calleeIdent(iterator)] = true
		}
		return true
	})
	return found
}
