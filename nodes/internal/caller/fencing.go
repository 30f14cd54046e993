package caller

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// A client that fences remembers the newest epoch that any member told it of. It says so with
// each request, which a leader of an older epoch then refuses, and takes no answer
// of such a leader to what it asked before. What it was told earlier by a leader that
// had been replaced already, and what others are told who have not heard, it cannot help.

// isOutdated tells whether a reply is of a member that obeys an older epoch than the client
// has heard of, and otherwise takes note of its epoch. At a replica that is no
// reason for distrust: nothing there depends on who leads.
func (c *Client) isOutdated(r *kv.Reply) bool {
	if r.Epoch >= c.epoch {
		c.epoch = r.Epoch
		return false
	}
	isLocal := c.request.Code == sim.Get && c.request.Read == kv.AtReplica
	return r.Epoch > 0 && !isLocal
}

// distrusted is what is left of an outdated reply: somebody else has to be asked. What an
// outdated leader says that it did may have been done, and may be lost.
func (c *Client) distrusted(r *kv.Reply) *kv.Reply {
	if r.Outcome != sim.Fail {
		c.doubt = true
	}
	return &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: sim.NotLeader}
}
