package caller

import "simrun/nodes/kv"

// PathOf is the read path of gets that ask for none, by the config key `reads`, which protocols
// with a replicated log spell alike: whatever is not named here is a way to the strongest.
func PathOf(reads string) kv.ReadPath {
	switch reads {
	case "leader":
		return kv.AtLeader
	case "replica", "learner":
		return kv.AtReplica
	}
	return kv.Strongest
}
