package reports

import (
	"fmt"
	"io"
	"strings"

	"simrun/checks"
	"simrun/results"
	"simrun/sim/record"
)

// Ledger writes what became of every op whose coordinator stated whom it counted: how
// many answers of how many needed (and how many came late), who answered and in whose
// place, and the outcome. A read that shares no replica with the newest write that was
// acknowledged before it, or shares it by a stand-in alone, says so.
// Where no op has an entry, it says so.
func Ledger(w io.Writer, title string, run *record.Run, entries []checks.Entry, o Options) error {
	if len(entries) == 0 {
		return noQuorums(w, title, o)
	}
	t := results.Table{Name: "ledger", Title: title, Columns: []results.Column{{Name: "op", Title: "op", Unit: "text"}}}
	for _, name := range []string{"what", "counted", "answers", "outcome"} {
		t.Columns = append(t.Columns, results.Column{Name: name, Title: name})
	}
	for i := range entries {
		t.Rows = append(t.Rows, ledgerRow(run, &entries[i]))
	}
	g, err := gridOf(&t)
	if err != nil {
		return err
	}
	for i := range g.columns {
		g.columns[i].right = false
	}
	p := &page{options: o}
	p.out.WriteString("\n")
	p.paragraph(title, "", "")
	if err := p.grid(g); err != nil {
		return err
	}
	_, err = w.Write(p.out.Bytes())
	return err
}

// noQuorums stands in for an empty ledger.
func noQuorums(w io.Writer, title string, o Options) error {
	text := title + ": this store states for no op whose answers it counted"
	_, err := io.WriteString(w, "\n"+Wrap(text, "", "", o.width()))
	return err
}

func ledgerRow(run *record.Run, e *checks.Entry) []results.Datum {
	op := run.History.Find(e.Op)
	counted := fmt.Sprintf("%d/%d", e.Got, e.Need)
	if e.Late > 0 {
		counted += fmt.Sprintf(" +%d", e.Late)
	}
	var row []results.Datum
	for _, text := range []string{e.Op.String(), op.Code.String() + " " + op.Key.String(), counted, answersOf(run, e), e.Outcome + metOf(e)} {
		row = append(row, results.Datum{Kind: results.Text, Text: text})
	}
	return row
}

// answersOf lists who answered: n4 for n2 is a stand-in.
func answersOf(run *record.Run, e *checks.Entry) string {
	var words []string
	for _, a := range e.Answers {
		word := run.Name(a.Replica)
		if a.Replica != a.Home {
			word += " for " + run.Name(a.Home)
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func metOf(e *checks.Entry) string {
	switch {
	case !e.Judged || e.Met && !e.ByStandIn:
		return ""
	case !e.Met:
		return ", not met"
	}
	return ", by stand-in"
}
