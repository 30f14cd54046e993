package simtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/kernel"
	"simrun/sim/network"
)

const ms = time.Millisecond

// listener is a testing.TB that only listens.
type listener struct {
	testing.TB
	complaints []string
}

func (l *listener) Error(args ...any) { l.complaints = append(l.complaints, fmt.Sprint(args...)) }
func (l *listener) Errorf(f string, args ...any) {
	l.complaints = append(l.complaints, fmt.Sprintf(f, args...))
}
func (l *listener) Fatalf(f string, args ...any) { panic(fatal(fmt.Sprintf(f, args...))) }
func (l *listener) Helper()                      {}
func (l *listener) Cleanup(func())               {}

type fatal string

// dies runs what ends a test, and returns its last words.
func dies(t *testing.T, f func()) (words string) {
	t.Helper()
	defer func() {
		words = string(recover().(fatal))
	}()
	f()
	return ""
}

// echo answers each request with its number, which it writes and syncs first.
type echo struct {
	waiting []echoWaiting
	last    uint64
	spoil   string // what it does wrong
}

type echoWaiting struct {
	to sim.NodeID
	n  uint64
}

type request struct {
	n    uint64
	tags []uint64
	note string
}

func (*request) Kind() sim.Kind         { return sim.Kind{Class: sim.Client, Code: 1, Name: "request"} }
func (r *request) Subject() sim.Subject { return sim.NumberSubject(r.n) }
func (r *request) Encode(e *sim.Encoder) {
	e.Uint("tags", uint64(len(r.tags)))
	for _, tag := range r.tags {
		e.Uint("tag", tag)
	}
	e.Text("note", r.note)
}

type answer struct{ n uint64 }

func (*answer) Kind() sim.Kind          { return sim.Kind{Class: sim.Client, Code: 2, Name: "answer"} }
func (a *answer) Subject() sim.Subject  { return sim.NumberSubject(a.n) }
func (a *answer) Encode(e *sim.Encoder) { e.Uint("n", a.n) }

// loose leaves a field out of what it encodes.
type loose struct {
	answer
	extra []struct{ a, b uint32 }
}

func (l *loose) Encode(e *sim.Encoder) {
	e.Uint("n", l.n)
	for _, x := range l.extra {
		e.Uint("a", uint64(x.a))
	}
}

// wild is no plain data at all.
type wild struct {
	answer
	m map[string]int //lint:ignore U1000 only its type matters
	p *int           //lint:ignore U1000 only its type matters
	f []func()       //lint:ignore U1000 only its type matters
}

type line struct{ n uint64 }

func (l line) Encode(e *sim.Encoder) { e.Uint("n", l.n) }

func (x *echo) Start(env *sim.Env) {
	if n := env.Disk().Len("log"); n > 0 {
		r, err := env.Disk().Read("log", n-1)
		if err == nil {
			x.last = r.(line).n
		}
		if x.spoil == "restart" {
			panic("who am I?")
		}
	}
}

func (x *echo) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	r := m.(*request)
	if x.spoil == "mutation" {
		r.n++
	}
	if x.spoil == "hidden mutation" {
		r.tags[0]++
	}
	x.waiting = append(x.waiting, echoWaiting{from, r.n})
	env.Disk().Append("log", line{r.n})
	env.Sync(uint64(len(x.waiting) - 1))
}

func (x *echo) Timeout(*sim.Env, sim.Timer) {}

func (x *echo) Synced(env *sim.Env, s sim.Sync) {
	w := x.waiting[s.Tag]
	x.last = w.n
	switch x.spoil {
	case "loose":
		env.Send(w.to, &loose{answer{w.n}, []struct{ a, b uint32 }{{1, 2}}})
	case "wild":
		env.Send(w.to, &wild{answer: answer{w.n}})
	case "map order":
		all := map[uint64]bool{}
		for i := range uint64(20) {
			all[i] = true
		}
		for i := range all {
			env.Send(w.to, &answer{i})
		}
	default:
		env.Send(w.to, &answer{w.n})
	}
}

