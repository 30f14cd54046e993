package checks

import (
	"slices"

	"simrun/sim"
)

// lockHeld is the bit of a lock's integer that tells that it is held; its token stands above.
const lockHeld = 1

// acquisition is an acknowledged acquisition of a lock.
type acquisition struct {
	returned uint32 // stamp
	token    int64  // the highest that was granted up to then
}

// lockGrants are the acquisitions of a key's lock, in the order of their acknowledgements. Who
// renews its lease has the token already.
func (v *view) lockGrants(lock sim.Key) (all []acquisition) {
	k := v.keyOf(lock)
	if k == nil {
		return nil
	}
	highest := int64(0)
	for _, at := range k.acked {
		op := &v.ops[at]
		says := v.history.Written(op).N
		if op.Code != sim.CAS || says&lockHeld == 0 || v.renews(at, says) {
			continue
		}
		highest = max(highest, says>>1)
		all = append(all, acquisition{returned: op.Returned, token: highest})
	}
	return all
}

// renews tells whether a write of a lock replaces one that says the same.
func (v *view) renews(at uint32, says int64) bool {
	op := &v.ops[at]
	for _, parent := range v.history.Parents(op) {
		if before := v.write(parent.ID, op.Key); before < stranger && v.history.Written(&v.ops[before]).N == says {
			return true
		}
	}
	return false
}

// lockMeasures are how often locks were granted, how often two clients acted as holders at
// once, and how often the store kept one of them off.
func (v *view) lockMeasures() []Measure {
	var granted, overlaps, refused int64
	if v.options.Guarded {
		grants := map[sim.Key][]acquisition{}
		for i := range v.keys() {
			if key := v.keys()[i].key; key&1 == 0 {
				grants[key] = v.lockGrants(key)
				granted += int64(len(grants[key]))
			}
		}
		for at := range v.ops {
			op := &v.ops[at]
			if op.Key&1 == 0 || !op.Code.Writes() {
				continue
			}
			if op.Outcome == sim.Fail && op.Error == sim.Conflict {
				refused++
			}
			if grantedBefore(grants[op.Key&^1], op.Invoked) > v.token(uint32(at)) {
				overlaps++
			}
		}
	}
	undefined := granted == 0
	return []Measure{
		{Name: "locks_granted", Kind: Count, Count: granted, Undefined: undefined},
		{Name: "lock_overlaps", Kind: Count, Count: overlaps, Undefined: undefined},
		{Name: "fenced_off", Kind: Count, Count: refused, Undefined: undefined},
	}
}

// grantedBefore is the highest token that had been granted at a stamp, 0 if none.
func grantedBefore(grants []acquisition, stamp uint32) int64 {
	at, _ := slices.BinarySearchFunc(grants, stamp, func(g acquisition, stamp uint32) int {
		if g.returned < stamp {
			return -1
		}
		return 1
	})
	if at == 0 {
		return 0
	}
	return grants[at-1].token
}
