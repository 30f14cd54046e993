package scenarios

import (
	"fmt"
	"math"
	"strings"
	"time"

	"simrun/results"
)

// figure is one figure of a study: what the protocol's messages tell, what the model
// says, and how many standard errors the two are apart.
type figure struct {
	r, w            int // 0 where it does not matter
	metric          string
	arg             results.Datum
	measured, model results.Datum
	apart           float64
}

// The names of the figures, and what they are taken at.
const (
	consistent   = "p_consistent"
	visibility   = "t_visibility"
	readLatency  = "read_latency"
	writeLatency = "write_latency"
	visibleShare = 0.999
)

var (
	latencyQuantiles = [...]float64{0.5, 0.99, 0.999}
	latencyTitles    = [...]string{"p50", "p99", "p99.9"} // of the same
)

// figures are all figures of a study: for each R and W the shares of reads that see
// the write, and when almost all do; then the latencies for each R and each W.
func (s *Study) figures() []figure {
	var all []figure
	m, o := s.Measured, s.Model
	for r := 1; r <= s.N; r++ {
		for w := 1; w <= s.N; w++ {
			for _, t := range s.After {
				all = append(all, figure{
					r, w, consistent, length(t), share(m.Consistent(r, w, t)), share(o.Consistent(r, w, t)),
					m.ConsistentApart(o, r, w, t),
				})
			}
			all = append(all, figure{
				r, w, visibility, share(visibleShare), length(m.Visible(r, w, visibleShare)),
				length(o.Visible(r, w, visibleShare)), m.VisibleApart(o, r, w, visibleShare),
			})
		}
	}
	for k := 1; k <= s.N; k++ {
		for _, q := range latencyQuantiles {
			all = append(all,
				figure{k, 0, readLatency, share(q), length(m.ReadLatency(k, q)), length(o.ReadLatency(k, q)), m.ReadApart(o, k, q)},
				figure{0, k, writeLatency, share(q), length(m.WriteLatency(k, q)), length(o.WriteLatency(k, q)), m.WriteApart(o, k, q)})
		}
	}
	return all
}

func share(p float64) results.Datum { return results.Datum{Kind: results.Fraction, Number: p} }

func length(t time.Duration) results.Datum {
	return results.Datum{Kind: results.Duration, Integer: int64(t)}
}

func sizeOf(k int) results.Datum {
	if k == 0 {
		return results.Datum{}
	}
	return results.Datum{Kind: results.Text, Text: fmt.Sprint(k)}
}

// Figures is the report of the study, about what the title says.
func (s *Study) Figures(title string) *results.Figures {
	all := s.figures()
	f := &results.Figures{
		Name: "quorum", Title: title, Seed: s.Seed, Engine: Engine, Digest: s.Digest, Trials: s.Measured.Trials(),
		All: everyFigure(all),
	}
	if f.Trials == 0 {
		f.All.Rows, f.Words = nil, s.unfinishedWords()
		if !s.Interrupted {
			f.Claims = []results.Claimed{{Text: "trials end", State: results.Vacuous, Why: fmt.Sprintf("none of %d did", s.Trials)}}
		}
		return f
	}
	f.Tables = []results.Table{
		s.consistencyTable("consistency", "Reads that see the write, by the time after its acknowledgement at which they begin",
			all, func(x *figure) results.Datum { return x.measured }),
		s.modelTable(all),
		latencyTable(all),
	}
	f.Words, f.Claims = s.words(all), s.claims(all)
	return f
}

