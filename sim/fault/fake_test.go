package fault

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"simrun/sim"
	"simrun/sim/random"
)

// fake is a World that writes down each call that changes it, and keeps what is in
// force as the contract of World says: pairs nest, numbers add up.
type fake struct {
	calls   []string
	names   []string // of all, servers first
	servers int
	places  []string
	holders map[uint64][]Holder
	seed    uint64
	now     time.Duration
	later   []later

	rules   map[RuleID]sim.Rule
	last    RuleID
	slow    map[int]string
	begun   int
	armed   map[int]bool
	down    map[sim.NodeID]int
	retired map[sim.NodeID]bool
	paused  map[sim.NodeID]int
	failing map[sim.NodeID]int
	torn    map[sim.NodeID]int
	wall    map[sim.NodeID]time.Duration
	drift   map[sim.NodeID]int64
}

type later struct {
	at time.Duration
	do func()
}

// newFake makes a world of n servers, n1 and so on, and of clients c1, c2.
func newFake(n int) *fake {
	w := &fake{
		servers: n, holders: map[uint64][]Holder{}, rules: map[RuleID]sim.Rule{}, slow: map[int]string{},
		armed: map[int]bool{}, down: map[sim.NodeID]int{}, retired: map[sim.NodeID]bool{},
		paused: map[sim.NodeID]int{}, failing: map[sim.NodeID]int{}, torn: map[sim.NodeID]int{},
		wall: map[sim.NodeID]time.Duration{}, drift: map[sim.NodeID]int64{},
	}
	for i := range n {
		w.names = append(w.names, fmt.Sprintf("n%d", i+1))
	}
	w.names = append(w.names, "c1", "c2")
	w.places = make([]string, len(w.names))
	return w
}

func (w *fake) call(format string, values ...any) {
	for i, value := range values {
		if id, ok := value.(sim.NodeID); ok {
			values[i] = w.Name(id)
		}
	}
	w.calls = append(w.calls, fmt.Sprintf(format, values...))
}

// rule spells what a rule says, fields that are set only.
func (w *fake) rule(r sim.Rule) string {
	text := []string{r.Name}
	v := reflect.ValueOf(r)
	for i := 1; i < v.NumField(); i++ {
		name := v.Type().Field(i).Name
		switch value := v.Field(i).Interface().(type) {
		case []sim.NodeID:
			if value != nil {
				text = append(text, name+"="+strings.ReplaceAll(spell(w, value), " ", ","))
			}
		case [][]sim.NodeID:
			for _, group := range value {
				text = append(text, "["+spell(w, group)+"]")
			}
		case sim.Sampler:
			text = append(text, fmt.Sprintf("%s=%v", name, time.Duration(value.Sample(1<<63))))
		case uint64:
			if value != 0 {
				text = append(text, name+"="+random.Probability(value).String())
			}
		default:
			if !v.Field(i).IsZero() {
				text = append(text, fmt.Sprintf("%s=%v", name, value))
			}
		}
	}
	return strings.Join(text, " ")
}

func (w *fake) Impose(r sim.Rule) RuleID {
	w.last++
	w.rules[w.last] = r
	w.call("impose %v", w.rule(r))
	return w.last
}

func (w *fake) Lift(id RuleID) {
	w.call("lift %v", w.rules[id].Name)
	if _, ok := w.rules[id]; !ok {
		panic("lifted twice")
	}
	delete(w.rules, id)
}

// count adds to a number of nested calls and forgets zeros.
func count(of map[sim.NodeID]int, id sim.NodeID, on bool) {
	if on {
		of[id]++
	} else {
		of[id]--
	}
	if of[id] < 0 {
		panic("ended more often than begun")
	}
	if of[id] == 0 {
		delete(of, id)
	}
}

func (w *fake) Crash(id sim.NodeID, connections bool) {
	w.call("crash %v %v torn=%v", id, connections, w.torn[id] > 0)
	count(w.down, id, true)
}

func (w *fake) Restart(id sim.NodeID) {
	w.call("restart %v", id)
	count(w.down, id, false)
}

func (w *fake) Retire(id sim.NodeID) {
	w.call("retire %v", id)
	w.retired[id] = true
}

func (w *fake) Pause(id sim.NodeID) {
	w.call("pause %v", id)
	count(w.paused, id, true)
}

func (w *fake) Resume(id sim.NodeID) {
	w.call("resume %v", id)
	count(w.paused, id, false)
}

func (w *fake) slowdown(what string, id sim.NodeID, permille int64, from sim.Sampler) func() {
	text := fmt.Sprintf("%s %s %d", what, w.Name(id), permille)
	if from != nil {
		text += fmt.Sprintf(" %v", time.Duration(from.Sample(1<<63)))
	}
	w.call("%v", text)
	w.begun++
	number := w.begun
	w.slow[number] = text
	return func() {
		w.call("end %v %v", what, id)
		delete(w.slow, number)
	}
}

func (w *fake) Slow(id sim.NodeID, permille int64, service sim.Sampler) func() {
	return w.slowdown("slow", id, permille, service)
}