// asker sends a request to node 1 each 10 ms.
type asker struct {
	n    uint64
	got  []uint64
	kept *request
	bad  bool
}

func (a *asker) Start(env *sim.Env) { env.After(10*ms, sim.Timer{Kind: 1}) }

func (a *asker) Receive(_ *sim.Env, _ sim.NodeID, m sim.Message) {
	if answer, ok := m.(*answer); ok {
		a.got = append(a.got, answer.n)
	}
}

func (a *asker) Timeout(env *sim.Env, _ sim.Timer) {
	a.n++
	if a.bad && a.kept != nil {
		a.kept.note += "!"
	}
	a.kept = &request{n: a.n, tags: []uint64{env.Draw(1, sim.NumberSubject(a.n))}, note: "please"}
	env.Send(1, a.kept)
	env.After(10*ms, sim.Timer{Kind: 1})
}

func (a *asker) Synced(*sim.Env, sim.Sync) {}

func cast(spoil string) Cast {
	return Cast{Names: []string{"n1", "c1"}, New: func(self sim.NodeID) sim.Node {
		if self == 1 {
			return &echo{spoil: spoil}
		}
		return &asker{bad: spoil == "sender"}
	}}
}

// TestContract: a good cast passes, and each way to be bad is found.
func TestContract(t *testing.T) {
	Node(t, cast(""))
	cases := []struct {
		spoil string
		check func(testing.TB, Cast)
		want  []string
	}{
		{"", dataContract, nil},
		{"", restartContract, nil},
		{"", effectContract, nil},
		{"mutation", dataContract, []string{
			"the receiver of a request has changed it",
			"a *simtest.request was changed after it was handed over",
		}},
		{"hidden mutation", dataContract, []string{
			"the receiver of a request has changed it",
			"a *simtest.request was changed after it was handed over",
		}},
		{"sender", dataContract, []string{"a *simtest.request was changed after it was handed over"}},
		{"loose", dataContract, []string{"simtest.loose.extra[].b is not encoded"}},
		{"wild", dataContract, []string{
			"simtest.wild.m is a map: not plain data", "simtest.wild.p is a ptr: not plain data",
			"simtest.wild.f[] is a func: not plain data",
		}},
		{"restart", restartContract, []string{
			"n1 restarts with its unsynced writes kept: panic: who am I?",
			"n1 restarts with its unsynced writes lost: panic: who am I?",
		}},
		{"map order", effectContract, []string{"the same draws, other effects"}},
	}
	for _, c := range cases {
		l := &listener{TB: t}
		c.check(l, cast(c.spoil))
		require.Len(t, l.complaints, len(c.want), "%s: %v", c.spoil, l.complaints)
		for i, want := range c.want {
			require.True(t, strings.HasPrefix(l.complaints[i], want), "%s: %s", c.spoil, l.complaints[i])
		}
	}
	l := &listener{TB: t}
	dataContract(l, Cast{Names: []string{"n1"}, New: func(sim.NodeID) sim.Node { return &echo{} }})
	require.Len(t, l.complaints, 1, "silence proves nothing")
}

// TestUncovered: what no one could see, at any depth.
func TestUncovered(t *testing.T) {
	require.Empty(t, uncovered(&request{tags: []uint64{1}, note: "x"}), "n is the subject")
	require.Equal(t, []string{"simtest.loose.extra[].b is not encoded"}, uncovered(&loose{extra: []struct{ a, b uint32 }{{1, 2}}}))
	require.Empty(t, uncovered(line{5}))
	m := &request{tags: []uint64{1, 2}}
	uncovered(m)
	require.Equal(t, &request{tags: []uint64{1, 2}}, m, "only a copy is changed")
}

