package main

import (
	"strings"
	"unicode/utf8"

	"simrun/reports"
)

// align prints rows with aligned columns. The last one is wrapped.
func (c *console) align(rows [][]string) error {
	stops := tabStops(rows)
	var out strings.Builder
	for _, row := range rows {
		last := len(row) - 1
		lead := layOut(row[:last], stops)
		lead += strings.Repeat(" ", max(0, stops[last]-utf8.RuneCountInString(lead)))
		out.WriteString(reports.Wrap(row[last], lead, strings.Repeat(" ", stops[last]), reports.Width))
	}
	return c.print(out.String())
}

// tabStops says where columns begin that are two spaces apart.
func tabStops(rows [][]string) []int {
	stops := make([]int, len(rows[0]))
	for column := 1; column < len(stops); column++ {
		widest := 0
		for _, row := range rows {
			widest = max(widest, utf8.RuneCountInString(row[column-1]))
		}
		stops[column] = stops[column-1] + widest + 2
	}
	return stops
}

// layOut puts fields at their tab stops. A field that is too long moves the next one
// on, and to a line of its own where it would leave the page.
func layOut(fields []string, stops []int) string {
	text, used := "", 0
	for i, field := range fields {
		size := utf8.RuneCountInString(field)
		start := stops[i]
		if used > 0 {
			start = max(start, used+2)
		}
		if start+size > reports.Width && start > stops[i] {
			text, used, start = strings.TrimRight(text, " ")+"\n", 0, stops[i]
		}
		text += strings.Repeat(" ", start-used) + field
		used = start + size
	}
	return strings.TrimRight(text, " ")
}
