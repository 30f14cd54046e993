package dynamo

import (
	"time"

	"simrun/nodes/internal/merkle"
	"simrun/nodes/internal/options"
	"simrun/nodes/internal/quorum"
	"simrun/nodes/internal/versions"
)

// Config is how a store replicates. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	N      int    `yaml:"n" default:"3" min:"1" max:"64" doc:"homes of each key"`
	R      int    `yaml:"r" default:"2" min:"1" max:"64" doc:"answers that a read waits for"`
	W      int    `yaml:"w" default:"2" min:"1" max:"64" doc:"acknowledgements that a write waits for"`
	Quorum string `yaml:"quorum" default:"strict" one:"strict|sloppy" doc:"whose answers count: strict, those of the key's homes only; sloppy, those of the first n nodes of its preference list that are not under suspicion"`

	Coordinator string `yaml:"coordinator" default:"node" one:"node|client" doc:"who runs the quorum: the node that the client asks, or the client itself"`

	Versions    string `yaml:"versions" default:"dvv" one:"dvv|lww|vv|crdt" doc:"which versions of a key stay: dvv, all that no other replaces; lww, the one with the last time; vv, those that one version vector for the whole key cannot tell to be replaced; crdt, what a type that merges by itself makes of them"`
	Type        string `yaml:"type" default:"set" one:"set|counter|register|mv-register" doc:"crdt: what a key holds: a set that elements are added to and removed from, a counter, a register of the last value by its time, or one of all concurrent values"`
	VectorLimit int    `yaml:"vector_limit" default:"0" min:"0" max:"1000000" doc:"dvv, vv: entries of a version vector beyond which a put drops those that were not advanced for longest, by the wall clocks; 0 is never"`
	Clock       string `yaml:"clock" default:"coordinator" one:"coordinator|client" doc:"lww: whose wall clock gives a write its time"`

	ReadRepair  string `yaml:"read_repair" default:"async" one:"none|async|sync" doc:"whether a read brings stale homes up to date: after its reply, or w of them before it"`
	ReadFanout  string `yaml:"read_fanout" default:"all" one:"all|r" doc:"which homes a read asks: all, or r drawn ones"`
	WriteFanout string `yaml:"write_fanout" default:"all" one:"all|w|through-one" doc:"which homes a write is sent to: all, w drawn ones and no further, or a drawn one that spreads it to the others from its own queue"`

	Durable bool `yaml:"durable" default:"true" doc:"whether a replica syncs a write to its disk before it acknowledges it"`

	Preload int `yaml:"preload" default:"0" min:"0" max:"10000000" doc:"keys, from k0 on, of which every home has a version on its disk from the beginning: the initial value, which no op wrote and readers take for nothing"`

	VirtualNodes int           `yaml:"virtual_nodes" default:"16" min:"1" max:"1024" doc:"places of each node on the ring; of no effect where there are exactly n nodes"`
	SpreadEvery  time.Duration `yaml:"spread_every" default:"0s" min:"0s" doc:"through-one: time between two writes that a replica takes from its queue"`

	SuspectAfter time.Duration `yaml:"suspect_after" default:"100ms" min:"1ms" doc:"with a sloppy quorum or hints: a node that owes a coordinator an answer for so long is under that one's suspicion until it answers; a write that a home has not acknowledged by then is hinted"`
	PingEvery    time.Duration `yaml:"ping_every" default:"50ms" min:"1ms" doc:"time between two signs of life that a coordinator asks of a node under suspicion"`
	Hints        string        `yaml:"hints" default:"none" one:"none|memory|disk" doc:"what a stand-in does for the home that misses a write: none, what it was given stays among its own data; else it keeps a hint apart, in memory or synced to its disk, until the home has it"`
	HintTTL      time.Duration `yaml:"hint_ttl" default:"3h" min:"0s" doc:"age at which a hint is given up; 0s is never; with tombstone_grace no hint gets older than that"`
	MaxHints     int           `yaml:"max_hints" default:"10000" min:"1" max:"1000000000" doc:"hints that one stand-in keeps for one home, beyond which it refuses"`
	HintReplay   time.Duration `yaml:"hint_replay" default:"500ms" min:"1ms" doc:"time between two looks at all hints: old ones are given up, others replayed, beside the replay at a home's return"`
	HintRate     int           `yaml:"hint_rate" default:"0" min:"0" max:"1000000" unit:"hints a second" doc:"how fast a stand-in replays its hints to one home; 0 is without limit"`

	Writes         string        `yaml:"writes" default:"parallel" one:"parallel|two-phase" doc:"how the homes of a write take it: parallel, each by itself; two-phase, all w of them or none, by two-phase commit with presumed abort"`
	PrepareTimeout time.Duration `yaml:"prepare_timeout" default:"100ms" min:"1ms" doc:"two-phase: how long a coordinator waits for the votes of all w homes before it aborts; attempt_timeout ends the wait too"`
	DecisionRetry  time.Duration `yaml:"decision_retry" default:"100ms" min:"1ms" doc:"two-phase: time between two tellings of a commit to a home that has not acknowledged it; and between two questions of a home that has voted yes and hears nothing"`

	TombstoneGrace time.Duration `yaml:"tombstone_grace" default:"0s" min:"0s" doc:"age, by the wall clocks, at which replicas collect a tombstone; 0s is never"`

	AntiEntropy      string        `yaml:"anti_entropy" default:"none" one:"none|merkle|keys|log" doc:"how homes find out where they differ, besides by reads: merkle, by comparing hash trees, and handing over the leaves that differ; keys, by handing over every key; log, by handing over all that was ever appended"`
	AntiEntropyEvery time.Duration `yaml:"anti_entropy_every" default:"1s" min:"1ms" doc:"time between two exchanges that a node begins, with each peer in turn; quiet should be longer than a round"`
	MerkleFanout     int           `yaml:"merkle_fanout" default:"16" min:"2" max:"65536" doc:"anti_entropy merkle and keys: children of a node of the tree"`
	MerkleDepth      int           `yaml:"merkle_depth" default:"3" min:"0" max:"24" doc:"anti_entropy merkle and keys: levels of the tree below its root"`
	MerkleBatch      int           `yaml:"merkle_batch" default:"0" min:"0" max:"16777216" unit:"hashes" doc:"the most hashes that one message asks for; 0 is without limit"`

	Members        int           `yaml:"members" default:"0" min:"0" max:"1000" doc:"how many of the servers, from the first, form the ring at the start, the rest being spares; from then on the faults join, leave and replace change it; 0 is all of them, for good"`
	RingChange     string        `yaml:"ring_change" default:"safe" one:"safe|eager" doc:"with members: whom reads and writes ask while a new home is being given what it is to hold: safe, reads the old homes, writes w of the old and w of the new ones; eager, both the new ones at once"`
	TransferBatch  int           `yaml:"transfer_batch" default:"64" min:"1" max:"100000" unit:"keys" doc:"with members: how many keys a home hands over in one message to a new home"`
	ChangePatience time.Duration `yaml:"change_patience" default:"10s" min:"1ms" doc:"with members: how long a change of the ring may wait for data from or to nodes under suspicion before it is given up, to be tried again when they are back"`

	Detection   string        `yaml:"detection" default:"timeouts" one:"timeouts|gossip" doc:"how a node that coordinates comes to suspect others: timeouts, by answers that they owe it; gossip, by heartbeats that all nodes tell each other of"`
	GossipEvery time.Duration `yaml:"gossip_every" default:"200ms" min:"1ms" doc:"with members, or detection: gossip: time between two heartbeats of a node, each told to a drawn other one"`
	SuspectPhi  int           `yaml:"suspect_phi" default:"8" min:"1" max:"100" doc:"with gossip: the level of suspicion (phi accrual) at which a node is taken to be down: 10^-phi is about the chance that its next heartbeat is only late"`

	Attempts       int           `yaml:"attempts" default:"1" min:"1" max:"255" doc:"how often a client tries what is safe to try again: gets; and puts where a repeated put is the same write, that is where the client coordinates or gives the time"`
	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"200ms" min:"10us" doc:"how long a try lasts; also how long a node that coordinates waits for a quorum"`

	variant `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{
		N: 3, R: 2, W: 2, Quorum: "strict", Coordinator: "node", Versions: "dvv", Type: "set", Clock: "coordinator",
		ReadRepair: "async", ReadFanout: "all", WriteFanout: "all", Durable: true, VirtualNodes: 16,
		SuspectAfter: 100 * time.Millisecond, PingEvery: 50 * time.Millisecond, Hints: "none", HintTTL: 3 * time.Hour,
		MaxHints: 10000, HintReplay: 500 * time.Millisecond,
		Writes: "parallel", PrepareTimeout: 100 * time.Millisecond, DecisionRetry: 100 * time.Millisecond,
		AntiEntropy: "none", AntiEntropyEvery: time.Second, MerkleFanout: 16, MerkleDepth: 3,
		RingChange: "safe", TransferBatch: 64, ChangePatience: 10 * time.Second,
		Detection: "timeouts", GossipEvery: 200 * time.Millisecond, SuspectPhi: 8,
		Attempts: 1, AttemptTimeout: 200 * time.Millisecond,
	}
}

