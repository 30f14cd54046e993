package reports

import (
	"fmt"
	"io"
	"strconv"

	"simrun/results"
)

// FigureFormats lists the formats that figures can be written in.
func FigureFormats() []string {
	return []string{string(Table), string(JSON), string(Markdown), string(CSV)}
}

// WriteFigures writes the report of an experiment that is no scenario. As CSV it is
// one figure a row.
func WriteFigures(w io.Writer, fs *results.Figures, f Format, o Options) error {
	switch f {
	case Table, Markdown:
		d, err := figuresDocument(fs)
		if err != nil {
			return err
		}
		return writeDocument(w, d, f, o)
	case JSON:
		value, err := figuresJSON(fs)
		if err != nil {
			return err
		}
		return writeJSON(w, value)
	case CSV:
		return figuresCSV(w, &fs.All)
	}
	return fmt.Errorf("there is no format %q for figures", f)
}

func figuresDocument(fs *results.Figures) (document, error) {
	d := document{title: fs.Name, about: fs.Title}
	d.facts = append([]string{"seed " + spellSeed(fs.Seed)}, engineFacts(fs.Engine, fs.Digest)...)
	d.facts = append(d.facts, plural(int(fs.Trials), "trial"))
	for i := range fs.Tables {
		g, err := gridOf(&fs.Tables[i])
		if err != nil {
			return d, err
		}
		d.blocks = append(d.blocks, block{heading: fs.Tables[i].Title, grid: g})
	}
	d.list("In words", wordItems(fs.Words))
	var claims []item
	for _, c := range fs.Claims {
		i := item{state: c.State, text: c.Text}
		if c.Why != "" {
			i.details = []string{c.Why}
		}
		claims = append(claims, i)
	}
	d.list("Expectations", claims)
	return d, nil
}

type jsonFigures struct {
	Study    string             `json:"study"`
	Title    string             `json:"title"`
	Seed     string             `json:"seed"`
	Engine   string             `json:"engine"`
	Digest   string             `json:"digest"`
	Trials   uint64             `json:"trials"`
	Verdicts []jsonFiguresClaim `json:"verdicts"`
	Words    []string           `json:"words"`
	Tables   []jsonTable        `json:"tables"`
}

type jsonFiguresClaim struct {
	Expect string `json:"expect"`
	State  string `json:"state"`
	Why    string `json:"why"`
}

func figuresJSON(fs *results.Figures) (any, error) {
	out := jsonFigures{
		Study: fs.Name, Title: fs.Title, Seed: spellSeed(fs.Seed), Engine: fs.Engine, Digest: spellDigest(fs.Digest),
		Trials: fs.Trials, Verdicts: []jsonFiguresClaim{}, Words: append([]string{}, fs.Words...), Tables: []jsonTable{},
	}
	for _, c := range fs.Claims {
		out.Verdicts = append(out.Verdicts, jsonFiguresClaim{c.Text, stateName(c.State), c.Why})
	}
	for _, t := range append(append([]results.Table{}, fs.Tables...), fs.All) {
		if err := t.Check(); err != nil {
			return nil, err
		}
		out.Tables = append(out.Tables, tableJSON(&t))
	}
	return out, nil
}

// figuresCSV writes a table with all digits. Times are in nanoseconds.
func figuresCSV(w io.Writer, t *results.Table) error {
	if err := t.Check(); err != nil {
		return err
	}
	header := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = c.Name
	}
	rows := [][]string{header}
	for _, fields := range t.Rows {
		row := make([]string, len(fields))
		for i, d := range fields {
			row[i] = plainDatum(d)
		}
		rows = append(rows, row)
	}
	return writeCSV(w, rows)
}

func plainDatum(d results.Datum) string {
	switch d.Kind {
	case results.Text:
		return d.Text
	case results.Integer, results.Duration:
		return strconv.FormatInt(d.Integer, 10)
	case results.Number, results.Fraction:
		return plainNumber(d.Number, true)
	}
	return ""
}
