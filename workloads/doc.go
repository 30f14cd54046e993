// Package workloads is what clients do, one workload a file. A workload makes
// client nodes; each keeps its own time limits, issues ops through the protocol's
// kv.Client, and states their beginnings and ends. Every choice is drawn by the
// client's name and the number of the op, so that one late op shifts no other.
package workloads
