package dynamo

import (
	"strconv"
	"time"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// custody is where a stand-in keeps hints.
type custody uint8

const (
	custodyNone   custody = iota // among its own data, and never hands them over
	custodyMemory                // apart, in memory
	custodyDisk                  // apart, in memory and in a file for each owner
)

// hints are what a node keeps for others, apart from its own data.
type hints struct {
	owed  []owed // one for each owner that it ever kept something for
	kept  int    // hints held
	timed bool   // the timer of the period is set
}

// owed is what a node keeps for one owner, in the order in which it came. Hints
// are numbered one after another: hints[0] has the number first, and the records of
// the file are the hints of the list, one for one.
type owed struct {
	owner   sim.NodeID
	file    string
	hints   []owedHint
	first   uint64
	live    int    // hints that are not gone
	next    uint64 // the number to go on with
	passing bool   // a throttled pass waits for its timer
	keys    map[sim.Key]guest
}

// owedHint is one hint.
type owedHint struct {
	message *hint
	again   time.Duration // monotonic time before which it is not sent again
	kept    bool          // and as safe as promised
	gone    bool          // handed over or given up
}

// guest is what all hints of one owner say of one key.
type guest struct {
	set   versions.Set
	mark  uint64 // number of the last write to the disk about it, 0 in memory
	count int
}

// of is the owner's part, made if absent.
func (h *hints) of(owner sim.NodeID) *owed {
	if o := h.find(owner); o != nil {
		return o
	}
	h.owed = append(h.owed, owed{owner: owner, file: hintFile(owner), first: 1, keys: map[sim.Key]guest{}})
	return &h.owed[len(h.owed)-1]
}

// hintFile is the file of the hints for one owner.
func hintFile(owner sim.NodeID) string { return "hints-" + strconv.Itoa(int(owner)) }

// find is the owner's part, nil if there is none.
func (h *hints) find(owner sim.NodeID) *owed {
	for i := range h.owed {
		if h.owed[i].owner == owner {
			return &h.owed[i]
		}
	}
	return nil
}

// at is the hint of a number, nil if it is gone.
func (o *owed) at(number uint64) *owedHint {
	if number < o.first || number >= o.end() || o.hints[number-o.first].gone {
		return nil
	}
	return &o.hints[number-o.first]
}

// end is the number of the next hint to come.
func (o *owed) end() uint64 { return o.first + uint64(len(o.hints)) }

// add keeps a hint and returns its number.
func (o *owed) add(rule versions.Rule, m *hint, mark uint64) uint64 {
	g := o.keys[m.Key]
	g.set, _ = rule.Merge(g.set, m.Set)
	g.mark = mark
	g.count++
	o.keys[m.Key] = g
	o.hints = append(o.hints, owedHint{message: m})
	o.live++
	return o.end() - 1
}

// remove lets a hint go, and returns how many at the head of the list went with it.
func (o *owed) remove(number uint64) (head int) {
	h := o.at(number)
	key := h.message.Key
	h.gone = true
	o.live--
	if g := o.keys[key]; g.count > 1 {
		g.count--
		o.keys[key] = g
	} else {
		delete(o.keys, key)
	}
	return o.trim()
}

// trim drops what is gone from the head of the list.
func (o *owed) trim() (head int) {
	for head < len(o.hints) && o.hints[head].gone {
		o.hints[head].message = nil
		head++
	}
	o.hints = o.hints[head:]
	o.first += uint64(head)
	return head
}

// takeHint handles the W leg of a sloppy quorum.
func (r *replica) takeHint(env *sim.Env, from sim.NodeID, m *hint) {
	if r.plan.hints == custodyNone {
		r.lost(env, m.Key, m.Set)
		number, _ := r.take(env, m.Key, m.Set, m)
		r.promise(env, promise{number: number, to: from, ack: r.hinted(m, r.store.held(m.Key).set)})
		return
	}
	o := r.hints.of(m.Owner)
	held := o.keys[m.Key]
	switch {
	case r.plan.rule.Includes(held.set, m.Set):
		r.overtaken(env, m, held.set)
	case o.live >= r.plan.maxHints:
		r.refuse(env, from, m)
		return
	default:
		r.keepHint(env, o, m)
	}
	held = o.keys[m.Key]
	r.owe(env, promise{number: held.mark, to: from, ack: r.hinted(m, held.set)})
}

func (r *replica) hinted(m *hint, held versions.Set) *hinted {
	return &hinted{leg: m.leg, Owner: m.Owner, Newest: held.Newest()}
}

// overtaken states that a hint arrives only to lose.
func (r *replica) overtaken(env *sim.Env, m *hint, held versions.Set) {
	if r.plan.rule == versions.LastWrite && m.Set[0].Before(&held[0]) {
		r.resolved(env, m.Key, &m.Set[0], &held[0])
	}
}

// refuse turns a hint away: there are too many for its owner.
func (r *replica) refuse(env *sim.Env, from sim.NodeID, m *hint) {
	state(env, sim.Dropped, m)
	ack := r.hinted(m, nil)
	ack.Refused = true
	r.answer(env, from, ack)
}

// keepHint keeps a hint.
func (r *replica) keepHint(env *sim.Env, o *owed, m *hint) {
	if r.plan.hints != custodyDisk {
		r.hintKept(env, o.owner, o.add(r.plan.rule, m, 0))
		return
	}
	env.Disk().Append(o.file, m)
	r.store.last++
	number := o.add(r.plan.rule, m, r.store.last)
	r.waiting = append(r.waiting, promise{number: r.store.last, owner: o.owner, hint: number})
	r.sync(env)
}

// hintKept states that a hint is as safe as it is going to be, and looks whether
// its owner is there.
func (r *replica) hintKept(env *sim.Env, owner sim.NodeID, number uint64) {
	h := r.hints.of(owner).at(number)
	if h == nil {
		return
	}
	h.kept = true
	state(env, sim.Kept, h.message)
	r.holdMore(env)
	r.local.health.probe(env, owner)
}

// holdMore counts a hint. With the first the node is a holder of hints.
func (r *replica) holdMore(env *sim.Env) {
	r.hints.kept++
	if r.hints.kept == 1 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, B: sim.HintHolder})
	}
	r.planReplay(env)
}

