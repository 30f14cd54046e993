package multileader

import "simrun/nodes/internal/resolve"

// Conflicts is how writes are dealt with that leaders made without knowledge of each other.
type Conflicts struct {
	Resolve string `yaml:"resolve" default:"hlc" one:"wall|lamport|hlc|highest-node|siblings|union|append|cart|g-counter|pn-counter|or-set|lww-register|mv-register" doc:"what becomes of them: the last by wall, Lamport or hybrid clocks stays; the highest node's; all of them, as siblings or merged (union of sets, appended texts, carts that remember removals); or keys hold data types that merge by themselves"`
	Type    string `yaml:"type" default:"register" one:"register|counter|set" doc:"what keys hold, where the rule leaves it open: wall, lamport, hlc, highest-node, lww-register"`
	Detect  string `yaml:"detect" default:"vectors" one:"vectors|stamps" doc:"how conflicts are detected: exactly, by version vectors; or by the stamps of last-write-wins, which take what is newer for a successor"`
	Deletes string `yaml:"deletes" default:"update-wins" one:"update-wins|delete-wins" doc:"what becomes of a delete beside an update that did not know of it, under highest-node, siblings, union, append and cart"`
}

// resolver is how the configuration resolves.
func (c *Conflicts) resolver() resolve.Resolver {
	return resolve.Resolver{
		Rule: resolve.Named(c.Resolve), Type: resolve.TypeNamed(c.Type), Stamps: c.Detect == "stamps", DeleteWins: c.Deletes == "delete-wins",
	}
}

// Siblings tells whether a read may return several versions.
func (c Conflicts) Siblings() bool {
	r := c.resolver()
	return r.Reveals()
}

// Holds names what keys hold, where it is no register.
func (c Conflicts) Holds() string {
	r := c.resolver()
	if r.Holds() == resolve.Register {
		return ""
	}
	return resolve.Types()[r.Holds()]
}

func (c *Conflicts) checkConflicts() error {
	r := c.resolver()
	if field, err := r.Check(); err != nil {
		return fieldError{field, err.Error()}
	}
	return nil
}