// everyFigure has one figure a row. Its units differ from row to row: each row says
// that of what the figure is taken at, and that of the figure.
func everyFigure(all []figure) results.Table {
	t := results.Table{Name: "figures", Title: "Every figure", Columns: []results.Column{
		{Name: "r", Title: "r", Unit: "text"},
		{Name: "w", Title: "w", Unit: "text"},
		{Name: "metric", Title: "metric", Unit: "text"},
		{Name: "arg", Title: "arg"},
		{Name: "measured", Title: "measured"},
		{Name: "model", Title: "model"},
		apartColumn,
		{Name: "arg_unit", Title: "unit of arg", Unit: "text"},
		{Name: "unit", Title: "unit", Unit: "text"},
	}}
	for i := range all {
		x := &all[i]
		t.Rows = append(t.Rows, []results.Datum{
			sizeOf(x.r), sizeOf(x.w),
			{Kind: results.Text, Text: x.metric},
			x.arg, x.measured, x.model, number(x.apart),
			unitOf(x.arg), unitOf(x.measured),
		})
	}
	return t
}

// unitOf is the unit of a share or a time.
func unitOf(d results.Datum) results.Datum {
	if d.Kind == results.Duration {
		return results.Datum{Kind: results.Text, Text: "ns"}
	}
	return results.Datum{Kind: results.Text, Text: "share"}
}

func number(x float64) results.Datum { return results.Datum{Kind: results.Number, Number: x} }

// consistencyTable has a row for each R and W: the shares at each time, and when
// almost all reads see the write.
func (s *Study) consistencyTable(name, title string, all []figure, of func(*figure) results.Datum) results.Table {
	t := results.Table{Name: name, Title: title, Columns: []results.Column{
		{Name: "r", Title: "R", Unit: "text"}, {Name: "w", Title: "W", Unit: "text"},
	}}
	for _, after := range s.After {
		t.Columns = append(t.Columns, results.Column{Name: fmt.Sprintf("%s_%d", consistent, after), Title: after.String(), Unit: "share"})
	}
	t.Columns = append(t.Columns, results.Column{Name: visibility, Title: "99.9 % after", Unit: "ns"})
	for i := range all {
		switch x := &all[i]; {
		case x.metric == consistent && x.arg.Integer == int64(s.After[0]):
			t.Rows = append(t.Rows, []results.Datum{sizeOf(x.r), sizeOf(x.w), of(x)})
		case x.metric == consistent, x.metric == visibility:
			last := len(t.Rows) - 1
			t.Rows[last] = append(t.Rows[last], of(x))
		}
	}
	return t
}

// modelTable is the same by the model, with how far the two are apart.
func (s *Study) modelTable(all []figure) results.Table {
	t := s.consistencyTable("model", "The same by the WARS model, and how many standard errors the two are apart at most",
		all, func(x *figure) results.Datum { return x.model })
	t.Columns = append(t.Columns, apartColumn)
	for i := range t.Rows {
		most := 0.0
		for j := range all {
			if x := &all[j]; sizeOf(x.r) == t.Rows[i][0] && sizeOf(x.w) == t.Rows[i][1] {
				most = max(most, math.Abs(x.apart))
			}
		}
		t.Rows[i] = append(t.Rows[i], number(most))
	}
	return t
}

var apartColumn = results.Column{Name: "apart_se", Title: "apart"}

// latencyTable has a row for each size of a quorum of reads, then of writes: each
// quantile by the protocol and by the model.
func latencyTable(all []figure) results.Table {
	t := results.Table{Name: "latency", Title: "Time until R answers, or W acknowledgements, have come, and by the model"}
	t.Columns = []results.Column{{Name: "quorum", Title: "", Unit: "text"}}
	for i, title := range latencyTitles {
		name := fmt.Sprintf("latency_%v", latencyQuantiles[i])
		t.Columns = append(t.Columns, results.Column{Name: name, Title: title, Unit: "ns"},
			results.Column{Name: name + "_model", Title: "model", Unit: "ns"})
	}
	t.Columns = append(t.Columns, apartColumn)
	for _, metric := range []string{readLatency, writeLatency} {
		for i := range all {
			if x := &all[i]; x.metric == metric && x.arg.Number == latencyQuantiles[0] {
				t.Rows = append(t.Rows, latencyRow(all[i:], x))
			}
		}
	}
	return t
}

