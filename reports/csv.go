package reports

import (
	"bytes"
	"encoding/csv"
	"io"
	"strconv"

	"simrun/checks"
	"simrun/results"
)

// runCSV writes one row a cell, with all its metrics in their units. What is
// undefined is blank.
func runCSV(w io.Writer, r *results.Run) error {
	names := runMetrics(r)
	header := []string{"scenario", "seed", "engine"}
	if len(r.Cells) > 0 {
		header = append(header, paths(r.Cells[0].Set)...)
	}
	header = append(header, "digest", "virtual_ns", "events", "stop", "vacuous")
	rows := [][]string{append(header, names...)}
	for i := range r.Cells {
		c := &r.Cells[i]
		row := append([]string{r.Scenario, spellSeed(r.Seed), r.Engine}, valuesOf(c.Set)...)
		row = append(row, spellDigest(c.Digest), strconv.FormatInt(int64(c.Virtual), 10), strconv.FormatUint(c.Events, 10),
			c.Stop.Reason.String(), strconv.FormatBool(c.Vacuous()))
		for _, name := range names {
			row = append(row, plainValue(results.Find(c.Measures, name)))
		}
		rows = append(rows, row)
	}
	return writeCSV(w, rows)
}

// runMetrics lists the metrics that any cell has, in the order of the catalogue.
func runMetrics(r *results.Run) []string {
	var names []string
	for _, m := range r.Totals() {
		names = append(names, m.Name)
	}
	return names
}

func paths(set []results.Setting) []string {
	var list []string
	for _, s := range set {
		list = append(list, s.Path)
	}
	return list
}

func valuesOf(set []results.Setting) []string {
	var list []string
	for _, s := range set {
		list = append(list, s.Value)
	}
	return list
}

// plainValue is a metric in its unit, in full.
func plainValue(m *checks.Measure) string {
	value, defined := results.Value(m)
	return plainNumber(value, defined)
}

func plainNumber(value float64, defined bool) string {
	if !defined {
		return ""
	}
	return strconv.FormatFloat(value, 'f', -1, 64)
}

// sweepCSV writes one row a cell, with the mean of every metric and its interval.
func sweepCSV(w io.Writer, s *results.Sweep) error {
	names := sweepMetrics(s)
	header := []string{"scenario", "seeds", "engine"}
	if len(s.Cells) > 0 {
		header = append(header, paths(s.Cells[0].Set)...)
	}
	header = append(header, "runs", "cut", "vacuous")
	for _, name := range names {
		header = append(header, name, name+"_low", name+"_high")
	}
	rows := [][]string{header}
	for i := range s.Cells {
		c := &s.Cells[i]
		row := append([]string{s.Scenario, spellSeeds(s), s.Engine}, valuesOf(c.Set)...)
		row = append(row, strconv.Itoa(c.Runs), strconv.Itoa(c.Cut), strconv.Itoa(c.Vacuous))
		for _, name := range names {
			e := c.Estimate(name)
			row = append(row, plainNumber(rounded(e.Mean), e.Defined), plainNumber(rounded(e.Low), e.Bounded),
				plainNumber(rounded(e.High), e.Bounded))
		}
		rows = append(rows, row)
	}
	return writeCSV(w, rows)
}

// sweepMetrics lists the metrics that any cell has, in the order of the catalogue.
func sweepMetrics(s *results.Sweep) []string {
	var all []checks.Measure
	for i := range s.Cells {
		all = results.MergeMeasures(all, s.Cells[i].Measures)
	}
	var names []string
	for _, m := range all {
		names = append(names, m.Name)
	}
	return names
}

func writeCSV(w io.Writer, rows [][]string) error {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	if err := c.WriteAll(rows); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
