package checks

import (
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// holding is a time in which a node had an entry on disk.
type holding struct {
	epoch, print uint64
	op           sim.OpID
	from, to     uint32 // stamps; to is forever where it still has it
}

// standing is a time in which a node's snapshot stood for all slots up to one.
type standing struct {
	slot     uint64
	from, to uint32
}

// durableLog is what one node had on disk, as it stated: what it Stored durably and has
// not Discarded, and what its snapshots stand for. A crash loses none of it.
type durableLog struct {
	slots     map[uint64][]holding // by slot, in the order of time
	snapshots []standing
	given     []standing // what it gave up because snapshots of others stand for it
}

// durableLogs are the logs of all nodes, by node.
type durableLogs []durableLog

// durable reconstructs the logs on all disks, at all times.
func (v *view) durable() durableLogs {
	if v.logs != nil {
		return v.logs
	}
	v.logs = make(durableLogs, 1+v.lastNode())
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		log := &v.logs[seen.Node]
		switch {
		case seen.Fact == sim.Stored && seen.Why == sim.Durable && seen.A > 0:
			log.store(seen)
		case seen.Fact == sim.Repaired && seen.Why == sim.BySnapshot && seen.B > 0:
			log.snapshots = append(log.snapshots, standing{seen.B, seen.Stamp, forever})
		case givesUp(seen):
			log.give(seen.A, seen.Stamp)
		case losesAll(seen):
			log.clear(seen.Stamp)
		case seen.Fact == sim.Discarded && seen.A > 0 && seen.Why != sim.Collected:
			log.drop(seen.A, seen.Stamp)
		}
	}
	return v.logs
}

// lastNode is the highest number of a node that states something.
func (v *view) lastNode() (last sim.NodeID) {
	for i := range v.run.Observations {
		last = max(last, v.run.Observations[i].Node)
	}
	return last
}

// losesAll tells whether a node states that it has nothing any more of what it held.
func losesAll(seen *record.Observation) bool {
	all := seen.Fact == sim.Discarded && seen.Op == 0 && seen.A == 0
	return all && (seen.Why == sim.Wiped || seen.Why == sim.Unsynced)
}

// givesUp tells whether a node states that it has given up the slots up to one: snapshots of
// others stand for them.
func givesUp(seen *record.Observation) bool {
	return seen.Fact == sim.Discarded && seen.Why == sim.Collected && seen.Op == 0 && seen.A > 0
}

// give ends what the node has in the slots up to one.
func (l *durableLog) give(upto uint64, stamp uint32) {
	l.given = append(l.given, standing{upto, stamp, forever})
	for slot := range l.slots {
		if slot <= upto {
			l.drop(slot, stamp)
		}
	}
}

// store adds an entry. What is stated again changes nothing; another entry in the same
// slot takes the place of the one before.
func (l *durableLog) store(seen *record.Observation) {
	if l.slots == nil {
		l.slots = map[uint64][]holding{}
	}
	list := l.slots[seen.A]
	if n := len(list); n > 0 && list[n-1].to == forever {
		if last := &list[n-1]; last.epoch == seen.B && last.print == seen.C {
			return
		}
		list[n-1].to = seen.Stamp
	}
	l.slots[seen.A] = append(list, holding{seen.B, seen.C, seen.Op, seen.Stamp, forever})
}

// drop ends what the node has in a slot.
func (l *durableLog) drop(slot uint64, stamp uint32) {
	if list := l.slots[slot]; len(list) > 0 {
		list[len(list)-1].to = min(list[len(list)-1].to, stamp)
	}
}

// clear ends all that the node has.
func (l *durableLog) clear(stamp uint32) {
	for slot := range l.slots {
		l.drop(slot, stamp)
	}
	for i := range l.snapshots {
		l.snapshots[i].to = min(l.snapshots[i].to, stamp)
	}
	for i := range l.given {
		l.given[i].to = min(l.given[i].to, stamp)
	}
}

// at is what the node has in a slot at a stamp, the stamp's own change included.
func (l *durableLog) at(slot uint64, stamp uint32) (holding, bool) {
	list := l.slots[slot]
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].from <= stamp {
			return list[i], stamp < list[i].to
		}
	}
	return holding{}, false
}

// stands tells whether a snapshot stands for a slot at a stamp.
func (l *durableLog) stands(slot uint64, stamp uint32) bool { return reaches(l.snapshots, slot, stamp) }

func reaches(list []standing, slot uint64, stamp uint32) bool {
	return slices.ContainsFunc(list, func(s standing) bool {
		return slot <= s.slot && s.from <= stamp && stamp < s.to
	})
}

// holds tells whether the node has an entry of this fingerprint in a slot at a stamp, or
// a snapshot that stands for it.
func (l *durableLog) holds(slot, print uint64, stamp uint32) bool {
	h, found := l.at(slot, stamp)
	return found && h.print == print || l.stands(slot, stamp)
}