// latencyRow is the row of a quorum, of which the first figure is given.
func latencyRow(all []figure, first *figure) []results.Datum {
	name, most := fmt.Sprintf("R = %d", first.r), 0.0
	if first.w > 0 {
		name = fmt.Sprintf("W = %d", first.w)
	}
	row := []results.Datum{{Kind: results.Text, Text: name}}
	for i := range all {
		if x := &all[i]; x.metric == first.metric && x.r == first.r && x.w == first.w {
			row, most = append(row, x.measured, x.model), max(most, math.Abs(x.apart))
		}
	}
	return append(row, number(most))
}

// tolerated is how many standard errors protocol and model may be apart: in hundreds
// of figures no more than that happens by chance once in ten thousand reports.
const tolerated = 5

// claims are what is expected of every study.
func (s *Study) claims(all []figure) []results.Claimed {
	does := results.Claimed{Text: "the protocol does in each trial what its messages tell", State: results.AsExpected}
	if s.Odd > 0 {
		does.State, does.Why = results.Broken, fmt.Sprintf("%d of %d trials differ; %s", s.Odd, s.Judged, s.Oddity)
	}
	if s.torn() {
		return []results.Claimed{does, s.overlapping()}
	}
	agree := results.Claimed{Text: fmt.Sprintf("protocol and WARS model are at most %d standard errors apart", tolerated), State: results.AsExpected}
	if x := widest(all); math.Abs(x.apart) > tolerated {
		agree.State, agree.Why = results.Broken, x.text()
	}
	return []results.Claimed{does, agree, s.overlapping()}
}

// overlapping expects quorums that overlap never to miss a write.
func (s *Study) overlapping() results.Claimed {
	c := results.Claimed{Text: "no read misses a write where R + W > N", State: results.AsExpected}
	for r := 1; r <= s.N; r++ {
		for w := s.N + 1 - r; w <= s.N; w++ {
			if p := s.Measured.Consistent(r, w, 0); p < 1 {
				c.State, c.Why = results.Broken, fmt.Sprintf("R=%d, W=%d: %.3g of the reads do", r, w, 1-p)
			}
		}
	}
	return c
}

// widest is the figure in which protocol and model are the furthest apart.
func widest(all []figure) *figure {
	most := &all[0]
	for i := range all {
		if math.Abs(all[i].apart) > math.Abs(most.apart) {
			most = &all[i]
		}
	}
	return most
}

// text names the figure, and tells how far apart the two are.
func (x *figure) text() string {
	var sizes []string
	if x.r > 0 {
		sizes = append(sizes, fmt.Sprintf("R=%d", x.r))
	}
	if x.w > 0 {
		sizes = append(sizes, fmt.Sprintf("W=%d", x.w))
	}
	at := fmt.Sprint(x.arg.Number)
	if x.arg.Kind == results.Duration {
		at = time.Duration(x.arg.Integer).String()
	}
	return fmt.Sprintf("%s at %s with %s is %.2f standard errors apart", x.metric, at, strings.Join(sizes, ", "), x.apart)
}

// words say what the tables show.
func (s *Study) words(all []figure) []string {
	words := []string{fmt.Sprintf(
		"Each of %d trials ran the store dynamo with some R, W and time, and its messages tell of all others: "+
			"%d ended otherwise than they tell.", s.Judged, s.Odd)}
	words = append(words, s.unfinishedWords()...)
	beyond := 0
	for i := range all {
		if math.Abs(all[i].apart) > 2 {
			beyond++
		}
	}
	x := widest(all)
	return append(words, fmt.Sprintf(
		"Beside it as many trials of the WARS model. Of %d figures %d are more than 2 standard errors apart; "+
			"about %d were so by chance if all were independent. The widest: %s.", len(all), beyond, len(all)/20, x.text()))
}
