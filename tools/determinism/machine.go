package main

import (
	"go/ast"
	"go/constant"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// timeAllowed is all of package time that is arithmetic. What is not listed
// reads the clock, waits for it, or carries a time zone of the machine.
var timeAllowed = []string{
	"Duration", "ParseDuration",
	"Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour",
}

// runtimeAllowed is all of package runtime that tells nothing of the machine.
var runtimeAllowed = []string{"Error", "KeepAlive"}

func (c *checker) clocks(file *ast.File) {
	c.imports(file, bannedClocks)
	c.uses(file, func(id *ast.Ident, obj types.Object) {
		if isGlobal(obj, "time") && !slices.Contains(timeAllowed, obj.Name()) {
			c.accuse(id.Pos(), "time.%s belongs to the wall clock: take the time from Env", obj.Name())
		}
	})
}

func (c *checker) environments(file *ast.File) {
	c.imports(file, bannedEnvironments)
	c.uses(file, func(id *ast.Ident, obj types.Object) {
		switch {
		case isGlobal(obj, "runtime") && !slices.Contains(runtimeAllowed, obj.Name()):
			c.accuse(id.Pos(), "runtime.%s reads the machine", obj.Name())
		case isGlobal(obj, "fmt", "Scan", "Scanf", "Scanln"):
			c.accuse(id.Pos(), "fmt.%s reads standard input", obj.Name())
		case isGlobal(obj, "strconv", "IntSize"), isGlobal(obj, "math/bits", "UintSize"):
			c.accuse(id.Pos(), "%s differs between 386 and amd64", obj.Name())
		}
	})
}

// pointerVerb finds a %p among the verbs of a format, flags and width allowed.
var pointerVerb = regexp.MustCompile(`%[-+# 0]*(\[\d+\])?[0-9*]*(\.[0-9*]*)?(\[\d+\])?p`)

// addresses accuses pointers made into numbers: where a thing lies in memory
// differs from run to run.
func (c *checker) addresses(file *ast.File) {
	c.imports(file, bannedAddresses)
	ast.Inspect(file, func(n ast.Node) bool {
		call, is := n.(*ast.CallExpr)
		if !is {
			return true
		}
		switch {
		case c.pointerToInteger(call):
			c.accuse(call.Pos(), "a pointer made into a number differs from run to run")
		case c.printsPointer(call):
			c.accuse(call.Pos(), "%%p prints an address, which differs from run to run")
		}
		return true
	})
	c.uses(file, func(id *ast.Ident, obj types.Object) {
		if isMethod(obj, "reflect", "Value", "Pointer", "UnsafeAddr", "UnsafePointer") {
			c.accuse(id.Pos(), "Value.%s is an address, which differs from run to run", obj.Name())
		}
	})
}

// pointerToInteger recognises the conversion of an unsafe.Pointer to a number.
func (c *checker) pointerToInteger(call *ast.CallExpr) bool {
	if !c.TypesInfo.Types[call.Fun].IsType() || len(call.Args) != 1 {
		return false
	}
	to, isBasic := c.TypesInfo.TypeOf(call).Underlying().(*types.Basic)
	from := c.TypesInfo.TypeOf(call.Args[0])
	return isBasic && to.Info()&types.IsInteger != 0 &&
		types.Identical(from.Underlying(), types.Typ[types.UnsafePointer])
}

// printsPointer recognises a call of a function named like a formatter (...f)
// with a constant format that holds %p.
func (c *checker) printsPointer(call *ast.CallExpr) bool {
	if !strings.HasSuffix(calleeName(call), "f") {
		return false
	}
	for _, arg := range call.Args {
		value := c.TypesInfo.Types[arg].Value
		if value == nil || value.Kind() != constant.String {
			continue
		}
		format := strings.ReplaceAll(constant.StringVal(value), "%%", "")
		if pointerVerb.MatchString(format) {
			return true
		}
	}
	return false
}

func (c *checker) linknames(file *ast.File) {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "//go:linkname") {
				c.accuse(comment.Pos(), "go:linkname reaches what the other rules hide")
			}
		}
	}
}
