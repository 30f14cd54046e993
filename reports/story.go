package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

// StoryLines is how many events a story tells at most, where nothing else is asked for.
const StoryLines = 30

// Story tells how a violation came about, event by event, "time node what": who
// wrote, which replicas stored it, what was cut off, and who read what. It needs
// the run's history and observations; with a trace it also tells which messages
// were lost. What a node does again and again is told once. Of more than most events,
// the least telling are left out, and counted. Lines have at most Width columns.
func Story(w io.Writer, run *record.Run, about checks.Witness, most int) error {
	t := teller{run: run, about: about}
	t.choose()
	t.outlive()
	t.ops()
	t.facts()
	t.faults()
	t.events()
	t.collapse()
	_, err := w.Write(t.tell(most))
	return err
}

// beat is one line of a story. The weight tells how much would be missed without.
type beat struct {
	stamp  uint32
	at     time.Duration
	node   string
	what   string
	weight int
}

// inOrder sorts beats by time: what heals a fault borrows the stamp of an earlier beat.
func inOrder(a, b beat) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.stamp, b.stamp)) }

// The weights of beats.
const (
	aside = iota + 1
	detail
	step
	turn
	heart // the ops of the witness themselves
)

// teller gathers the beats of a story.
type teller struct {
	run   *record.Run
	about checks.Witness
	named []sim.OpID // the witness's ops
	all   []sim.OpID // and the writes that those ops returned
	first time.Duration
	last  time.Duration
	beats []beat
}

func (t *teller) add(stamp uint32, at time.Duration, node, what string, weight int) {
	t.beats = append(t.beats, beat{stamp, at, node, what, weight})
}

// mostReturned is how many values a read may have returned whose writes are told of.
const mostReturned = 8

// choose finds the ops that the story is about, and its window.
func (t *teller) choose() {
	t.named = t.about.Ops
	if len(t.named) == 0 {
		t.named = t.byStamp()
	}
	t.all = slices.Clone(t.named)
	for i, id := range t.named {
		op := t.run.History.Find(id)
		if op == nil {
			continue
		}
		if i == 0 || op.InvokedAt < t.first {
			t.first = op.InvokedAt
		}
		t.last = max(t.last, op.InvokedAt)
		if op.Ended() {
			t.last = max(t.last, op.ReturnedAt)
		}
		values := t.run.History.Values(op)
		if len(values) > mostReturned {
			continue // of a set: the judge names the elements that matter
		}
		for _, v := range values {
			if v.ID != 0 && !slices.Contains(t.all, v.ID) {
				t.all = append(t.all, v.ID)
			}
		}
	}
}

// outlive stretches the window to the last loss of what the story is about.
func (t *teller) outlive() {
	for i := range t.run.Observations {
		o := &t.run.Observations[i]
		if o.Fact == sim.Discarded && o.Op != 0 && slices.Contains(t.named, o.Op) {
			t.last = max(t.last, o.At)
		}
	}
}

// byStamp finds the ops that begin or end where the witness points.
func (t *teller) byStamp() []sim.OpID {
	var ids []sim.OpID
	for i := range t.run.History.Ops {
		op := &t.run.History.Ops[i]
		if slices.Contains(t.about.Stamps, op.Invoked) || op.Ended() && slices.Contains(t.about.Stamps, op.Returned) {
			ids = append(ids, op.ID())
		}
	}
	return ids
}

// ops tells when the ops began and ended.
func (t *teller) ops() {
	h := &t.run.History
	for _, id := range t.all {
		op := h.Find(id)
		if op == nil {
			continue
		}
		weight := turn
		if slices.Contains(t.named, id) {
			weight = heart
		}
		client := fmt.Sprintf("c%d", op.Client)
		t.add(op.Invoked, op.InvokedAt, client, fmt.Sprintf("begins %s: %s", id, t.what(op)), weight)
		if op.Ended() {
			t.add(op.Returned, op.ReturnedAt, client, t.ending(op), weight)
		}
	}
}

// what tells what an op is to do.
func (t *teller) what(op *record.Op) string {
	switch n := t.run.History.Written(op).N; op.Code {
	case sim.Add:
		return fmt.Sprintf("add %d to %s", n, op.Key)
	case sim.Remove:
		return fmt.Sprintf("remove %d from %s", n, op.Key)
	}
	return fmt.Sprintf("%s %s", op.Code, op.Key)
}

// ending says how an op ended.
func (t *teller) ending(op *record.Op) string {
	text := fmt.Sprintf("learns that %s is %s", op.ID(), op.Outcome)
	switch {
	case op.Error != sim.NoError:
		text += " (" + op.Error.String() + ")"
	case op.Outcome == sim.OK && !op.Code.Writes():
		text = fmt.Sprintf("%s returns %s", op.ID(), spellValues(t.run.History.Values(op)))
	}
	if op.Served != sim.Nobody {
		text += " from " + t.run.Name(op.Served)
	}
	return text + ", after " + spellDuration(op.Latency())
}

