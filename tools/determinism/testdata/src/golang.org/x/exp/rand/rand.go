// Package rand stands in for the real one.
package rand

// Source stands in for the real one.
type Source struct{}
