// Command determinism is a vet checker which keeps everything that could make
// two runs of one seed differ out of the simulated world: the packages
// simrun/sim/..., simrun/nodes/... and simrun/workloads/....
//
// A run must be a pure function of scenario, seed and engine version. The
// compiler does not know that; this checker does. Run it from the main module:
//
//	go vet -vettool="$(go -C tools tool -n determinism)" ./sim/... ./nodes/... ./workloads/...
//
// The rules, by the names that findings and directives use:
//
//	goroutine    no go statement
//	channel      no channel type, send, receive, select or range over a channel
//	clock        nothing of package time but Duration and its constants; no log
//	random       no generator but golang.org/x/exp/rand, and that in sim/random only
//	environment  no os, net, syscall, flag, cgo; of runtime only Error and KeepAlive
//	address      no pointer made into a number or printed
//	linkname     no go:linkname, which reaches behind every other rule
//	state        no package-level variable that can change
//	maporder     no iteration over a map whose order can reach an effect
//	sync         no sync, no atomic
//	float        no floating point
//	coroutine    iter.Pull in sim/process only
//	context      no context
//
// Three kinds of code are exempt: _test.go files, generators in a folder
// internal/gen, and sim/simtest, which only tests may import.
//
// Where a rule must be broken, a directive says which and why:
//
//	//determinism:allow RULE reason
//
// It covers its own line and the next one or, standing before the package
// clause, its whole file. A directive without a reason, with an unknown rule,
// or which excuses nothing is itself a finding.
package main

import "golang.org/x/tools/go/analysis/unitchecker"

func main() {
	unitchecker.Main(Analyzer)
}
