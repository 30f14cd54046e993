// Package reports turns results into bytes: tables for a terminal, Markdown, JSON,
// CSV and JUnit, the story of one anomaly and the comparison of two runs. Nothing
// is read back. The bytes depend on the results and the options alone: neither on
// the terminal, nor on the locale, nor on how many jobs made the results.
package reports
