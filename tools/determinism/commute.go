package main

import (
	"go/ast"
	"go/token"
	"go/types"
)

// body is a loop over a map whose iterations should commute.
type body struct {
	*checker
	loop   *ast.RangeStmt
	walked types.Object            // the map, where it has a name
	key    types.Object            // the loop's key variable, nil if none
	kinds  map[types.Object]string // how each variable outside is written
	writes map[ast.Expr]bool       // the names in written position
}

// ownKey is the way of writing a map at the loop's own key only: no two
// iterations meet in one place, so sets and deletes may mix.
const ownKey = "own key"

// commutes says whether the iterations of the loop may run in any order. Its
// body may only
//
//   - delete from a map, or set the element of a map at the loop's own key,
//   - accumulate integers: x++, x += e, x |= e, x = max(x, e), if e > x { x = e },
//   - choose by conditions and name intermediate values,
//
// where no expression calls a function or reads what the body writes, and no
// variable is written in two ways.
func (c *checker) commutes(loop *ast.RangeStmt) bool {
	if loop.Tok == token.ASSIGN {
		return false // the loop's variables keep the last key
	}
	b := &body{
		checker: c, loop: loop, walked: c.root(loop.X), key: c.rangeVariable(loop.Key),
		kinds: map[types.Object]string{}, writes: map[ast.Expr]bool{},
	}
	return b.statements(loop.Body.List) && b.readsNothingWritten()
}

func (b *body) statements(list []ast.Stmt) bool {
	for _, s := range list {
		if !b.statement(s) {
			return false
		}
	}
	return true
}

func (b *body) statement(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.BlockStmt:
		return b.statements(s.List)
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE && s.Label == nil
	case *ast.IfStmt:
		return b.branch(s)
	case *ast.IncDecStmt:
		return b.accumulate(s.X, "+")
	case *ast.ExprStmt:
		call, is := s.X.(*ast.CallExpr)
		return is && b.isBuiltin(call, "delete") && b.remove(call)
	case *ast.AssignStmt:
		return b.assignment(s)
	}
	return false
}

func (b *body) branch(s *ast.IfStmt) bool {
	if b.isMaximum(s) {
		return true
	}
	if s.Init != nil && !b.statement(s.Init) {
		return false
	}
	if !b.isPure(s.Cond) || !b.statements(s.Body.List) {
		return false
	}
	return s.Else == nil || b.statement(s.Else)
}

func (b *body) assignment(s *ast.AssignStmt) bool {
	for _, right := range s.Rhs {
		if !b.isPure(right) {
			return false
		}
	}
	if s.Tok == token.DEFINE {
		return true
	}
	if len(s.Lhs) != 1 {
		return false
	}
	switch s.Tok {
	case token.ADD_ASSIGN, token.SUB_ASSIGN:
		return b.accumulate(s.Lhs[0], "+")
	case token.OR_ASSIGN, token.AND_ASSIGN, token.XOR_ASSIGN, token.MUL_ASSIGN:
		return b.accumulate(s.Lhs[0], s.Tok.String())
	case token.ASSIGN:
		return b.extremum(s) || b.element(s.Lhs[0])
	}
	return false
}

// remove accepts delete(m, k). From the walked map itself only the present key
// may go: another's fate would depend on whether it was visited before.
func (b *body) remove(call *ast.CallExpr) bool {
	if !b.isPure(call.Args[0]) || !b.isPure(call.Args[1]) {
		return false
	}
	if b.isKey(call.Args[1]) {
		return b.written(call.Args[0], ownKey)
	}
	return b.root(call.Args[0]) != b.walked && b.written(call.Args[0], "delete")
}

// element accepts m[k] = v where k is the loop's key, so that no two iterations
// write the same place.
func (b *body) element(left ast.Expr) bool {
	index, is := left.(*ast.IndexExpr)
	return is && isMap(b.TypesInfo.TypeOf(index.X)) && b.isKey(index.Index) &&
		b.isPure(index.X) && b.written(left, ownKey)
}

// accumulate accepts an integer variable, field or element, changed by one
// commutative operation.
func (b *body) accumulate(left ast.Expr, operation string) bool {
	return isInteger(b.TypesInfo.TypeOf(left)) && b.isPure(left) && b.written(left, operation)
}

