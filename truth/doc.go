// Package truth holds the laboratory against results that were known before it:
// closed forms of quorums, order statistics, queues, lag and failover. Its tests run
// scenario files (testdata/truth) with the protocols that ship, and compare what is
// measured with published rows (testdata/published), each within 4 standard errors
// and with fixed seeds; what must be exactly zero must be exactly zero. There is no
// code here besides tests.
package truth
