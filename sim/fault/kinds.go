package fault

import "slices"

// Kind is one kind of fault.
type Kind struct {
	Name string // as scenarios spell it
	// New makes a fault with nothing set: a pointer to its struct, to be filled.
	New func() Fault
	Doc string // one line: what it does
	// Destroys tells that it can take away what was durable, so that no protocol
	// survives it on a majority.
	Destroys bool
	// Asked tells that a nemesis has it only where its kinds name it: few protocols know
	// what to do with it.
	Asked bool

	// drawn makes one for a nemesis; nil where this world has no use for it.
	drawn func(d dice) Fault
}

// Kinds lists every kind of fault.
func Kinds() []Kind {
	return slices.Concat(networkKinds(), nodeKinds(), diskKinds(), clockKinds(), memberKinds())
}

func networkKinds() []Kind {
	return []Kind{
		{"partition", fresh[Partition], "cut every link between groups", false, false, drawPartition},
		{"one-way", fresh[OneWay], "cut links in one direction", false, false, drawOneWay},
		{"bridge", fresh[Bridge], "cut the servers in sides that some in the middle still see", false, false, drawBridge},
		{"majorities-ring", fresh[MajoritiesRing], "each server sees a majority, no two the same", false, false, drawMajoritiesRing},
		{"isolate", fresh[Isolate], "cut nodes off from every server", false, false, drawIsolate},
		{"loss", fresh[Loss], "lose messages with a probability", false, false, drawLoss},
		{"duplicate", fresh[Duplicate], "deliver messages twice with a probability", false, false, drawDuplicate},
		{"reorder", fresh[Reorder], "hold messages back with a probability", false, false, drawReorder},
		{"delay", fresh[Delay], "add delay, or draw latencies from another distribution", false, false, drawDelay},
		{"jam", fresh[Jam], "hold all messages, then release them in order", false, false, drawJam},
		{"hold", fresh[Hold], "hold messages of some classes or kinds, then release them", false, false, drawHold},
		{"datacentre-cut", fresh[DatacentreCut], "cut places off from other places", false, false, drawDatacentreCut},
		{"late", fresh[Late], "messages to a former incarnation reach the present one", false, false, drawLate},
	}
}

func nodeKinds() []Kind {
	return []Kind{
		{"crash", fresh[Crash], "crash nodes, and restart them at the end", false, false, drawCrash},
		{"lose", fresh[Lose], "crash nodes for good", true, false, drawLose},
		{"pause", fresh[Pause], "stop nodes from handling anything", false, false, drawPause},
		{"slow", fresh[Slow], "make nodes slow to handle events", false, false, drawSlow},
		{"elect", fresh[Elect], "make nodes campaign at once", false, false, drawElect},
		{"crash-at", fresh[CrashAt], "crash nodes where persistence and messages come apart", false, false, drawCrashAt},
	}
}

func diskKinds() []Kind {
	return []Kind{
		{"slow-disk", fresh[SlowDisk], "make disks slow to sync", false, false, drawSlowDisk},
		{"fail-sync", fresh[FailSync], "make every sync fail", false, false, drawFailSync},
		{"corrupt", fresh[Corrupt], "damage synced records", true, false, drawCorrupt},
		{"wipe", fresh[Wipe], "crash nodes and empty their disks", true, false, drawWipe},
		{"rollback", fresh[Rollback], "crash nodes and put an older copy of their disks back", true, false, drawRollback},
		{"torn", fresh[Torn], "crashes tear the first record that they do not keep", false, false, drawTorn},
	}
}

func clockKinds() []Kind {
	return []Kind{
		{"clock-jump", fresh[ClockJump], "move wall clocks, and back at the end", false, false, drawClockJump},
		{"clock-drift", fresh[ClockDrift], "make clocks run fast or slow", false, false, drawClockDrift},
	}
}

func memberKinds() []Kind {
	return []Kind{
		{"join", fresh[Join], "have servers that are no members become members", false, true, drawJoin},
		{"leave", fresh[Leave], "have members leave for good", false, true, drawLeave},
		{"replace", fresh[Replace], "have a server take the place of a member, which is out for good", false, true, drawReplace},
		{"handover", fresh[Handover], "have a leader hand its lead over, without losing anything", false, true, drawHandover},
	}
}

// fresh makes a pointer to a new F, as the fault that it is.
func fresh[F any, P interface {
	*F
	Fault
}]() Fault {
	return P(new(F))
}
