package sim

// Sampler turns one random word into a duration in nanoseconds.
type Sampler interface {
	Sample(word uint64) int64
}

// Rule is one thing that is wrong with some links, while it is in force. It is
// what network faults are made of. A message is judged when it is sent and again
// when it is due: Drop and Hold act at both times, the rest when it is sent.
type Rule struct {
	// Name is the kind of the fault, for counters and traces.
	Name string
	// From and To pick directed links: any node in From to any in To. Empty means
	// every node. With Both the opposite direction is picked too.
	From, To []NodeID
	Both     bool
	// Groups, if any, picks every link between two different groups instead.
	// Nodes in no group are not touched.
	Groups [][]NodeID
	// Classes and Kinds restrict the rule to some messages, by class or by the
	// kind's name; both empty means all.
	Classes []Class
	Kinds   []string

	Drop bool // nothing passes
	Hold bool // kept, and released in order when the rule ends
	Late bool // messages sent to a former incarnation reach the present one
	// Lose, Duplicate and Reorder are 64-bit thresholds of probability.
	Lose, Duplicate, Reorder uint64
	Add                      Sampler // added delay, also the spread of duplicates and reordering
	Instead                  Sampler // replaces the link's own latency
}
