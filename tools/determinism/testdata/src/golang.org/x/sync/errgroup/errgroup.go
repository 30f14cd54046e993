// Package errgroup stands in for the real one.
package errgroup