func spellValues(values []sim.Value) string {
	var words []string
	for _, v := range values {
		words = append(words, v.String())
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, " and ")
}

// faults tells what was wrong in the story's time.
func (t *teller) faults() {
	for i := range t.run.Faults {
		f := &t.run.Faults[i]
		if f.Skipped || f.Injected > t.last || f.Healed < t.first {
			continue
		}
		what := strings.TrimSpace(f.Name + " " + f.Text)
		t.add(f.Stamp, f.Injected, "fault", what, heart)
		if f.Healed <= t.last {
			t.add(t.stampAt(f.Healed), f.Healed, "fault", what+" ends", turn)
		}
	}
}

// stampAt is the last stamp of an op's beginning up to a time: where something that
// only has a time stands among what has stamps.
func (t *teller) stampAt(at time.Duration) uint32 {
	var stamp uint32
	for _, b := range t.beats {
		if b.at <= at {
			stamp = max(stamp, b.stamp)
		}
	}
	return stamp
}

// events tells what the trace knows beyond that: lost messages, crashes.
func (t *teller) events() {
	for i := range t.run.Trace {
		e := &t.run.Trace[i]
		op, _, isOp := e.Subject.Op()
		concerned := isOp && op != 0 && slices.Contains(t.all, op)
		inside := e.At >= t.first && e.At <= t.last
		if what, weight := t.event(e, concerned, inside); what != "" {
			t.add(e.Stamp, e.At, t.run.Name(e.Node), what, weight)
		}
	}
}

func (t *teller) event(e *record.Event, concerned, inside bool) (string, int) {
	switch {
	case e.Kind == record.Lost && concerned:
		return fmt.Sprintf("never gets %s from %s (%s)", kindOf(e), t.run.Name(e.From), e.Why), turn
	case e.Kind == record.Held && concerned:
		return fmt.Sprintf("waits for %s from %s (%s)", kindOf(e), t.run.Name(e.From), e.Why), step
	case e.Kind == record.Delivered && concerned:
		return fmt.Sprintf("gets %s from %s", kindOf(e), t.run.Name(e.From)), aside
	case e.Kind == record.Crashed && inside:
		return "crashes", turn
	case e.Kind == record.Started && inside && e.Life > 1:
		return "starts again", turn
	}
	return "", 0
}

// kindOf is the name of a message's kind, and the op that it is about.
func kindOf(e *record.Event) string {
	name, _, _ := strings.Cut(e.Text, " ")
	op, attempt, _ := e.Subject.Op()
	if attempt > 1 {
		return fmt.Sprintf("%s of %s, attempt %d", name, op, attempt)
	}
	return fmt.Sprintf("%s of %s", name, op)
}

// oftenEnough is how often a node must do the same for that to be told once.
const oftenEnough = 3

// collapse keeps the first of the beats of a node that say the same, and adds to it
// how many more there were, and until when.
func (t *teller) collapse() {
	type kind struct{ node, what string }
	last, count := map[kind]time.Duration{}, map[kind]int{}
	for _, b := range t.beats {
		k := kind{b.node, b.what}
		last[k] = max(last[k], b.at)
		count[k]++
	}
	slices.SortStableFunc(t.beats, inOrder)
	told := map[kind]bool{}
	t.beats = slices.DeleteFunc(t.beats, func(b beat) bool {
		k := kind{b.node, b.what}
		again := told[k] && count[k] >= oftenEnough
		told[k] = true
		return again
	})
	for i := range t.beats {
		b := &t.beats[i]
		if k := (kind{b.node, b.what}); count[k] >= oftenEnough {
			b.what += fmt.Sprintf(", and %d more times until %s", count[k]-1, spellDuration(last[k]))
		}
	}
}

// tell lays the most telling beats out in their order.
func (t *teller) tell(most int) []byte {
	left := 0
	if len(t.beats) > most {
		slices.SortStableFunc(t.beats, func(a, b beat) int {
			return cmp.Or(cmp.Compare(b.weight, a.weight), inOrder(a, b))
		})
		keep := max(0, most-1)
		left = len(t.beats) - keep
		t.beats = t.beats[:keep]
	}
	slices.SortStableFunc(t.beats, inOrder)
	widest := 0
	for _, b := range t.beats {
		widest = max(widest, widthOf(b.node))
	}
	var out bytes.Buffer
	for _, b := range t.beats {
		pad := strings.Repeat(" ", widest-widthOf(b.node))
		lead := spellMoment(b.at) + "  " + b.node + pad + "  "
		out.WriteString(Wrap(b.what, lead, strings.Repeat(" ", widthOf(lead)), Width))
	}
	if left > 0 && most > 0 {
		fmt.Fprintf(&out, "%s left out\n", plural(left, "lesser event"))
	}
	return out.Bytes()
}

// spellMoment spells a time of the run, to the microsecond.
func spellMoment(at time.Duration) string {
	us := at.Microseconds()
	return fmt.Sprintf("%4d.%06d s", us/1_000_000, us%1_000_000)
}
