// Package bench compares simrun with other ways to simulate processes in Go. It
// is a module of its own, so that what it compares with never enters the main
// one. Only ratios taken within one run mean anything: see BenchmarkSleep.
package bench
