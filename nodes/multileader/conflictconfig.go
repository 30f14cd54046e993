package multileader

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/nodes/internal/resolve"
)

// Conflicts is how writes are dealt with that leaders made without knowledge of each other.
type Conflicts struct {
	Resolve  string        `yaml:"resolve" default:"hlc" one:"wall|lamport|hlc|highest-node|siblings|union|append|cart|g-counter|pn-counter|or-set|lww-register|mv-register" doc:"what becomes of them: the last by wall, Lamport or hybrid clocks stays; the highest node's; all of them, as siblings or merged (union of sets, appended texts, carts that remember removals); or keys hold data types that merge by themselves"`
	Type     string        `yaml:"type" default:"register" one:"register|counter|set" doc:"what keys hold, where the rule leaves it open: wall, lamport, hlc, highest-node, lww-register"`
	Detect   string        `yaml:"detect" default:"vectors" one:"vectors|stamps" doc:"how conflicts are detected: exactly, by version vectors; or by the stamps of last-write-wins, which take what is newer for a successor"`
	MaxDrift time.Duration `yaml:"max_drift" default:"0s" min:"0s" doc:"hybrid clocks: how far ahead of a leader's wall clock a stamp may be for its clock to follow it; 0s is any. A stamp that is not followed still wins, against what its leader writes next too"`

	Homes        string        `yaml:"homes" default:"none" one:"none|key" doc:"who writes a key: the leader that a client asks; or that of the key's home, a datacentre by rendezvous, to which others forward writes: so nothing conflicts"`
	HomeMoves    string        `yaml:"home_moves" default:"handover" one:"handover|suspicion" doc:"homes: key: when another datacentre becomes a key's home: when the home's leader hands its keys over; or also when the home was not heard for home_patience, though it may be alive"`
	HomePatience time.Duration `yaml:"home_patience" default:"1s" min:"1ms" doc:"home_moves: suspicion: how long a home may be silent"`

	TombstoneGrace time.Duration `yaml:"tombstone_grace" default:"0s" min:"0s" doc:"propagate: operations: a delete is forgotten once it is so old, every server has it, and all that they had by then is here; 0s is never"`

	Compensate bool `yaml:"compensate" default:"false" doc:"who wrote what was acknowledged and gave way is told: the datacentre that had said yes writes it down, and tells the client until it answers"`

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

// HandsOver tells that a leader hands the homes of its keys over when it is asked to.
func (c Conflicts) HandsOver() bool { return c.Homes == "key" }

func (c *Conflicts) checkConflicts(propagate string) error {
	r := c.resolver()
	if field, err := r.Check(); err != nil {
		return options.Wrong(field, "%v", err)
	}
	if c.TombstoneGrace > 0 && propagate == "state" {
		return options.Wrong("tombstone_grace", "what was forgotten would come back with the next state: only operations come once")
	}
	return nil
}
