package dynamo

import (
	"simrun/nodes/internal/options"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
)

// rule is how versions of a key are merged.
func (c *Config) rule() versions.Rule {
	switch {
	case c.Versions == "lww", c.Versions == "crdt" && c.Type == "register":
		return versions.LastWrite
	case c.Versions == "vv":
		return versions.Vectors
	case c.Versions == "crdt":
		return versions.Dots
	}
	return versions.Causal
}

// Siblings tells whether a read may return several versions.
func (c Config) Siblings() bool { return c.rule() != versions.LastWrite }

// floor is the least counter that a put's event may have. Where vectors are limited,
// events are counted by the clock, so that the entry with the least counter is the one
// that was not advanced for longest: that is the time which Dynamo stores beside each
// counter (section 4.4).
func (p *plan) floor(time uint64) uint64 {
	if p.vectorLimit == 0 {
		return 0
	}
	return time
}

// limited is what a vector's limit leaves of it beside the put's own entry.
func (p *plan) limited(past kv.Context) kv.Context {
	if p.vectorLimit == 0 {
		return past
	}
	return versions.Truncated(past, p.vectorLimit-1)
}

// checkVersions judges what goes together with the rule of versions.
func (c Config) checkVersions() error {
	rule := c.rule()
	switch {
	case c.Clock == "client" && rule != versions.LastWrite:
		return options.Wrong("clock", "%s goes by no clock: set versions to lww", c.Versions)
	case c.Type != "set" && c.Versions != "crdt":
		return options.Wrong("type", "%s keeps values that only their readers understand: set versions to crdt", c.Versions)
	case c.VectorLimit > 0 && rule != versions.Causal && rule != versions.Vectors:
		return options.Wrong("vector_limit", "only dvv and vv have version vectors that grow")
	case rule == versions.Vectors && c.Coordinator == "client":
		return options.Wrong("coordinator", "with versions: vv the home that coordinates a put advances its vector: a client cannot")
	case rule == versions.Vectors && c.WriteFanout != "all":
		return options.Wrong("write_fanout", "with versions: vv the home that coordinates a put is the first to hold it: all others are sent what it holds")
	case rule == versions.Vectors && c.Writes == "two-phase":
		return options.Wrong("writes", "with versions: vv a home counts its next put on the last one, before that is decided")
	case rule == versions.Dots && c.Writes == "two-phase":
		return options.Wrong("writes", "with versions: crdt a write that is aborted would leave a hole in what its actor did")
	case rule == versions.Dots && c.TombstoneGrace > 0:
		return options.Wrong("tombstone_grace", "with versions: crdt nothing is removed by tombstones: a key's context remembers")
	}
	return nil
}