// letGo lets a hint go, for a reason. With the last the node holds no more hints.
func (r *replica) letGo(env *sim.Env, o *owed, number uint64, why sim.Why) {
	m := o.at(number).message
	if head := o.remove(number); head > 0 && r.plan.hints == custodyDisk {
		env.Disk().Drop(o.file, head)
		r.store.last++
	}
	state(env, why, m)
	r.hints.kept--
	if r.hints.kept == 0 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, B: sim.HintHolder})
	}
}

// state states what became of a hint, for each write in it.
func state(env *sim.Env, why sim.Why, m *hint) {
	for _, v := range m.Set.Writes() {
		env.Observe(sim.Observation{Fact: sim.Hint, Why: why, Key: m.Key, Op: v.Value.ID, A: uint64(m.Owner)})
	}
}

// tellHint handles the R leg of a sloppy quorum.
func (r *replica) tellHint(env *sim.Env, from sim.NodeID, m *readHint) {
	answer := &hintValue{leg: m.leg, Owner: m.Owner}
	if r.plan.hints == custodyNone {
		held := r.store.held(m.Key)
		answer.Set, answer.Settled = held.set, !r.plan.durable || held.mark <= r.store.safe
	} else if o := r.hints.find(m.Owner); o != nil {
		g := o.keys[m.Key]
		answer.Set, answer.Settled = g.set, g.mark <= r.store.safe
	}
	r.answer(env, from, answer)
}

// loadHints finds the hints of the life before.
func (r *replica) loadHints(env *sim.Env, members []sim.NodeID) {
	if r.plan.hints != custodyDisk {
		return
	}
	for _, owner := range members {
		n := env.Disk().Len(hintFile(owner))
		if n == 0 {
			continue
		}
		o := r.hints.of(owner)
		for i := range n {
			r.loadHint(env, o, i)
		}
		if head := o.trim(); head > 0 {
			env.Disk().Drop(o.file, head)
			r.store.last++
		}
		if o.live > 0 {
			r.local.health.probe(env, owner)
		}
	}
}

// loadHint takes one record. One that cannot be read keeps its place in the list.
func (r *replica) loadHint(env *sim.Env, o *owed, i int) {
	record, err := env.Disk().Read(o.file, i)
	m, ok := record.(*hint)
	if err != nil || !ok {
		o.hints = append(o.hints, owedHint{gone: true})
		return
	}
	o.add(r.plan.rule, m, 0)
	o.hints[len(o.hints)-1].kept = true
	r.holdMore(env)
}
