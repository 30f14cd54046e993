// Package scenarios reads scenario files, checks them, and runs them: a file, a
// seed and a tape are the whole input of a run.
package scenarios