// Check judges the options against each other; each alone is bounded by its tags. A
// choice that would do nothing is refused. The numbers of a feature that is off are not:
// so a grid may turn it on and off with all else the same.
func (c Config) Check() error {
	switch {
	case c.R > c.N:
		return options.Wrong("r", "%d answers are asked for, but a key has only %d homes", c.R, c.N)
	case c.W > c.N:
		return options.Wrong("w", "%d acknowledgements are asked for, but a key has only %d homes", c.W, c.N)
	case c.SpreadEvery > 0 && c.WriteFanout != "through-one":
		return options.Wrong("spread_every", "only write_fanout: through-one has a queue to spread from")
	case c.Quorum == "sloppy" && c.WriteFanout == "through-one":
		return options.Wrong("quorum", "with write_fanout: through-one a coordinator asks one home only, and nobody can stand in for the others")
	case c.Hints != "none" && c.WriteFanout == "through-one":
		return options.Wrong("hints", "with write_fanout: through-one a coordinator asks one home only, and cannot tell who misses the write")
	}
	if c.AntiEntropy == "log" && c.Versions == "vv" {
		return options.Wrong("anti_entropy", "a log brings back single versions, and vectors for whole keys cannot tell them from new ones: use merkle or keys")
	}
	if err := c.shape().Check(); err != nil {
		return options.Wrong("merkle_depth", "%v", err)
	}
	if err := c.checkVersions(); err != nil {
		return err
	}
	if err := c.checkTransactions(); err != nil {
		return err
	}
	return c.checkRing()
}