// extremum accepts x = max(x, e) and x = min(x, e).
func (b *body) extremum(s *ast.AssignStmt) bool {
	call, is := s.Rhs[0].(*ast.CallExpr)
	if !is || !b.isBuiltin(call, "max", "min") || !isName(s.Lhs[0]) || !isName(call.Args[0]) {
		return false
	}
	if b.root(s.Lhs[0]) != b.root(call.Args[0]) || !b.accumulate(s.Lhs[0], calleeName(call)) {
		return false
	}
	b.writes[call.Args[0]] = true
	return true
}

// isMaximum accepts if e > x { x = e }, with any of the four comparisons.
func (b *body) isMaximum(s *ast.IfStmt) bool {
	cond, is := s.Cond.(*ast.BinaryExpr)
	if !is || s.Init != nil || s.Else != nil || len(s.Body.List) != 1 {
		return false
	}
	assign, is := s.Body.List[0].(*ast.AssignStmt)
	if !is || assign.Tok != token.ASSIGN || len(assign.Lhs) != 1 || !isName(assign.Lhs[0]) {
		return false
	}
	most, value := types.ExprString(assign.Lhs[0]), types.ExprString(assign.Rhs[0])
	left, right, direction := cond.X, cond.Y, cond.Op
	if types.ExprString(left) == most {
		left, right, direction = right, left, mirrored[direction]
	}
	operation, compares := extremes[direction]
	if !compares || types.ExprString(left) != value || types.ExprString(right) != most {
		return false
	}
	b.writes[right] = true
	return b.isPure(left) && b.accumulate(assign.Lhs[0], operation)
}

// extremes names what "if e OP x { x = e }" computes.
var extremes = map[token.Token]string{token.GTR: "max", token.GEQ: "max", token.LSS: "min", token.LEQ: "min"}

// mirrored turns a comparison round: x < e is e > x.
var mirrored = map[token.Token]token.Token{
	token.GTR: token.LSS, token.GEQ: token.LEQ, token.LSS: token.GTR, token.LEQ: token.GEQ,
}

// written notes that the expression's variable is written in the given way, and
// refuses a second way. Variables of the body itself are refused: a pointer in
// them could lead anywhere.
func (b *body) written(e ast.Expr, kind string) bool {
	obj := b.root(e)
	if obj == nil || (b.loop.Pos() <= obj.Pos() && obj.Pos() < b.loop.End()) {
		return false
	}
	if before, is := b.kinds[obj]; is && before != kind {
		return false
	}
	if obj == b.walked && kind != ownKey {
		return false
	}
	b.kinds[obj] = kind
	b.writes[bottom(e)] = true
	return true
}

// readsNothingWritten says whether every mention of a written variable is one
// of the writes themselves.
func (b *body) readsNothingWritten() bool {
	good := true
	ast.Inspect(b.loop.Body, func(n ast.Node) bool {
		id, is := n.(*ast.Ident)
		if is && b.kinds[b.TypesInfo.Uses[id]] != "" && !b.writes[id] {
			good = false
		}
		return good
	})
	return good
}

// bottom returns the name that a.b[i].c starts with.
func bottom(e ast.Expr) ast.Expr {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return e
		}
	}
}

func (b *body) isKey(e ast.Expr) bool {
	return b.key != nil && isName(e) && b.root(e) == b.key
}

// isPure says whether evaluating e changes nothing and calls nothing.
func (c *checker) isPure(e ast.Expr) bool {
	pure := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			pure = false
		case *ast.CallExpr:
			pure = pure && c.isCalculation(n)
		case *ast.UnaryExpr:
			pure = pure && n.Op != token.AND && n.Op != token.ARROW
		}
		return pure
	})
	return pure
}

// isCalculation recognises conversions and the built-ins that only compute.
func (c *checker) isCalculation(call *ast.CallExpr) bool {
	return c.TypesInfo.Types[call.Fun].IsType() || c.isBuiltin(call, "len", "cap", "max", "min")
}

func isInteger(t types.Type) bool {
	basic, is := t.Underlying().(*types.Basic)
	return is && basic.Info()&types.IsInteger != 0
}
