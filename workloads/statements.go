package workloads

import (
	"errors"
	"slices"
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// Statements is commands on a table of accounts, and reads of its rows. Arrivals are
// on schedule, whatever the replies.
type Statements struct {
	Clients  int                `yaml:"clients" default:"4" min:"1" max:"1000" doc:"how many clients, named c1, c2, ..."`
	Rate     random.Rate        `yaml:"rate" default:"100/s" doc:"ops a second, all clients together"`
	Sessions int                `yaml:"sessions" default:"4" min:"1" max:"256" doc:"ops that one client may have under way"`
	Command  string             `yaml:"command" default:"mixed" one:"mixed|now|random|insert|limit-1|transfer|raise|delete|trigger" doc:"commands of one kind alone, or mixed by their weights"`
	Mix      Mix                `yaml:"mix" doc:"mixed: the weights of the kinds of commands"`
	Refused  random.Probability `yaml:"refused" default:"0.1" doc:"share of the inserts that break a constraint: the leader refuses them after it has taken an id"`
	Reads    random.Probability `yaml:"reads" default:"0" doc:"share of reads, of one row each"`
	ReadAt   string             `yaml:"read_at" default:"leader" one:"leader|replica" doc:"from where reads are served"`
	Rows     int                `yaml:"rows" default:"64" min:"1" max:"1000000" doc:"commands name rows from 1 to this"`
	Owners   int                `yaml:"owners" default:"8" min:"1" max:"1000000" doc:"commands name owners below this"`
	Timeout  time.Duration      `yaml:"timeout" default:"300ms" min:"1us" doc:"an op not answered by then is unknown"`
	Size     int                `yaml:"size" default:"100" min:"0" max:"1048576" unit:"bytes" doc:"size of a command's text on the wire"`
}

// Mix is the weight of each kind of command.
type Mix struct {
	Now      int `yaml:"now" default:"1" min:"0" max:"1000000" doc:"set a row's stamp to now()"`
	Random   int `yaml:"random" default:"1" min:"0" max:"1000000" doc:"set a row's amount to random()"`
	Insert   int `yaml:"insert" default:"2" min:"0" max:"1000000" doc:"insert a row under the next auto-increment id"`
	Limit    int `yaml:"limit-1" default:"2" min:"0" max:"1000000" doc:"add to one row of an owner, in no order"`
	Transfer int `yaml:"transfer" default:"4" min:"0" max:"1000000" doc:"move an amount between rows, if it is covered"`
	Raise    int `yaml:"raise" default:"1" min:"0" max:"1000000" doc:"add to every row of an owner"`
	Delete   int `yaml:"delete" default:"1" min:"0" max:"1000000" doc:"delete a row"`
	Trigger  int `yaml:"trigger" default:"1" min:"0" max:"1000000" doc:"add to a row, with triggers"`
}

// weights lists the weights in the order of the verbs.
func (m *Mix) weights() []int {
	return []int{m.Now, m.Random, m.Insert, m.Limit, m.Transfer, m.Raise, m.Delete, m.Trigger}
}

// mostAmount bounds what a command adds or moves.
const mostAmount = 40

// Check implements Workload.
func (c *Statements) Check() error {
	if c.Rows > kv.MaxOther || c.Owners >= kv.MaxOther {
		return errors.New("rows: a command cannot name so many rows or owners")
	}
	if c.Mix == (Mix{}) {
		return errors.New("mix: one weight at least must be above zero")
	}
	return checkPace(c.Rate, c.Clients, "open", random.Spec{})
}

// Count implements Workload.
func (c *Statements) Count() int { return c.Clients }

// Load implements Workload.
func (c *Statements) Load(work, trip time.Duration) int64 {
	return tasksIn(work, trip, c.Rate, "open", random.Spec{}, c.Clients*c.Sessions)
}

// Maker implements Workload.
func (c *Statements) Maker() func(Options) sim.Node {
	common := commander{config: c}
	common.pacing = pacing{clients: uint32(c.Clients), ops: 1, size: uint32(c.Size)}
	common.gap, _ = gapsOf(c.Rate, c.Clients, "poisson")
	return func(o Options) sim.Node {
		n := common
		n.options, n.job = o, &n
		for i := range c.Sessions {
			n.sessions = append(n.sessions, session{
				client: o.Client, number: uint32(i), store: o.Connect(), limit: c.Timeout, blind: true,
			})
		}
		return &n
	}
}

// verb picks what a command does.
func (c *Statements) verb(word uint64) kv.Verb {
	if i := slices.Index(kv.Verbs(), c.Command); i >= 0 {
		return kv.Verb(i + 1)
	}
	total := 0
	for _, weight := range c.Mix.weights() {
		total += weight
	}
	pick := int(sim.Below(word, uint64(total)))
	for i, weight := range c.Mix.weights() {
		if pick < weight {
			return kv.Verb(i + 1)
		}
		pick -= weight
	}
	panic("the weights do not add up")
}

// command draws the arguments of a command from one word.
func (c *Statements) command(verb kv.Verb, word uint64) kv.Command {
	draw := func(purpose, n uint64) uint64 { return sim.Below(random.Mix(word, purpose), n) }
	order := kv.Command{Verb: verb, Amount: 1 + int32(draw(3, mostAmount))}
	if verb != kv.InsertRow && verb != kv.UpdateOne && verb != kv.UpdateAll {
		order.Row = sim.Key(1 + draw(1, uint64(c.Rows)))
	}
	switch verb {
	case kv.Transfer:
		order.Other = uint32(1 + draw(2, uint64(c.Rows)))
	case kv.InsertRow, kv.UpdateOne, kv.UpdateAll:
		order.Other = uint32(draw(2, uint64(c.Owners)))
	}
	if verb == kv.InsertRow && c.Refused.Hit(random.Mix(word, 4)) {
		order.Amount = -order.Amount
	}
	return order
}
