// Package simtest is for the tests of protocols. It has three tools:
//
//   - [Script] drives real nodes by hand: which message arrives, which is lost, who
//     crashes, how much time passes;
//   - [Node] is the contract test: it holds a protocol against what package sim
//     demands of a node;
//   - [Same] runs a world many times and demands one digest.
package simtest
