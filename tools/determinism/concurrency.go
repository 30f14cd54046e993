package main

import (
	"go/ast"
	"go/token"
	"go/types"
)

func (c *checker) goroutines(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		if g, is := n.(*ast.GoStmt); is {
			c.accuse(g.Pos(), "a goroutine runs when the machine pleases")
		}
		return true
	})
}

// channels accuses channels however they come in: spelt out, or as the result
// of somebody else's function.
func (c *checker) channels(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ChanType:
			c.accuse(n.Pos(), "no channel: effects go through Env")
		case *ast.SendStmt:
			c.accuse(n.Pos(), "no send on a channel")
		case *ast.SelectStmt:
			c.accuse(n.Pos(), "select chooses at random")
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				c.accuse(n.Pos(), "no receive from a channel")
			}
		case *ast.RangeStmt:
			if isChannel(c.TypesInfo.TypeOf(n.X)) {
				c.accuse(n.Pos(), "no range over a channel")
			}
		case *ast.CallExpr:
			if isChannel(c.TypesInfo.TypeOf(n)) {
				c.accuse(n.Pos(), "no channel: effects go through Env")
			}
		}
		return true
	})
}

func isChannel(t types.Type) bool {
	if t == nil {
		return false
	}
	_, is := t.Underlying().(*types.Chan)
	return is
}

// coroutineRoom is the only package that may turn a function inside out.
const coroutineRoom = "simrun/sim/process"

func (c *checker) coroutines(file *ast.File) {
	if within(c.Pkg.Path(), coroutineRoom) {
		return
	}
	c.uses(file, func(id *ast.Ident, obj types.Object) {
		if isGlobal(obj, "iter", "Pull", "Pull2") {
			c.accuse(id.Pos(), "iter.%s belongs to %s alone", obj.Name(), coroutineRoom)
		}
	})
}
