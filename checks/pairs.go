package checks

import (
	"fmt"

	"simrun/sim/record"
)

// OffCall is the integer of a put that turns its key off, where keys are pairs.
const OffCall = 2

// OnCall judges a constraint across two keys: of keys 2i and 2i+1, one stays on. Count is
// the pairs of acknowledged writes that turned off one each, where at the moment when the
// later of them was acknowledged nothing that may follow either had begun on its key: then
// both were off, whatever order the store gave to what overlapped. So the rule was broken,
// though each writer had looked at both keys before: that is write skew, which no check of
// single keys finds. Besides, how many pairs are both off in the end, by the final reads.
func OnCall(run *record.Run, o Options) Report { return newView(run, o).onCall() }

func (v *view) onCall() Report {
	var judged, broken, last int64
	var first, other uint32 = initial, initial
	if v.options.Pairs {
		for i := range v.keys() {
			k := &v.keys()[i]
			pair := v.keyOf(k.key ^ 1)
			judged += int64(len(v.turnedOff(k)))
			if k.key&1 == 1 || pair == nil {
				continue
			}
			for _, a := range v.turnedOff(k) {
				for _, b := range v.turnedOff(pair) {
					if !v.bothOff(k, pair, a, b) {
						continue
					}
					if broken == 0 {
						first, other = a, b
					}
					broken++
				}
			}
			if v.offInTheEnd(k) && v.offInTheEnd(pair) {
				last++
			}
		}
	}
	verdict := Verdict{Checker: "on_call", Count: broken}
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no key of a pair was turned off"
	case broken > 0:
		verdict.Result, verdict.Witness = Fail, v.witness(first, other)
		verdict.Witness.Text = fmt.Sprintf("%s turned %v off, %v, and %s turned %v off, %v: both were acknowledged by %s, and nobody had turned one on again",
			v.client(first), v.ops[first].Key, v.ops[first].ID(), v.client(other), v.ops[other].Key, v.ops[other].ID(),
			moment(max(v.ops[first].ReturnedAt, v.ops[other].ReturnedAt)))
		verdict.Why = fmt.Sprintf("both keys of a pair were off %s", times(broken))
	default:
		verdict.Why = fmt.Sprintf("keys were turned off %s, never both of a pair", times(judged))
	}
	return Report{verdict, []Measure{
		{Name: "both_off", Kind: Count, Count: broken, Undefined: judged == 0},
		{Name: "both_off_end", Kind: Count, Count: last, Undefined: judged == 0},
	}}
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// turnedOff are the acknowledged writes that turned a key off.
func (v *view) turnedOff(k *keyed) []uint32 {
	var all []uint32
	for _, at := range k.acked {
		if op := &v.ops[at]; acknowledged(op) && v.history.Written(op).N == OffCall {
			all = append(all, at)
		}
	}
	return all
}

// bothOff tells whether two keys were certainly off when the later of two writes was
// acknowledged.
func (v *view) bothOff(x, y *keyed, a, b uint32) bool {
	moment := max(v.ops[a].Returned, v.ops[b].Returned)
	return v.standsAt(x, a, moment) && v.standsAt(y, b, moment)
}

// standsAt tells whether no write that may follow the given one had begun by a moment.
func (v *view) standsAt(k *keyed, at, moment uint32) bool {
	for _, other := range k.writes {
		if other != at && v.ops[other].Invoked < moment && !v.precedes(other, at) {
			return false
		}
	}
	return true
}

// offInTheEnd tells whether a key's final read shows it off.
func (v *view) offInTheEnd(k *keyed) bool {
	for _, read := range k.final {
		for _, value := range v.history.Values(&v.ops[read]) {
			if value.N == OffCall {
				return true
			}
		}
	}
	return false
}
