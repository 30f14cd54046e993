// Package results is what runs and sweeps come to, as plain data: metrics,
// verdicts against what was expected, failures grouped by signature, tables.
// Everything merges associatively, so that the shards of a sweep add up to the
// sweep exactly, whatever their order.
package results
