// Package fusing holds what fma must find, four times.
package fusing

// Add fuses by the compiler's own choice.
func Add(a, b, c float64) float64 { return a*b + c }

// Subtract does so too.
func Subtract(a, b, c float64) float64 { return a*b - c }

// Negative does so too.
func Negative(a, b, c float64) float64 { return c - a*b }

// Single does so in half the width.
func Single(a, b, c float32) float32 { return a*b + c }
