// Package fault is what can go wrong. A fault is plain data, one file each, that
// uses the powers of a World when it is injected and takes them back when it is
// healed. A schedule says when; a nemesis draws a schedule from a seed.
package fault