// TestScript drives an echo by hand.
func TestScript(t *testing.T) {
	s := Play(t, cast(""))
	client := func() *asker { return s.Node(2).(*asker) }
	require.Empty(t, s.Mail())
	s.Advance(30 * ms)
	require.Equal(t, 30*ms, s.Now())
	require.Len(t, s.Mail(), 3)
	s.Drop(Match{About: sim.NumberSubject(2)})
	s.Hold(Match{About: sim.NumberSubject(1)})
	s.Deliver(Match{Kind: "request"})
	require.Empty(t, client().got, "answers wait")
	s.Deliver(Match{From: 1, To: 2, Class: sim.Client})
	require.Equal(t, []uint64{3}, client().got)
	s.Release()
	s.DeliverAll()
	require.Equal(t, []uint64{3, 1}, client().got)

	s.Lag = true
	s.Run(20 * ms) // 4 and 5 are written
	require.Equal(t, []uint64{3, 1}, client().got)
	s.Sync(1, false)
	s.DeliverAll()
	require.Equal(t, []uint64{3, 1, 4}, client().got)
	s.Advance(10 * ms)
	s.Crash(1, Lost)
	s.Restart(1)
	require.EqualValues(t, 4, s.Node(1).(*echo).last, "5 was not synced")
	s.DeliverAll()
	require.Empty(t, s.Node(1).(*echo).waiting, "6 was sent to the former life")
	s.Run(10 * ms)
	s.Crash(1, Kept)
	s.Restart(1)
	require.EqualValues(t, 7, s.Node(1).(*echo).last)
	s.Crash(1, Kept)
	s.Wipe(1)
	s.Restart(1)
	require.Zero(t, s.Node(1).(*echo).last)
	s.Do(2, func(env *sim.Env) { env.Send(1, &request{n: 9}) })
	s.Deliver(Match{First: 1})
	s.Signal(1, sim.SignalElect)
}

// TestScriptsMeanWhatTheySay: a call that has nothing to do ends the test.
func TestScriptsMeanWhatTheySay(t *testing.T) {
	s := Play(&listener{TB: t}, cast(""))
	require.Contains(t, dies(t, func() { s.Deliver(Match{Kind: "request"}) }), "nothing to deliver matches")
	require.Contains(t, dies(t, func() { s.Drop(Match{}) }), "nothing to drop")
	require.Contains(t, dies(t, func() { s.Sync(1, false) }), "n1 waits for no sync")
	require.Contains(t, dies(t, func() { s.Restart(1) }), "n1 is up")
	require.Contains(t, dies(t, func() { s.Do(2, func(env *sim.Env) { env.Send(7, &answer{}) }) }), "does not exist")
	s.Crash(1, Lost)
	require.Contains(t, dies(t, func() { s.Crash(1, Lost) }), "n1 is down")
	s = Play(&listener{TB: t}, Cast{Names: []string{"n1"}, New: func(sim.NodeID) sim.Node { return &babbler{} }})
	require.Contains(t, dies(t, s.DeliverAll), "do not fall silent")
}

// babbler talks to itself.
type babbler struct{ echo }

func (*babbler) Start(env *sim.Env)                                { env.Send(1, &answer{}) }
func (*babbler) Receive(env *sim.Env, _ sim.NodeID, m sim.Message) { env.Send(1, m) }

// build is the cast in a kernel.
func build(spoil string) func() *kernel.World {
	return func() *kernel.World {
		c := kernel.Config{Work: time.Second, Network: network.Config{Links: make([]network.Link, 1)}}
		for i, name := range cast(spoil).Names {
			c.Nodes = append(c.Nodes, kernel.Node{Name: name, Client: i == 1, New: cast(spoil).New})
		}
		return kernel.New(c)
	}
}

// TestSame: a good world is the same each time, one with a map is not.
func TestSame(t *testing.T) {
	Same(t, build(""), 7, 10)
	l := &listener{TB: t}
	Same(l, build("map order"), 7, 10)
	require.Len(t, l.complaints, 1)
	require.Contains(t, l.complaints[0], "they differ after event 0 and by event 1024")
}
