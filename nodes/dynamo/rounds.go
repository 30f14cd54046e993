package dynamo

import (
	"time"

	"simrun/nodes/internal/quorum"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// stage is how far a round has come.
type stage uint8

const (
	idle    stage = iota
	waiting       // for answers
	backing       // for a write-back
	closed        // over: only late answers are still of interest
)

// round is one op under way at its coordinator.
type round struct {
	leg
	stage     stage
	writes    bool
	committed bool
	client    sim.NodeID // whom to answer; Nobody where the coordinator is the client
	circle
	asked   quorum.Tally // homes from which an answer can come
	got     quorum.Tally
	counted int          // answers that came in time
	settled quorum.Tally // of those, whose answer is as safe as an acknowledgement
	holders quorum.Tally // homes known to hold state, as safely
	state   versions.Set // what is written, or what the answers merge to
	answers []versions.Set
	until   time.Duration // when late answers cease to be of interest
	due     sim.TimerID
	covers  kv.Context    // of the reply to a put, where what it writes does not tell
	removal *removal      // crdt: what goes when r homes have told what they hold
	born    uint64        // the wall time of its beginning
	stands  []sim.NodeID  // who stands in for each home; nil if nobody does
	seated  quorum.Tally  // places whose answer is a stand-in's
	hinted  quorum.Tally  // places whose stand-in keeps the write
	sent    time.Duration // when whoever is silent was asked
}

// rounds are the ops of one coordinator, found by their number: the actor above
// and a count below. Each stands in the place that the count gives it, until it is
// over and another one needs the place.
type rounds struct {
	ring []round
	last uint32
}

const firstRounds = 4

// open makes a new round.
func (t *rounds) open(actor uint32, now time.Duration) *round {
	if t.ring == nil {
		t.ring = make([]round, firstRounds)
	}
	t.last++
	for t.at(t.last).busy(now) {
		t.grow()
	}
	r := t.at(t.last)
	answers := r.answers
	clear(answers)
	*r = round{answers: answers, stage: waiting}
	r.Round = uint64(actor)<<32 | uint64(t.last)
	return r
}

func (t *rounds) at(count uint32) *round { return &t.ring[int(count)&(len(t.ring)-1)] }

// busy tells whether the round's place cannot be given away.
func (r *round) busy(now time.Duration) bool {
	switch r.stage {
	case idle:
		return false
	case closed:
		return r.got != r.asked && now < r.until
	}
	return true
}

func (t *rounds) grow() {
	old := t.ring
	t.ring = make([]round, 2*len(old))
	for i := range old {
		if old[i].stage != idle {
			*t.at(uint32(old[i].Round)) = old[i]
		}
	}
}

// find returns the round with a number, nil if it is forgotten or somebody else's.
func (t *rounds) find(number uint64) *round {
	if t.ring == nil {
		return nil
	}
	if r := t.at(uint32(number)); r.Round == number && r.stage != idle {
		return r
	}
	return nil
}

// count takes an answer in a home's place. It returns the place, and false where
// the owner is no home or its place has answered before.
func (r *round) count(from, owner sim.NodeID) (home int, fresh bool) {
	home = place(r.homes, owner)
	if home < 0 || !r.got.Add(home) {
		return home, false
	}
	if from != owner {
		r.seated.Add(home)
	}
	return home, true
}

// missing are the homes not known to hold what a write-back brings.
func (r *round) missing() quorum.Tally { return r.all() &^ r.holders }
