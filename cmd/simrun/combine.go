package main

import (
	"bytes"
	"encoding/xml"
	"io"

	"simrun/reports"
)

// combine makes one document of the reports of several scenarios: a JSON array, a
// JUnit file with a suite for each, or the reports one below the other.
func combine(w io.Writer, format reports.Format, parts [][]byte) error {
	before, between, after := "", "\n", ""
	switch format {
	case reports.JSON:
		before, between, after = "[\n", ",\n", "]\n"
	case reports.JUnit:
		before, between, after = xml.Header+"<testsuites>\n", "", "</testsuites>\n"
	}
	var all bytes.Buffer
	all.WriteString(before)
	for i, part := range parts {
		if i > 0 {
			all.WriteString(between)
		}
		if format == reports.JUnit {
			part = bytes.TrimPrefix(part, []byte(xml.Header))
		}
		if format == reports.JSON {
			part = bytes.TrimSpace(part)
		}
		all.Write(part)
	}
	all.WriteString(after)
	_, err := w.Write(all.Bytes())
	return err
}
