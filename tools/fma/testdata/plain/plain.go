// Package plain holds what fma must leave alone.
package plain

// Rounded forbids fusing by the conversion.
func Rounded(a, b, c float64) float64 { return float64(a*b) + c }

// Integer multiplies and adds integers, for which the processor also has one
// instruction.
func Integer(a, b, c uint64) uint64 { return a*b + c }
