package reports

import (
	"fmt"
	"io"
	"strings"

	"simrun/results"
)

// Options say how a report looks.
type Options struct {
	// Color adds terminal colours to the states of expectations, in tables only.
	Color bool
	// Width is how many columns a line may have; 0 is 80. A table with more becomes
	// several, each with the cells' settings; one column too wide for that stays whole.
	Width int
}

func (o Options) width() int {
	if o.Width > 0 {
		return o.Width
	}
	return Width
}

// Format is a kind of report.
type Format string

// The formats.
const (
	Table    Format = "table"
	JSON     Format = "json"
	Markdown Format = "markdown"
	CSV      Format = "csv"
	JUnit    Format = "junit"
)

// Formats lists the formats in the order in which help shows them.
func Formats() []string {
	return []string{string(Table), string(JSON), string(Markdown), string(CSV), string(JUnit)}
}

// ParseFormat finds a format by its name. The error names the nearest.
func ParseFormat(name string) (Format, error) {
	for _, known := range Formats() {
		if name == known {
			return Format(name), nil
		}
	}
	hint := "choose one of " + strings.Join(Formats(), ", ")
	if near := results.Nearest(name, Formats()); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return "", fmt.Errorf("there is no format %q: %s", name, hint)
}

// WriteRun writes the report of a single run.
func WriteRun(w io.Writer, r *results.Run, f Format, o Options) error {
	switch f {
	case Table, Markdown:
		d, err := runDocument(r)
		if err != nil {
			return err
		}
		return writeDocument(w, d, f, o)
	case JSON:
		value, err := runJSON(r)
		if err != nil {
			return err
		}
		return writeJSON(w, value)
	case CSV:
		return runCSV(w, r)
	case JUnit:
		return writeJUnit(w, runSuite(r))
	}
	return fmt.Errorf("there is no format %q", f)
}

// WriteSweep writes the report of a sweep.
func WriteSweep(w io.Writer, s *results.Sweep, f Format, o Options) error {
	switch f {
	case Table, Markdown:
		d, err := sweepDocument(s)
		if err != nil {
			return err
		}
		return writeDocument(w, d, f, o)
	case JSON:
		return writeJSON(w, sweepJSON(s))
	case CSV:
		return sweepCSV(w, s)
	case JUnit:
		return writeJUnit(w, sweepSuite(s))
	}
	return fmt.Errorf("there is no format %q", f)
}

func writeDocument(w io.Writer, d document, f Format, o Options) error {
	if f == Markdown {
		return writeMarkdown(w, d)
	}
	return writeText(w, d, o)
}
