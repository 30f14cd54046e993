package simtest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"simrun/sim"
)

// contractTime is how long the contract test lets a cast play, before and after a
// crash.
const contractTime = 2 * time.Second

// contractReruns is how often it lets the same thing happen again.
const contractReruns = 10

// Node holds a protocol against the contract of package sim. The cast should be a
// small store with at least one client that keeps it busy from its Start on, so that
// many sorts of messages and records are seen. It demands that
//
//   - a handler leaves the messages that it receives as they are, and nobody changes
//     them, or records, afterwards;
//   - messages and records are plain data: no map, channel, function, interface, or
//     pointer inside;
//   - Encode covers every field, so that any change shows in the fingerprint;
//   - each node can crash, keep or lose its unsynced writes, or its whole disk, and
//     start again;
//   - the same draws bring about the same effects, in the same order.
func Node(t *testing.T, c Cast) {
	t.Helper()
	t.Run("messages and records", func(t *testing.T) { dataContract(t, c) })
	t.Run("restart", func(t *testing.T) { restartContract(t, c) })
	t.Run("same effects", func(t *testing.T) { effectContract(t, c) })
}

// handed is something that was handed over, and what it was then.
type handed struct {
	thing  sim.Encodable
	before reflect.Value
}

func hand(thing sim.Encodable) handed {
	v := reflect.ValueOf(thing)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return handed{thing, clone(v)}
}

// intact tells whether the thing is still what it was, in fields that are not
// encoded too.
func (h handed) intact() bool {
	v := reflect.ValueOf(h.thing)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return reflect.DeepEqual(h.before.Interface(), clone(v).Interface())
}

// look judges things that are handed over, and complains of each sort of thing once.
type look struct {
	t          testing.TB
	all        []handed
	samples    map[reflect.Type]int
	complained map[string]bool
}

// enough is how many things of one type are taken apart.
const enough = 100

func (l *look) complain(format string, args ...any) {
	l.t.Helper()
	if text := fmt.Sprintf(format, args...); !l.complained[text] {
		l.complained[text] = true
		l.t.Error(text)
	}
}

// at judges one thing, and remembers what it is now.
func (l *look) at(thing sim.Encodable) {
	l.t.Helper()
	t := reflect.TypeOf(thing)
	lines := impure(t)
	for _, line := range lines {
		l.complain("%s: not plain data", line)
	}
	if len(lines) > 0 {
		return
	}
	l.all = append(l.all, hand(thing))
	if l.samples[t]++; l.samples[t] > enough {
		return
	}
	for _, line := range uncovered(thing) {
		l.complain("%s", line)
	}
}

// dataContract looks at every message and record that a busy cast makes.
func dataContract(t testing.TB, c Cast) {
	t.Helper()
	l := look{t: t, samples: map[reflect.Type]int{}, complained: map[string]bool{}}
	s := silent(t, c)
	s.seen.record = func(r sim.Record) { l.at(r) }
	s.seen.effect = func(_ sim.NodeID, x *sim.Effect) {
		if x.Do == sim.DoSend {
			l.at(x.Message)
		}
	}
	s.seen.message = func(m sim.Message, receive func()) {
		before := hand(m)
		receive()
		if !before.intact() {
			l.complain("the receiver of a %s has changed it", m.Kind().Name)
		}
	}
	s.startAll()
	s.Run(contractTime)
	for _, h := range l.all {
		if !h.intact() {
			l.complain("a %T was changed after it was handed over", h.thing)
		}
	}
	if len(l.all) == 0 {
		t.Error("the cast has sent and written nothing: there is nothing to judge")
	}
}

// restartContract crashes each node in turn, in each way, while the others play on.
func restartContract(t testing.TB, c Cast) {
	t.Helper()
	for i := range c.Names {
		for _, way := range []string{"kept", "lost", "wiped"} {
			restart(t, c, sim.NodeID(i+1), way)
		}
	}
}

func restart(t testing.TB, c Cast, id sim.NodeID, way string) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s restarts with its unsynced writes %s: panic: %v", c.Names[id-1], way, p)
		}
	}()
	s := silent(t, c)
	s.startAll()
	s.Run(contractTime)
	s.Lag = true
	s.Run(contractTime / 10) // so that there is something unsynced
	if way == "kept" {
		s.Crash(id, Kept)
	} else {
		s.Crash(id, Lost)
	}
	if way == "wiped" {
		s.Wipe(id)
	}
	s.Lag = false
	s.Run(contractTime / 10)
	s.Restart(id)
	s.Run(contractTime)
}

// effectContract lets the same things happen several times.
func effectContract(t testing.TB, c Cast) {
	t.Helper()
	first := effects(t, c)
	for range contractReruns {
		again := effects(t, c)
		for i := range min(len(first), len(again)) {
			if first[i] != again[i] {
				t.Errorf("the same draws, other effects: the %d. effect was\n  %s\nand is\n  %s", i+1, first[i], again[i])
				return
			}
		}
		if len(first) != len(again) {
			t.Errorf("the same draws, %d effects, then %d", len(first), len(again))
			return
		}
	}
}

// effects lists what a cast asks for, in order and in words.
func effects(t testing.TB, c Cast) []string {
	var all []string
	s := silent(t, c)
	s.seen.effect = func(id sim.NodeID, x *sim.Effect) { all = append(all, s.spell(id, x)) }
	s.startAll()
	s.Run(contractTime)
	return all
}

// spell writes an effect down.
func (s *Script) spell(id sim.NodeID, x *sim.Effect) string {
	text := fmt.Sprintf("%v %s ", s.now, s.name(id))
	env := s.actors[id].env
	switch x.Do {
	case sim.DoSend:
		return text + fmt.Sprintf("sends to %d %s %s", x.To, x.Message.Kind().Name, sim.Text(x.Message))
	case sim.DoObserve:
		return text + fmt.Sprintf("states %+v", *env.Observation(x.Index))
	case sim.DoBegin:
		return text + fmt.Sprintf("begins %+v", *env.Call(x.Index))
	case sim.DoEnd:
		return text + fmt.Sprintf("ends %+v", *env.Result(x.Index))
	}
	return text + fmt.Sprintf("does %d %+v %v %d", x.Do, x.Timer, x.After, x.Tag)
}
