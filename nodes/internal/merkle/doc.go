// Package merkle holds the hash trees by which two replicas find out where they
// differ without listing what they hold (Merkle, CRYPTO 1987; Dynamo, SOSP 2007,
// section 4.7).
//
// Keys hash to positions in [0, 2^64). A Tree covers a Range of positions, cut
// into equal leaves; a leaf sums up its keys and the prints of their versions in
// whatever order they came, and every node above hashes its children. A Descent
// compares two trees from the root down, by messages, and goes only where they
// differ. An Index lists the keys of a leaf.
//
// The package computes and keeps; what a print is made of, who sends what to whom
// and what is streamed in the end is the caller's.
package merkle
