package reports

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"simrun/results"
)

// suite is a JUnit report: a test case for every expectation in every cell, and one
// for every panic.
type suite struct {
	XMLName  xml.Name   `xml:"testsuite"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Facts    []property `xml:"properties>property"`
	Cases    []testCase `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testCase struct {
	Name    string  `xml:"name,attr"`
	Class   string  `xml:"classname,attr"`
	Failure *remark `xml:"failure"`
	Error   *remark `xml:"error"`
	Skipped *remark `xml:"skipped"`
}

type remark struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// add adds a case and counts it. A broken expectation fails, a panic is an error;
// what could not be judged, or was not seen with one seed, is skipped.
func (s *suite) add(name string, state results.State, message string, lines ...string) {
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	c := testCase{Name: name, Class: s.Name}
	r := &remark{Message: message, Text: strings.Join(lines, "\n")}
	switch state {
	case results.AsExpected:
	case results.Broken:
		c.Failure = r
		s.Failures++
	default:
		c.Skipped = &remark{Message: cellWord(state.String(), message)}
		s.Skipped++
	}
	s.Tests++
	s.Cases = append(s.Cases, c)
}

// panicked adds a panic.
func (s *suite) panicked(name, why, replay string) {
	s.Cases = append(s.Cases, testCase{Name: name, Class: s.Name, Error: &remark{Message: why, Text: "replay: " + replay}})
	s.Tests++
	s.Errors++
}

func runSuite(r *results.Run) *suite {
	s := &suite{Name: r.Scenario}
	if !r.Imported {
		s.Facts = []property{{"seed", spellSeed(r.Seed)}, {"engine", r.Engine}, {"digest", spellDigest(r.Digest)}}
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		for k := range c.Outcomes {
			o := &c.Outcomes[k]
			s.add(caseName(o.Text(), c.Set), c.State(o), reason(c, o), o.Witness.Text, "replay: "+c.Replay)
		}
	}
	for _, f := range r.Failures() {
		s.panics(&f)
	}
	return s
}

// reason says why an expectation is in its state: where the run was cut or vacuous,
// that is why.
func reason(c *results.Cell, o *results.Outcome) string {
	switch {
	case c.Cut():
		return "the run stopped early: " + c.Stop.Reason.String()
	case c.Vacuous():
		return unmetText(c.Unmet[0])
	}
	return o.Why
}

// cellWord joins a state with its reason, if it has one.
func cellWord(state, why string) string {
	if why == "" {
		return state
	}
	return state + ": " + why
}

func (s *suite) panics(f *results.Failure) {
	if f.Claim == "panic" {
		s.panicked(caseName(fmt.Sprintf("seed %d does not panic", f.Seed), f.Set), f.Why, f.Replay)
	}
}

// caseName is the expectation and the cell.
func caseName(text string, set []results.Setting) string {
	if label := results.Label(set); label != "" {
		return text + " [" + label + "]"
	}
	return text
}

func sweepSuite(s *results.Sweep) *suite {
	out := &suite{Name: s.Scenario, Facts: []property{
		{"seeds", spellSeeds(s)},
		{"runs", fmt.Sprint(s.Runs)},
		{"engine", s.Engine},
		{"digest", spellDigest(s.Digest)},
	}}
	judged := s.Judgements()
	for i := range s.Cells {
		c := &s.Cells[i]
		for k := range c.Expectations {
			t := &c.Expectations[k]
			state := sweepCaseState(c, t, judged)
			lines := []string{}
			if f := firstFailure(s, i, t.Text()); f != nil {
				lines = append(lines, f.Why, f.Witness.Text, "replay: "+f.Replay)
			}
			out.add(caseName(t.Text(), c.Set), state, trueIn(t), lines...)
		}
	}
	for i := range s.Failures {
		out.panics(&s.Failures[i])
	}
	return out
}

// sweepCaseState is the state of an expectation in a cell. A sometimes that another
// cell has seen is not broken in this one.
func sweepCaseState(c *results.SweepCell, t *results.Tally, judged []results.Judgement) results.State {
	state := c.State(t)
	if state == results.AsExpected && t.Judged() == 0 {
		return results.Vacuous
	}
	if t.Mode != results.Sometimes || state != results.Broken {
		return state
	}
	for _, j := range judged {
		if j.Expectation == t.Expectation && j.State != results.Broken {
			return results.NotSeen
		}
	}
	return state
}

func firstFailure(s *results.Sweep, cell int, claim string) *results.Failure {
	for i := range s.Failures {
		if f := &s.Failures[i]; f.Cell == cell && f.Claim == claim {
			return f
		}
	}
	return nil
}

func writeJUnit(w io.Writer, s *suite) error {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	b.WriteString("\n")
	_, err := w.Write(b.Bytes())
	return err
}
