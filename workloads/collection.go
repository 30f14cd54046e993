package workloads

import (
	"errors"
	"time"

	"simrun/sim"
	"simrun/sim/random"
)

// Collection is sets, or counters, that clients add to and remove from. Unless the
// store merges itself, a client that changes one reads it, merges the versions that
// it was given by the rule of the application, and writes back what it made of them
// with the context that it read: the shopping cart of Dynamo, section 4.4. History
// shows the read, and then the addition or removal, whose value the write is.
type Collection struct {
	Clientele `yaml:",inline"`

	Rate    random.Rate        `yaml:"rate" default:"50/s" doc:"tasks a second, all clients together: reads, additions and removals"`
	Type    string             `yaml:"type" default:"set" one:"set|counter" doc:"what a key holds: a set of elements, each added once; or a counter, to which each addition adds 1"`
	Merge   string             `yaml:"merge" default:"cart" one:"union|cart|lww|server" doc:"what becomes of several versions: union, whatever any holds; cart, the same less what any knows to be removed; lww, the one written last by its client's clock; server, the store merges, and is told of additions and removals only"`
	Write   string             `yaml:"write" default:"put" one:"put|cas" doc:"how a client writes back: whatever is there by then; or only if nothing else is there, else it reads again"`
	Tries   int                `yaml:"tries" default:"10" min:"1" max:"100" doc:"cas: how often a client tries before it gives up"`
	Reads   random.Probability `yaml:"reads" default:"0" doc:"share of the tasks that only read"`
	Removes random.Probability `yaml:"removes" default:"0" doc:"share of the others that remove an element which they just read; where they read none, they add"`
	Keys    int                `yaml:"keys" default:"3" min:"1" max:"1000000" doc:"how many keys"`
	Timeout time.Duration      `yaml:"timeout" default:"100ms" min:"1us" doc:"an op not answered by then is unknown, whatever becomes of it: make it longer than the slowest way there and back, and than the attempt_timeout of the protocol"`
	Size    int                `yaml:"size" default:"16" min:"1" max:"1048576" unit:"bytes" doc:"size of one element on the wire"`
	Final   bool               `yaml:"final" default:"true" doc:"read every key once more after heal and settle"`
}

// Check implements Workload.
func (c *Collection) Check() error {
	if err := c.sound(c.Rate); err != nil {
		return err
	}
	switch {
	case c.Type == "counter" && c.Merge == "cart":
		return errors.New("merge: nothing is removed from a counter: use union, lww or server")
	case c.Merge == "server" && c.Write == "cas":
		return errors.New("write: with merge: server nothing is written back")
	}
	return nil
}

// Load implements Workload.
func (c *Collection) Load(work, trip time.Duration) int64 {
	return int64(c.steps()) * c.tasks(work, trip*time.Duration(c.steps()), c.Rate)
}

// steps is how many ops a change takes when nothing goes wrong.
func (c *Collection) steps() int {
	if c.Merge == "server" && c.Removes == 0 {
		return 1
	}
	return 2
}

// most is the most ops that a task may take.
func (c *Collection) most() uint32 {
	if c.Write == "cas" {
		return 2 * uint32(c.Tries)
	}
	return 2
}

// Maker implements Workload. The clients of a world share its book.
func (c *Collection) Maker() func(Options) sim.Node {
	common := collector{config: c, book: &book{rows: make([][]*content, c.Clients)}}
	common.among, _ = random.UniformKeys(c.Keys)
	common.rule = map[string]rule{"union": unite, "cart": remember, "lww": latest}[c.Merge]
	common.pacing = c.pacing(c.Rate)
	common.ops, common.final, common.named = c.most(), c.Final, uint32(c.Keys)
	return func(o Options) sim.Node {
		n := common
		n.options, n.job = o, &n
		n.open()
		return &n
	}
}