// shape is that of the trees of anti-entropy: each covers all of its key range,
// wherever that stands on the ring.
func (c *Config) shape() merkle.Shape {
	return merkle.Shape{Fanout: c.MerkleFanout, Depth: c.MerkleDepth}
}

// Fits judges the options against the number of members.
func (c Config) Fits(members int) error {
	if c.N > members {
		return options.Wrong("n", "%d homes are asked for, but there are only %d nodes", c.N, members)
	}
	return c.fitsRing(members)
}

// Overlap tells whether every read quorum meets every write quorum.
func (c Config) Overlap() bool { return quorum.Overlap(c.N, c.R, c.W) }

// repair is when a read brings stale homes up to date.
type repair uint8

const (
	repairNone repair = iota
	repairAsync
	repairSync
)

// plan is a Config made ready for the handlers.
type plan struct {
	n, r, w     int
	rule        versions.Rule
	datatype    datatype
	vectorLimit int
	repair      repair
	readSome    bool // read_fanout: r
	writeSome   bool // write_fanout: w
	throughOne  bool
	durable     bool
	byClient    bool // the client coordinates
	clientTime  bool // the client gives a write its time
	preload     int
	virtual     int
	every       time.Duration
	attempts    uint8
	patience    time.Duration
	interest    time.Duration // how long late answers are of interest

	sloppy                  bool
	hints                   custody
	suspectAfter, pingEvery time.Duration
	hintTTL, hintReplay     time.Duration
	hintGap                 time.Duration
	maxHints                int
	grace                   time.Duration

	twoPhase                      bool
	prepareTimeout, decisionRetry time.Duration
	entropy                       entropy
	entropyEvery                  time.Duration
	entropyBatch                  int
	shape                         merkle.Shape
	ring                          ringPlan
	variant
}

func (c *Config) plan() *plan {
	p := &plan{
		n: c.N, r: c.R, w: c.W, rule: c.rule(), datatype: c.datatype(), vectorLimit: c.VectorLimit, durable: c.Durable, preload: c.Preload, virtual: c.VirtualNodes, every: c.SpreadEvery,
		readSome: c.ReadFanout == "r", writeSome: c.WriteFanout == "w", throughOne: c.WriteFanout == "through-one",
		byClient: c.Coordinator == "client", clientTime: c.Clock == "client",
		attempts: uint8(c.Attempts), patience: c.AttemptTimeout, variant: c.variant,
	}
	switch c.ReadRepair {
	case "async":
		p.repair = repairAsync
	case "sync":
		p.repair = repairSync
	}
	p.standIns(c)
	p.twoPhase, p.prepareTimeout, p.decisionRetry = c.Writes == "two-phase", c.PrepareTimeout, c.DecisionRetry
	p.antiEntropy(c)
	p.ring = c.ringPlan()
	return p
}

// standIns makes ready what concerns homes that are silent.
func (p *plan) standIns(c *Config) {
	p.sloppy, p.suspectAfter, p.pingEvery = c.Quorum == "sloppy", c.SuspectAfter, c.PingEvery
	p.hintTTL, p.hintReplay, p.hintGap, p.maxHints = c.HintTTL, c.HintReplay, hintGap(c.HintRate), c.MaxHints
	p.grace, p.interest = c.TombstoneGrace, p.patience
	switch c.Hints {
	case "memory":
		p.hints = custodyMemory
	case "disk":
		p.hints = custodyDisk
	}
	if p.hintVolatile() && p.hints == custodyDisk {
		p.hints = custodyMemory
	}
	if p.watches() {
		p.interest = max(p.patience, hintTries*p.suspectAfter)
	}
}

// antiEntropy makes ready what concerns the comparison of replicas.
func (p *plan) antiEntropy(c *Config) {
	p.entropyEvery, p.entropyBatch, p.shape = c.AntiEntropyEvery, c.MerkleBatch, c.shape()
	switch c.AntiEntropy {
	case "merkle":
		p.entropy = entropyTree
	case "keys":
		p.entropy = entropyKeys
	case "log":
		p.entropy = entropyLog
	}
}

// hintTries is how many stand-ins may be tried for one write, each after another
// has been silent for suspect_after.
const hintTries = 4

// watches tells whether coordinators form an opinion of the nodes that they ask.
func (p *plan) watches() bool { return p.sloppy || p.hints != custodyNone }

// repeatable tells whether a put that is tried again is still the same write.
func (p *plan) repeatable() bool {
	return p.byClient || p.clientTime && p.rule == versions.LastWrite && !p.twoPhase
}
