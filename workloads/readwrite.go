package workloads

import (
	"errors"
	"fmt"
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// ReadWrite is reads and writes of unique values.
type ReadWrite struct {
	Clientele `yaml:",inline"`

	Rate    random.Rate        `yaml:"rate" default:"200/s" doc:"ops a second, all clients together"`
	Reads   random.Probability `yaml:"reads" default:"0.5" doc:"share of reads"`
	Deletes random.Probability `yaml:"deletes" default:"0" doc:"share of the writes that are deletes"`
	CAS     random.Probability `yaml:"cas" default:"0" doc:"share of the other writes that are compare-and-set, expecting what the session saw last"`
	Updates int                `yaml:"updates" default:"1" min:"1" max:"1000" doc:"how many keys a task writes that is no read: a transaction of so many blind puts, one after another, without a promise about them together"`
	Keys    int                `yaml:"keys" default:"10" min:"1" max:"1000000" doc:"how many keys"`
	Choice  string             `yaml:"choice" default:"uniform" one:"uniform|zipf|fresh" doc:"which key an op works on; fresh: each write has a key of its own"`
	Skew    random.Decimal     `yaml:"skew" default:"0.99" doc:"zipf: the exponent"`
	Timeout time.Duration      `yaml:"timeout" default:"100ms" min:"1us" doc:"an op not answered by then is unknown, whatever becomes of it: make it longer than the slowest way there and back, and than the attempt_timeout of the protocol"`
	ReadAt  string             `yaml:"read_at" default:"strongest" one:"strongest|leader|replica" doc:"from where reads are served: the protocol's strongest way, the leader alone, or the replica asked"`
	Tokens  bool               `yaml:"tokens" default:"false" doc:"sessions carry tokens, and are never shown less than they have seen"`
	Blind   bool               `yaml:"blind" default:"false" doc:"writes carry no context of what the session saw"`
	Size    int                `yaml:"size" default:"100" min:"0" max:"1048576" unit:"bytes" doc:"size of a value on the wire"`
	Final   bool               `yaml:"final" default:"true" doc:"read every key once more after heal and settle"`
}

// Check implements Workload.
func (c *ReadWrite) Check() error {
	if err := c.sound(c.Rate); err != nil {
		return err
	}
	if c.Choice == "zipf" {
		if _, err := random.ZipfKeys(c.Keys, c.Skew); err != nil {
			return fmt.Errorf("skew: %w", err)
		}
	}
	if c.Updates > 1 && (c.Deletes != 0 || c.CAS != 0 || c.Choice == "fresh") {
		return errors.New("updates: several in a task are puts of drawn keys: deletes and cas must be 0, and choice not fresh")
	}
	if c.Choice == "fresh" && c.Reads != 0 {
		return errors.New("choice: fresh keys are only written: reads must be 0")
	}
	return nil
}

// Load implements Workload.
func (c *ReadWrite) Load(work, trip time.Duration) int64 {
	ops := max(c.Updates, 1)
	return int64(ops) * c.tasks(work, trip*time.Duration(ops), c.Rate)
}

// Maker implements Workload.
func (c *ReadWrite) Maker() func(Options) sim.Node {
	common := readWriter{config: c, among: c.chooser()}
	common.pacing = c.pacing(c.Rate)
	common.ops = uint32(max(c.Updates, 1))
	common.final, common.named, common.size = c.Final, uint32(c.Keys), uint32(c.Size)
	return func(o Options) sim.Node {
		n := common
		n.options, n.job = o, &n
		n.open()
		return &n
	}
}

func (c *ReadWrite) chooser() random.Keys {
	if c.Choice == "zipf" {
		k, _ := random.ZipfKeys(c.Keys, c.Skew)
		return k
	}
	k, _ := random.UniformKeys(c.Keys)
	return k
}

// readPath turns the spelling of a scenario into a read path.
func readPath(text string) kv.ReadPath {
	switch text {
	case "leader":
		return kv.AtLeader
	case "replica":
		return kv.AtReplica
	}
	return kv.Strongest
}