func (w *fake) SlowSync(id sim.NodeID, permille int64, sync sim.Sampler) func() {
	return w.slowdown("slow-sync", id, permille, sync)
}

func (w *fake) Elect(id sim.NodeID) { w.call("elect %v", id) }
func (w *fake) Leave(id sim.NodeID) { w.call("leave %v", id) }

func (w *fake) Handover(id, to sim.NodeID) {
	if to == sim.Nobody {
		w.call("handover %v", id)
		return
	}
	w.call("handover %v to %v", id, to)
}

func (w *fake) Join(id, instead sim.NodeID) {
	if instead == sim.Nobody {
		w.call("join %v", id)
		return
	}
	w.call("join %v for %v", id, instead)
}

// CrashAt lies in wait; pass makes all that wait strike.
func (w *fake) CrashAt(id sim.NodeID, at Boundary, skip int) func() bool {
	w.call("crash-at %v %d %d", id, at, skip)
	w.begun++
	number, struck := w.begun, false
	w.armed[number] = true
	w.later = append(w.later, later{-1, func() {
		if w.armed[number] {
			delete(w.armed, number)
			struck = true
			w.Crash(id, false)
		}
	}})
	return func() bool {
		w.call("disarm %v", id)
		delete(w.armed, number)
		return struck
	}
}

func (w *fake) FailSyncs(id sim.NodeID, on bool) {
	w.call("fail-syncs %v %v", id, on)
	count(w.failing, id, on)
}

func (w *fake) Tear(id sim.NodeID, on bool) {
	w.call("tear %v %v", id, on)
	count(w.torn, id, on)
}

func (w *fake) Corrupt(id sim.NodeID, file string, share uint64) int {
	w.call("corrupt %v %q %v", id, file, random.Probability(share))
	return 3
}

func (w *fake) Wipe(id sim.NodeID) {
	if w.down[id] == 0 {
		panic("wiped while up")
	}
	w.call("wipe %v", id)
}

func (w *fake) Snapshot(id sim.NodeID) func() {
	w.call("snapshot %v", id)
	taken := w.now
	return func() {
		if w.down[id] == 0 {
			panic("restored while up")
		}
		w.call("restore %v of %v", id, taken)
	}
}

func (w *fake) JumpWall(id sim.NodeID, d time.Duration) {
	w.call("jump %v %v", id, d)
	if w.wall[id] += d; w.wall[id] == 0 {
		delete(w.wall, id)
	}
}

func (w *fake) Drift(id sim.NodeID, rate int64) {
	w.call("drift %v %d", id, rate)
	if w.drift[id] += rate; w.drift[id] == 0 {
		delete(w.drift, id)
	}
}

func (w *fake) ids(from, to int) []sim.NodeID {
	var all []sim.NodeID
	for i := from; i < to; i++ {
		all = append(all, sim.NodeID(i+1))
	}
	return all
}

func (w *fake) Servers() []sim.NodeID { return w.ids(0, w.servers) }
func (w *fake) Clients() []sim.NodeID { return w.ids(w.servers, len(w.names)) }

func (w *fake) Named(name string) (sim.NodeID, bool) {
	i := slices.Index(w.names, name)
	return sim.NodeID(i + 1), i >= 0
}

func (w *fake) Name(id sim.NodeID) string       { return w.names[id-1] }
func (w *fake) Place(id sim.NodeID) string      { return w.places[id-1] }
func (w *fake) Up(id sim.NodeID) bool           { return w.down[id] == 0 && !w.retired[id] }
func (w *fake) Holders(role uint64) []Holder    { return w.holders[role] }
func (w *fake) Now() time.Duration              { return w.now }
func (w *fake) After(d time.Duration, f func()) { w.later = append(w.later, later{w.now + d, f}) }

func (w *fake) Draw(what uint8) uint64 {
	return random.Draw(w.seed, random.Address(what), random.Fault)
}

// advance moves time and runs what is due.
func (w *fake) advance(d time.Duration) {
	w.now += d
	for _, l := range w.later {
		if l.at >= 0 && l.at <= w.now {
			l.do()
		}
	}
	w.later = slices.DeleteFunc(w.later, func(l later) bool { return l.at >= 0 && l.at <= w.now })
}

// pass lets every armed crash strike.
func (w *fake) pass() {
	for _, l := range w.later {
		if l.at < 0 {
			l.do()
		}
	}
}

// force spells all that is in force, in an order of its own.
func (w *fake) force() []string {
	all := []string{fmt.Sprint(w.down, w.paused, w.failing, w.torn, w.wall, w.drift, len(w.armed))}
	for _, rule := range w.rules {
		all = append(all, w.rule(rule))
	}
	for _, slow := range w.slow {
		all = append(all, slow)
	}
	slices.Sort(all)
	return all
}

// lead makes nodes hold a role, in the order given: highest epoch first.
func (w *fake) lead(role uint64, holders ...Holder) *fake {
	w.holders[role] = holders
	return w
}
