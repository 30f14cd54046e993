package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"simrun/sim"
)

// plural spells a count with its noun: 1 read, 2 reads.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(n, 10) + " " + noun + "s"
}

// moment spells a time of the run: 2.104 s.
func moment(at time.Duration) string { return fmt.Sprintf("%.3f s", at.Seconds()) }

// span spells how long something took, to three digits or so: 85 ms.
func span(d time.Duration) string {
	switch {
	case d >= time.Second:
		return moment(d)
	case d >= time.Millisecond:
		return hundredths(d, time.Millisecond) + " ms"
	case d >= time.Microsecond:
		return hundredths(d, time.Microsecond) + " µs"
	}
	return strconv.FormatInt(int64(d), 10) + " ns"
}

// hundredths spells a time in a unit, to two decimals where they are not zero.
func hundredths(d, unit time.Duration) string {
	n := int64(d.Round(unit/100) / (unit / 100))
	text := fmt.Sprintf("%d.%02d", n/100, n%100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// client names the client of an op.
func (v *view) client(at uint32) string { return "c" + strconv.Itoa(int(v.ops[at].Client)) }

// tellRead says who read what where, when, and what came back.
func (v *view) tellRead(at uint32) string {
	op := &v.ops[at]
	from := ""
	if op.Served != sim.Nobody {
		from = " from " + v.run.Name(op.Served)
	}
	return fmt.Sprintf("%s read %v%s at %s and got %s", v.client(at), op.Key, from,
		moment(op.InvokedAt), spellValues(v.history.Values(op)))
}

// mostSpelt is how many values a text lists: sets may have many.
const mostSpelt = 12

func spellValues(values []sim.Value) string {
	if len(values) == 0 {
		return "nothing"
	}
	words := make([]string, 0, len(values))
	for i, value := range values {
		if i == mostSpelt && len(values) > mostSpelt+1 {
			words = append(words, plural(int64(len(values)-i), "more value"))
			break
		}
		if value.ID == 0 && value.N != 0 {
			words = append(words, strconv.FormatInt(value.N, 10))
			continue
		}
		words = append(words, value.String())
	}
	return strings.Join(words, " and ")
}

// witness names ops, and the nodes that served them; the first is the violation.
func (v *view) witness(ops ...uint32) Witness {
	var w Witness
	for i, at := range ops {
		if at >= stranger || slices.Contains(ops[:i], at) {
			continue
		}
		op := &v.ops[at]
		w.Key = v.ops[ops[0]].Key
		w.Ops = append(w.Ops, op.ID())
		w.Stamps = append(w.Stamps, stampOf(op))
		if op.Served != sim.Nobody && !slices.Contains(w.Nodes, op.Served) {
			w.Nodes = append(w.Nodes, op.Served)
		}
	}
	return w
}

// nodes lists nodes by name: n1, n2.
func (v *view) nodes(ids []sim.NodeID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = v.run.Name(id)
	}
	return strings.Join(names, ", ")
}
