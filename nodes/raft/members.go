package raft

import (
	"slices"

	"simrun/sim"
)

// The parts that a member can have, as bits.
const (
	votes     = 1 << iota // in the configuration, or the incoming one while two are joint
	votedOnce             // in the outgoing one of two that are joint
	wantsVote             // it is given a vote once it has caught up
)

// member is one server of a configuration. It is known by its disk, too: one whose disk was
// lost is another member.
type member struct {
	id       sim.NodeID
	identity uint64
	parts    uint64
}

// configuration is who is a member and who votes (dissertation, chapter 4). While it is
// joint, decisions need a majority of both the outgoing and the incoming voters (4.3).
type configuration struct {
	joint   bool
	members []member
}

// words is the configuration as it is shipped and stored.
func (c *configuration) words() []uint64 {
	joint := uint64(0)
	if c.joint {
		joint = 1
	}
	all := []uint64{joint}
	for _, m := range c.members {
		all = append(all, uint64(m.id)<<8|m.parts, m.identity)
	}
	return all
}

// unwords reads what words wrote.
func unwords(words []uint64) configuration {
	var c configuration
	if len(words) == 0 {
		return c
	}
	c.joint = words[0] == 1
	for i := 1; i+1 < len(words); i += 2 {
		c.members = append(c.members, member{id: sim.NodeID(words[i] >> 8), identity: words[i+1], parts: words[i] & 0xFF})
	}
	return c
}

// find is the member with a disk's identity, nil if there is none.
func (c *configuration) find(id sim.NodeID, identity uint64) *member {
	for i := range c.members {
		if m := &c.members[i]; m.id == id && m.identity == identity {
			return m
		}
	}
	return nil
}

// names tells whether the node is a member under any identity.
func (c *configuration) names(id sim.NodeID) bool {
	return slices.ContainsFunc(c.members, func(m member) bool { return m.id == id })
}

// knowsNewer tells whether the node is a member under a later identity: the disk was lost since.
func (c *configuration) knowsNewer(id sim.NodeID, identity uint64) bool {
	return slices.ContainsFunc(c.members, func(m member) bool { return m.id == id && m.identity > identity })
}

// canVote tells whether a member votes, in either configuration while two are joint.
func (c *configuration) canVote(id sim.NodeID, identity uint64) bool {
	m := c.find(id, identity)
	return m != nil && m.parts&(votes|votedOnce) != 0
}

// clone is a copy whose members can be changed.
func (c *configuration) clone() configuration {
	return configuration{joint: c.joint, members: slices.Clone(c.members)}
}

// quorum is the highest number that a majority of the voters has reached: of both
// configurations while two are joint. The scratch is lent.
func (c *configuration) quorum(scratch *[]uint64, counts counting, reached func(*member) uint64) uint64 {
	result := majority(c.reached(scratch, counts.incoming(), reached))
	if c.joint && counts != aUnion {
		result = min(result, majority(c.reached(scratch, votedOnce, reached)))
	}
	return result
}

// counting says whose numbers count. Only mutants count anything but voters.
type counting uint8

const (
	byVoters counting = iota
	aUnion            // one majority of all voters of two joint configurations
	anyone            // learners, too
)

// incoming is the parts that count, 0 for any.
func (c counting) incoming() uint64 {
	switch c {
	case aUnion:
		return votes | votedOnce
	case anyone:
		return 0
	}
	return votes
}

// reached lists what the members with a part have reached, lowest first.
func (c *configuration) reached(scratch *[]uint64, part uint64, reached func(*member) uint64) []uint64 {
	all := (*scratch)[:0]
	for i := range c.members {
		if m := &c.members[i]; part == 0 || m.parts&part != 0 {
			all = append(all, reached(m))
		}
	}
	slices.Sort(all)
	*scratch = all
	return all
}

// majority is the highest number that a majority has reached; 0 of none.
func majority(of []uint64) uint64 {
	if len(of) == 0 {
		return 0
	}
	return of[(len(of)-1)/2]
}

// placed is a configuration with its place in the log.
type placed struct {
	index, term uint64
	configuration
}

// lineage is the configurations of the log, oldest first. The last one rules, committed or
// not (dissertation, section 4.1); the first is that of the snapshot, or of the beginning.
type lineage []placed

// newest is the configuration that rules.
func (l lineage) newest() *placed { return &l[len(l)-1] }

// asOf is the configuration that rules at an index.
func (l lineage) asOf(index uint64) *placed {
	for i := len(l) - 1; i > 0; i-- {
		if l[i].index <= index {
			return &l[i]
		}
	}
	return &l[0]
}

// cut forgets the configurations after an index.
func (l lineage) cut(after uint64) lineage {
	n := len(l)
	for n > 1 && l[n-1].index > after {
		n--
	}
	return l[:n:n]
}

// behind forgets the configurations that others replaced up to an index.
func (l lineage) behind(index uint64) lineage {
	first := 0
	for first+1 < len(l) && l[first+1].index <= index {
		first++
	}
	return slices.Clone(l[first:])
}

// after is the configurations after an index.
func (l lineage) after(index uint64) lineage {
	first := 0
	for first < len(l) && l[first].index <= index {
		first++
	}
	return slices.Clone(l[first:])
}
