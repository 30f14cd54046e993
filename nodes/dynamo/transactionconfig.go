package dynamo

import "simrun/nodes/internal/options"

// checkTransactions judges what goes together with two-phase commit.
func (c Config) checkTransactions() error {
	if c.Writes != "two-phase" {
		return nil
	}
	switch {
	case c.Coordinator == "client":
		return options.Wrong("coordinator", "with writes: two-phase the coordinator keeps its decisions on disk and answers for them after a crash: only a node does")
	case c.Quorum == "sloppy":
		return options.Wrong("quorum", "with writes: two-phase the w homes are chosen before they are asked, and nobody stands in for one that is silent: the write is aborted")
	case c.Hints != "none":
		return options.Wrong("hints", "with writes: two-phase no home misses a write that the others took: there is nothing to hint")
	case !c.Durable:
		return options.Wrong("durable", "with writes: two-phase a home's vote promises that it can commit after a crash: it must be on disk")
	case c.WriteFanout != "w" && (c.WriteFanout != "all" || c.W != c.N):
		return options.Wrong("write_fanout", "with writes: two-phase a write goes to w homes and no further: set write_fanout to w")
	}
	return nil
}
