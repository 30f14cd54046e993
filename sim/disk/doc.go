// Package disk is files of records, pending and durable: what a crash keeps,
// tears, loses or corrupts.
package disk
