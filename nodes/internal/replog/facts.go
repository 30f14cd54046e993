package replog

import "simrun/sim"

// Fingerprint tells the entries of one slot apart, by the leader that placed them, too.
func (e *Entry) Fingerprint() uint64 {
	const multiply = 0x9E3779B97F4A7C15
	word := e.Epoch*multiply<<1 ^ uint64(e.Op)*multiply ^ uint64(e.Key)<<32 ^ uint64(e.Value.N)*multiply ^ uint64(e.Code) ^ uint64(e.Expect)<<7
	for _, w := range e.Body {
		word = (word ^ w) * multiply
	}
	return word ^ word>>29
}

// Fact is a fact about the entry, which stands at an index: about its write, or about none
// where it is no write.
func (e *Entry) Fact(fact sim.Fact, why sim.Why, index uint64) sim.Observation {
	o := sim.Observation{Fact: fact, Why: why, A: index, B: e.Epoch, C: e.Fingerprint()}
	if e.Code.Writes() {
		o.Op, o.Key = e.Op, e.Key
	}
	return o
}

// StateDecided states that a node knows the entry at an index to be chosen.
func (l *Log) StateDecided(env *sim.Env, index uint64) {
	env.Observe(l.At(index).Fact(sim.Decided, sim.NoReason, index))
}

// StateDurable states that the entries behind an index are on disk up to another; what a snapshot
// stands for is none of them.
func (l *Log) StateDurable(env *sim.Env, after, upTo uint64) {
	for index := max(after, l.base.Index) + 1; index <= upTo; index++ {
		env.Observe(l.At(index).Fact(sim.Stored, sim.Durable, index))
	}
}

// StateTruncated states that entries behind an index were cut from a log.
func StateTruncated(env *sim.Env, after uint64, removed []Entry) {
	for i := range removed {
		env.Observe(removed[i].Fact(sim.Discarded, sim.Truncated, after+uint64(i)+1))
	}
}

// Repaired is the fact that a snapshot on a node's disk stands for the log up to here, and how many
// bytes came from elsewhere for it.
func (p Position) Repaired(bytes int) sim.Observation {
	return sim.Observation{Fact: sim.Repaired, Why: sim.BySnapshot, A: uint64(bytes), B: p.Index, C: p.Epoch}
}
