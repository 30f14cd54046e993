// Package mutants proves that the ordinary judges notice wrong protocols, and accuse
// no right one. Its tests run scenario files (testdata/mutants):
//
//   - One default scenario for each family of protocols, small and under a nemesis,
//     expects everything that the family promises. The protocols that ship hold it
//     with every seed; weaker options, and every mutant, break it with some.
//   - One scripted scenario for each mutant kills it, and is held by the protocol that
//     ships.
//   - What looks wrong and is safe is never accused.
//
// A mutant is one small wrong change to a protocol, chosen by protocol.mutant in
// builds with the tag mutants:
//
//	go test -tags mutants ./mutants
//
// No judge and no scenario names a mutant. How long random runs take to find each is
// measured with
//
//	SIMRUN_LONG=1 go test -tags mutants -run Difficulty -timeout 0 ./mutants
//
// which writes docs/known-bugs.md. There is no code here besides tests.
package mutants
