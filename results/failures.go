package results

import (
	"cmp"
	"slices"
	"strings"

	"simrun/checks"
	"simrun/sim/record"
)

// panicked is the claim of failures that are panics.
const panicked = "panic"

// Failures lists what the run contradicts: panics, and broken expectations of
// cells that were neither cut nor vacuous.
func (r *Run) Failures() []Failure {
	var list []Failure
	for at := range r.Cells {
		c := &r.Cells[at]
		if c.Stop.Reason == record.Panicked {
			list = append(list, c.failure(r.Seed, at, panicked, c.Stop.Panic, checks.Witness{}))
		}
		for i := range c.Outcomes {
			if o := &c.Outcomes[i]; c.State(o) == Broken {
				list = append(list, c.failure(r.Seed, at, o.Text(), o.Why, o.Witness))
			}
		}
	}
	return list
}

func (c *Cell) failure(seed uint64, at int, claim, why string, w checks.Witness) Failure {
	return Failure{
		Seed: seed, Cell: at, Set: c.Set, Claim: claim, Why: why, Witness: w, Replay: c.Replay,
		Signature: claim + ": " + pattern(cmp.Or(w.Text, why)),
	}
}

// pattern is the first line of a text without what differs between failures of one
// kind: every number becomes #.
func pattern(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	var b strings.Builder
	inside := false
	for i := 0; i < len(text); i++ {
		ch := text[i]
		digit := ch >= '0' && ch <= '9' || inside && ch == '.' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9'
		if digit && !inside {
			b.WriteByte('#')
		}
		if !digit {
			b.WriteByte(ch)
		}
		inside = digit
	}
	return b.String()
}

// Group is failures that are alike.
type Group struct {
	Signature string
	Count     int
	First     Failure // with the lowest seed
}

// Groups groups the failures by their signatures, the most frequent first.
func (s *Sweep) Groups() []Group { return groups(s.Failures) }

// Groups groups the failures of one run.
func (r *Run) Groups() []Group { return groups(r.Failures()) }

func groups(failures []Failure) []Group {
	at := map[string]int{}
	var list []Group
	for _, f := range failures {
		i, known := at[f.Signature]
		if !known {
			i = len(list)
			at[f.Signature] = i
			list = append(list, Group{Signature: f.Signature, First: f})
		}
		list[i].Count++
		if f.compare(list[i].First) < 0 {
			list[i].First = f
		}
	}
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Signature, b.Signature))
	})
	return list
}
