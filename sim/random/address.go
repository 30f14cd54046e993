package random

import (
	"math/bits"
	"strconv"
)

// Address says what a draw is for: the hash of a message's subject, ends, kind
// and occurrence, of a client and its arrival number, and so on. Build one by
// mixing words into it with With.
type Address uint64

// With returns the address one level further down: a's child called word.
func (a Address) With(word uint64) Address { return Address(Mix(uint64(a), word)) }

const (
	golden = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio: splitmix64's step
	first  = 0xbf58476d1ce4e5b9 // splitmix64's two multipliers
	second = 0x94d049bb133111eb
	spread = 0xd6e8feb86659fd93 // an odd constant that keeps purposes apart
)

// Mix folds word into the hash h. The order of folding matters, and each bit of
// either input reaches every bit of the result (the finaliser of splitmix64).
func Mix(h, word uint64) uint64 {
	return finish((h + golden) ^ word*spread)
}

// finish is splitmix64's finaliser (Stafford's variant 13).
func finish(x uint64) uint64 {
	x = (x ^ x>>30) * first
	x = (x ^ x>>27) * second
	return x ^ x>>31
}

// Hash returns a stable 64-bit hash of a name: FNV-1a, then splitmix64's
// finaliser, since FNV alone leaves the high bits of short names alike.
func Hash(text string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := 0; i < len(text); i++ {
		h = (h ^ uint64(text[i])) * 0x100000001b3
	}
	return finish(h)
}

// Below maps a word evenly onto 0..n-1. It keeps the word's order, and for n
// zero it returns zero.
func Below(word, n uint64) uint64 {
	high, _ := bits.Mul64(word, n)
	return high
}

// Purpose tells the draws of one address apart.
type Purpose uint8

// The purposes. Their numbers are part of every recorded digest: add new ones
// at the end and never reorder them.
const (
	Latency   Purpose = iota // how long a message travels
	Loss                     // whether a message is lost
	Duplicate                // whether a message is delivered twice
	Reorder                  // whether a message is held back
	Service                  // how long a node takes to handle an event
	SyncTime                 // how long a disk takes to sync
	CrashKeep                // how much unsynced data a crash keeps
	Tear                     // where a torn record breaks
	Corrupt                  // whether and where a record is damaged
	Arrival                  // when a client's next op arrives
	KeyChoice                // which key an op works on
	OpChoice                 // what kind of op it is
	Election                 // how long a node waits before it stands
	Placement                // where a replica lives
	Fault                    // when a fault strikes and whom
	Workload                 // any other choice of a workload
	Backoff                  // how long to wait before a retry
	Quorum                   // which replicas a random quorum holds
	Think                    // how long a client thinks between ops
	Clock                    // a clock's offset and drift
	Timeout                  // a jitter on any other timer
	Gossip                   // which peer to talk to next
	Value                    // what a write writes
	Nemesis                  // a drawn schedule of faults
	purposes                 // how many there are
)

var purposeNames = [purposes]string{
	"latency", "loss", "duplicate", "reorder", "service", "sync-time",
	"crash-keep", "tear", "corrupt", "arrival", "key-choice", "op-choice",
	"election", "placement", "fault", "workload", "backoff", "quorum", "think",
	"clock", "timeout", "gossip", "value", "nemesis",
}

// String returns the purpose's name as traces and tapes spell it.
func (p Purpose) String() string {
	if p < purposes {
		return purposeNames[p]
	}
	return "purpose-" + strconv.Itoa(int(p))
}
