package leaderfollower

import (
	"time"

	"simrun/nodes/internal/options"
)

// Shipping is how writes reach the followers, what members keep, and which of them
// are less than full followers.
type Shipping struct {
	Replication string        `yaml:"replication" default:"direct" one:"direct|chain|fan-out" doc:"from whom followers get writes: all from the leader; each from the one before it; or in a tree, each passing on to fan_out others"`
	FanOut      int           `yaml:"fan_out" default:"2" min:"1" doc:"to how many others each member passes a write on, where replication is fan-out"`
	Ship        string        `yaml:"ship" default:"push" one:"push|pull" doc:"whether the log is sent to followers as it grows, or they ask for it once a period"`
	Order       string        `yaml:"order" default:"log" one:"log|register" doc:"with apply: received, what a follower's reads show: the log in its order; or of each key the newest write that came, before its turn if need be, as a register in which the last write wins does"`
	Retention   int           `yaml:"retention" default:"0" min:"0" doc:"how many entries of the log are kept behind a snapshot, which is made as often; a follower that lacks more gets the snapshot; 0 keeps the whole log"`
	Period      time.Duration `yaml:"period" default:"100ms" min:"10us" doc:"time between the pulls of a follower; a full batch is followed by the next at once"`

	ReadOnly int   `yaml:"read_only" default:"0" min:"0" doc:"how many members, the last ones, are read-only: they replicate and serve reads; they do not vote, are counted for nothing and are never promoted"`
	Delayed  Delay `yaml:"delayed" doc:"followers whose reads show what was committed some time ago; they vote unless they are read-only, no write waits for them, and they are promoted only where nobody else answered"`
}

// Delay says which followers apply what is committed later than the others.
type Delay struct {
	Followers int           `yaml:"followers" default:"0" min:"0" doc:"how many members, the last ones, are delayed"`
	By        time.Duration `yaml:"by" default:"1s" min:"0s" doc:"how long after it learnt that a write is committed a delayed follower shows it"`
}

// DefaultShipping is what the tags of Shipping describe.
func DefaultShipping() Shipping {
	return Shipping{
		Replication: "direct", FanOut: 2, Ship: "push", Order: "log", Period: 100 * time.Millisecond,
		Delayed: Delay{By: time.Second},
	}
}

// fits judges the options against the number of members.
func (s *Shipping) fits(members int) error {
	switch {
	case s.ReadOnly >= members:
		return options.Wrong("read_only", "of %d members at most %d can be read-only: one has to lead", members, members-1)
	case s.Delayed.Followers >= members:
		return options.Wrong("delayed.followers", "of %d members at most %d can be delayed: one leads", members, members-1)
	}
	return nil
}

// votes tells whether a member has a part in promotions. The others have none, whatever
// they hold.
func (c *cluster) votes(rank int) bool { return rank < c.voters() }

// voters is how many members vote: the first ones.
func (c *cluster) voters() int { return len(c.members) - c.config.ReadOnly }

// isDelayed tells whether a member, as a follower, shows what is committed later.
func (c *cluster) isDelayed(rank int) bool {
	return rank >= len(c.members)-c.config.Delayed.Followers
}

// counts tells whether writes wait for a member's copy. It votes, and is promoted before
// one that does not count: so what a write waited for is found by any set of answers that
// is large enough, at a node that may be promoted.
func (c *cluster) counts(rank int) bool { return c.campaigns(rank) && !c.isDelayed(rank) }

// needs is how many followers' copies the mode asks for while a member leads.
func (c *cluster) needs(leader int) int {
	followers := 0
	for rank := range c.members {
		if rank != leader && c.counts(rank) {
			followers++
		}
	}
	return c.config.followers(followers)
}
