package reports

import (
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// facts tells what nodes stated about the ops, and who took the lead meanwhile.
func (t *teller) facts() {
	for i := range t.run.Observations {
		o := &t.run.Observations[i]
		inside := o.At >= t.first && o.At <= t.last
		concerned := o.Op != 0 && slices.Contains(t.all, o.Op)
		if !concerned && !(inside && (o.Fact == sim.Elected || o.Fact == sim.Discarded && o.Op == 0)) {
			continue
		}
		if o.Fact == sim.Ended && i > 0 && t.run.Observations[i-1].Node == o.Node && t.run.Observations[i-1].Observation == o.Observation {
			continue // as a home, what it said as a coordinator
		}
		if what, weight := t.fact(o); what != "" {
			t.add(o.Stamp, o.At, t.run.Name(o.Node), what, weight)
		}
	}
}

// fact says in words what a node stated; nothing where it adds nothing to a story.
func (t *teller) fact(o *record.Observation) (string, int) {
	switch o.Fact {
	case sim.Stored:
		return fmt.Sprintf("stores %s%s", o.Op, spellWhy(o.Why)), turn
	case sim.Committed:
		return fmt.Sprintf("knows that %s is committed", o.Op), turn
	case sim.Discarded:
		if o.Op == 0 && o.Why == sim.Unsynced {
			return "begins anew with what it had synced", turn
		}
		if o.Op == 0 {
			return "loses everything that it held" + spellWhy(o.Why), turn
		}
		return fmt.Sprintf("drops %s%s", o.Op, spellWhy(o.Why)), heart
	case sim.Answered:
		return t.answer(o), t.answerWeight(o)
	case sim.Closed:
		return fmt.Sprintf("closes %s with %d of %d answers", o.Op, o.B, o.A), step
	case sim.Hint:
		return fmt.Sprintf("hint of %s for %s%s", o.Op, t.run.Name(sim.NodeID(o.A)), spellWhy(o.Why)), step
	case sim.Repaired:
		return fmt.Sprintf("gets %s after the fact%s", o.Op, spellWhy(o.Why)), step
	case sim.Elected:
		return fmt.Sprintf("is elected in epoch %d", o.A), turn
	case sim.Decided:
		return fmt.Sprintf("knows that %s is decided, in slot %d", o.Op, o.A), detail
	case sim.Applied:
		return fmt.Sprintf("applies %s, in slot %d", o.Op, o.A), detail
	}
	return t.transaction(o)
}

// transaction is fact for those of transactions. Coordinators state what they commit.
func (t *teller) transaction(o *record.Observation) (string, int) {
	coordinator := t.run.Name(sim.NodeID(o.A))
	switch {
	case o.Fact == sim.Prepared && o.Why == sim.Late:
		return fmt.Sprintf("is in doubt, and asks %s about %s", coordinator, o.Op), turn
	case o.Fact == sim.Prepared:
		return fmt.Sprintf("promises %s to %s", o.Op, coordinator), turn
	case o.Fact == sim.Ended && o.Why == sim.Undone:
		return fmt.Sprintf("knows that %s is aborted", o.Op), heart
	case o.Fact == sim.Ended && o.Node != sim.NodeID(o.A):
		return fmt.Sprintf("learns that %s is committed", o.Op), turn
	}
	return "", 0
}

// answer tells whose answer was counted, and for whom a stand-in gave it.
func (t *teller) answer(o *record.Observation) string {
	who := t.run.Name(sim.NodeID(o.A))
	if o.B != o.A && o.B != 0 {
		who += " in the place of " + t.run.Name(sim.NodeID(o.B))
	}
	held := "nothing"
	if o.C != 0 {
		held = sim.OpID(o.C).String()
	}
	return fmt.Sprintf("counts the answer of %s to %s, which holds %s%s", who, o.Op, held, spellWhy(o.Why))
}

// answerWeight is high for the ops that the story is about: whom they asked says why
// they missed each other.
func (t *teller) answerWeight(o *record.Observation) int {
	if o.Why != sim.Late && slices.Contains(t.named, o.Op) {
		return turn
	}
	return step
}

func spellWhy(w sim.Why) string {
	if w == sim.NoReason {
		return ""
	}
	return " (" + w.String() + ")"
}
