package statements

import (
	"time"

	"simrun/nodes/internal/options"
)

// Config is what is replicated, and how. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	Ship    string `yaml:"ship" default:"rows" one:"command|captured|rows|cells|pages" doc:"what the log carries: the command; the command with what now(), random() and auto-increment told the leader; the rows that it changed; the cells of pages that it wrote; those pages, whole"`
	Leaders int    `yaml:"leaders" default:"1" min:"1" max:"2" doc:"how many servers, from the first on, take commands; each executes the other's as they come"`
	IDs     string `yaml:"ids" default:"shared" one:"shared|striped" doc:"auto-increment: one sequence for all leaders, or one for each, that never meet (auto_increment_increment)"`

	Rows      int    `yaml:"rows" default:"64" min:"1" max:"1000000" doc:"rows in the beginning, with the ids from 1"`
	Owners    int    `yaml:"owners" default:"8" min:"1" max:"1000000" doc:"the rows of the beginning belong to so many owners in turns"`
	RowBytes  int    `yaml:"row_bytes" default:"100" min:"24" max:"1048576" unit:"bytes" doc:"size of a row wherever one is shipped or stored"`
	PageRows  int    `yaml:"page_rows" default:"16" min:"1" max:"4096" doc:"cells of a page"`
	Placement string `yaml:"placement" default:"drawn" one:"drawn|lowest" doc:"where a server puts a new version of a row: into a page that it draws, or into the lowest empty cell"`

	Compact time.Duration `yaml:"compact" default:"0s" min:"0s" doc:"each server moves its rows together about so often; with a physical log the leader alone does, and ships it; 0s is never"`
	Before  bool          `yaml:"before" default:"false" doc:"rows, cells and pages: whether the log carries what was there before, too"`
	Tick    time.Duration `yaml:"tick" default:"1ms" min:"1ns" doc:"resolution of now()"`

	CatchUp   string `yaml:"catch_up" default:"tail" one:"log|tail|snapshot|merkle" doc:"how a follower that lacks much is brought up: it forgets all and executes the whole log; the log's tail; a copy of the table, then the tail; the rows that a comparison of hash trees finds different, then the tail"`
	TailLimit int    `yaml:"tail_limit" default:"32" min:"0" doc:"a gap of at most so many commands is filled from the log's tail, whatever catch_up says"`
	Batch     int    `yaml:"batch" default:"64" min:"1" doc:"most commands or rows in one message of catching up"`
	Fanout    int    `yaml:"fanout" default:"4" min:"2" max:"64" doc:"merkle: children of a node of the tree"`
	Depth     int    `yaml:"depth" default:"4" min:"0" max:"8" doc:"merkle: levels below the root"`
	Window    int    `yaml:"window" default:"256" min:"0" doc:"most commands that a follower keeps while one before them is missing"`

	Checkpoint int           `yaml:"checkpoint" default:"256" min:"1" doc:"a server writes its whole table to disk after so many commands, and forgets how it came about"`
	Heartbeat  time.Duration `yaml:"heartbeat" default:"50ms" min:"10us" doc:"a leader says so often how long its log is"`
	Patience   time.Duration `yaml:"patience" default:"20ms" min:"10us" doc:"how long a follower waits for what is missing before it asks"`
	Resend     time.Duration `yaml:"resend" default:"100ms" min:"10us" doc:"a question of catching up is asked again after so long; an op too, by its client"`
}

// mostLeaves bounds the leaves of a tree.
const mostLeaves = 1 << 20

// Check judges the options against each other; each alone is bounded by its tags.
func (c Config) Check() error {
	switch {
	case c.physical() && c.Leaders > 1:
		return options.Wrong("ship", "a physical log has one writer: two leaders would overwrite each other's pages")
	case c.Leaders > 1 && c.CatchUp != "tail":
		return options.Wrong("catch_up", "a table holds the commands of both leaders: only the tails of their logs tell them apart")
	case c.Before && !c.physical() && c.Ship != "rows":
		return options.Wrong("before", "commands carry no rows: ship rows, cells or pages")
	case c.IDs == "striped" && c.Leaders == 1:
		return options.Wrong("ids", "one leader has one sequence: striped needs leaders: 2")
	}
	for leaves, level := 1, 0; level < c.Depth; level++ {
		if leaves *= c.Fanout; leaves > mostLeaves {
			return options.Wrong("depth", "fanout %d and depth %d make more than %d leaves", c.Fanout, c.Depth, mostLeaves)
		}
	}
	return nil
}

// Fits judges the options against the number of servers.
func (c Config) Fits(servers int) error {
	if servers < c.Leaders {
		return options.Wrong("leaders", "%d leaders on %d servers", c.Leaders, servers)
	}
	return nil
}

// sequences is how many auto-increment sequences there are.
func (c *Config) sequences() int {
	if c.IDs == "striped" {
		return c.Leaders
	}
	return 1
}

// filler is what a row takes beyond the words that say what it is.
func (c *Config) filler() int { return c.RowBytes - 8*rowWords }

// physical tells whether the log says what lies where.
func (c *Config) physical() bool { return c.Ship == "cells" || c.Ship == "pages" }
