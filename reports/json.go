package reports

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"

	"simrun/checks"
	"simrun/results"
	"simrun/sim/record"
)

// writeJSON writes a value with its keys in the order in which they stand here.
func writeJSON(w io.Writer, value any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// object is a JSON object whose keys keep their order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(m.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

type jsonRun struct {
	Scenario string        `json:"scenario"`
	Seed     string        `json:"seed"`
	Engine   string        `json:"engine"`
	Digest   string        `json:"digest"`
	Virtual  int64         `json:"virtual_ns"`
	Events   uint64        `json:"events"`
	Cells    []jsonCell    `json:"cells"`
	Metrics  object        `json:"metrics"`
	Raw      object        `json:"raw"`
	Verdicts []jsonVerdict `json:"verdicts"`
	Words    []string      `json:"words"`
	Tables   []jsonTable   `json:"tables"`
}

type jsonCell struct {
	Set      object        `json:"set"`
	Digest   string        `json:"digest"`
	Virtual  int64         `json:"virtual_ns"`
	Events   uint64        `json:"events"`
	Stop     string        `json:"stop"`
	Unmet    []jsonUnmet   `json:"unmet"`
	Counters object        `json:"counters"`
	Metrics  object        `json:"metrics"`
	Verdicts []jsonVerdict `json:"verdicts"`
	Replay   string        `json:"replay"`
}

type jsonUnmet struct {
	Requirement string `json:"requirement"`
	Count       int64  `json:"count"`
}

// jsonVerdict is what a checker says, or what became of an expectation, which then
// has a state. Result is the checker's: fail where an anomaly was found or a
// guarantee was broken; of a comparison, pass where it holds.
type jsonVerdict struct {
	Checker string       `json:"checker"`
	Result  string       `json:"result"`
	Expect  *string      `json:"expect"`
	When    *string      `json:"when"`
	State   *string      `json:"state"`
	Why     string       `json:"why"`
	Witness *jsonWitness `json:"witness"`
}

type jsonWitness struct {
	Key   string   `json:"key"`
	Ops   []string `json:"ops"`
	Nodes []int    `json:"nodes"`
	Text  string   `json:"text"`
}

func runJSON(r *results.Run) (any, error) {
	all := r.Totals()
	out := jsonRun{
		Scenario: r.Scenario, Seed: spellSeed(r.Seed), Engine: r.Engine, Digest: spellDigest(r.Digest),
		Virtual: int64(r.Virtual), Events: r.Events, Cells: []jsonCell{}, Metrics: metricsJSON(all), Raw: rawJSON(all),
		Verdicts: runVerdicts(r), Words: append([]string{}, r.Words...), Tables: []jsonTable{},
	}
	for i := range r.Cells {
		out.Cells = append(out.Cells, cellJSON(&r.Cells[i]))
	}
	for _, t := range runTables(r) {
		if err := t.Check(); err != nil {
			return nil, err
		}
		out.Tables = append(out.Tables, tableJSON(&t))
	}
	return out, nil
}

// spellSeed spells a seed as a string, which no reader of JSON rounds.
func spellSeed(seed uint64) string { return strconv.FormatUint(seed, 10) }

func cellJSON(c *results.Cell) jsonCell {
	out := jsonCell{
		Set: setJSON(c.Set), Digest: spellDigest(c.Digest), Virtual: int64(c.Virtual), Events: c.Events,
		Stop: c.Stop.Reason.String(), Unmet: []jsonUnmet{}, Counters: countersJSON(c.Counters),
		Metrics: metricsJSON(c.Measures), Verdicts: []jsonVerdict{}, Replay: c.Replay,
	}
	if c.Vacuous() {
		for _, u := range c.Unmet {
			out.Unmet = append(out.Unmet, jsonUnmet(u))
		}
	}
	for i := range c.Outcomes {
		out.Verdicts = append(out.Verdicts, outcomeJSON(c, &c.Outcomes[i]))
	}
	for i := range c.Reports {
		v := &c.Reports[i]
		out.Verdicts = append(out.Verdicts, jsonVerdict{
			Checker: v.Checker, Result: v.Result.String(), Why: v.Why,
			Witness: witnessJSON(&v.Witness),
		})
	}
	return out
}

func setJSON(set []results.Setting) object {
	out := object{}
	for _, s := range set {
		out = append(out, member{s.Path, s.Value})
	}
	return out
}

func countersJSON(counters []record.Counter) object {
	out := object{}
	for _, c := range counters {
		out = append(out, member{c.Name, c.Count})
	}
	return out
}

// metricsJSON is every metric as a number, in its unit; null where it is undefined.
func metricsJSON(measures []checks.Measure) object {
	out := object{}
	for i := range measures {
		var number any
		if value, defined := results.Value(&measures[i]); defined {
			number = numberJSON(measures[i].Kind, value)
		}
		out = append(out, member{measures[i].Name, number})
	}
	return out
}

// numberJSON keeps what is an integer one.
func numberJSON(kind checks.MeasureKind, value float64) any {
	if kind == checks.Share || kind == checks.Mean {
		return value
	}
	return int64(value)
}

// rawJSON is the integers that metrics are made of, which merge exactly.
func rawJSON(measures []checks.Measure) object {
	out := object{}
	for i := range measures {
		out = append(out, member{measures[i].Name, rawMeasure(measures, i)})
	}
	return out
}

func rawMeasure(measures []checks.Measure, at int) any {
	m := &measures[at]
	switch {
	case m.Undefined:
		return nil
	case m.Kind == checks.Share:
		return object{{"count", m.Count}, {"total", m.Total}}
	case m.Kind == checks.Mean:
		return object{{"sum", m.Count}, {"total", m.Total}}
	case m.Kind == checks.Max:
		return object{{"max", m.Count}}
	case m.Kind == checks.Min:
		return object{{"min", m.Count}}
	case m.Kind == checks.Quantile:
		return rawQuantile(measures, at)
	}
	return object{{"count", m.Count}}
}

// rawQuantile is the histogram as pairs of a value and how many samples have it; or
// the name of an earlier metric with the same histogram.
func rawQuantile(measures []checks.Measure, at int) any {
	m := &measures[at]
	out := object{{"per_ten_thousand", m.Quantile}}
	for i := range measures[:at] {
		if m.Histogram != nil && measures[i].Histogram == m.Histogram {
			return append(out, member{"histogram_of", measures[i].Name})
		}
	}
	pairs := [][2]int64{}
	if m.Histogram != nil {
		for _, bar := range m.Histogram.Distribution() {
			if bar.Count > 0 {
				pairs = append(pairs, [2]int64{bar.From, bar.Count})
			}
		}
	}
	return append(out, member{"histogram", pairs})
}

func witnessJSON(w *checks.Witness) *jsonWitness {
	if len(w.Ops) == 0 && w.Text == "" {
		return nil
	}
	out := &jsonWitness{Key: w.Key.String(), Ops: []string{}, Nodes: []int{}, Text: w.Text}
	for _, op := range w.Ops {
		out.Ops = append(out.Ops, op.String())
	}
	for _, node := range w.Nodes {
		out.Nodes = append(out.Nodes, int(node))
	}
	return out
}
