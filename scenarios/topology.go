package scenarios

import (
	"fmt"
	"time"

	"simrun/sim/random"
)

// Topology is the nodes of a world and what lies between them.
type Topology struct {
	Nodes       int           `yaml:"nodes" default:"3" min:"1" max:"1000" doc:"how many servers, named n1, n2, ..."`
	Datacentres []Datacentre  `yaml:"datacentres" doc:"places of the servers and clients, in order; without any, there are none"`
	Link        LinkSpec      `yaml:"link" doc:"between any two nodes for which nothing else is said"`
	ClientLink  *LinkSpec     `yaml:"client_link" doc:"between clients and servers, both ways; when absent, as link"`
	Links       []BetweenSpec `yaml:"links" doc:"particular links; the first that matches holds"`
	Server      ServerSpec    `yaml:"server" doc:"what every server runs on"`
	Servers     []SomeServers `yaml:"servers" doc:"servers that run on something else"`
	Clocks      ClockSpec     `yaml:"clocks" doc:"how far the servers' clocks are off, drawn for each server and seed"`
	Near        []string      `yaml:"near" lone:"true" doc:"the server that each client is nearest to, by turns; all of its datacentre, or all, by turns when absent"`
}

// Datacentre is a place with some servers and clients.
type Datacentre struct {
	Name    string `yaml:"name" required:"true" doc:"its name"`
	Nodes   int    `yaml:"nodes" required:"true" min:"0" doc:"how many of the servers stand there, in their order"`
	Clients int    `yaml:"clients" default:"0" min:"0" doc:"how many of the clients are there, in their order; the rest are spread by turns"`
}

// LinkSpec is how messages travel.
type LinkSpec struct {
	Latency   random.Spec        `yaml:"latency" default:"1ms" doc:"time that a message takes"`
	Once      bool               `yaml:"once" default:"false" doc:"draw the latency once for each pair of nodes and run"`
	Ordered   bool               `yaml:"ordered" default:"false" doc:"keep messages of one pair in order"`
	Loss      random.Probability `yaml:"loss" default:"0" doc:"share of messages lost"`
	Duplicate random.Probability `yaml:"duplicate" default:"0" doc:"share of messages delivered twice"`
	Legs      []LegSpec          `yaml:"legs" doc:"latencies of messages of particular kinds"`
}

// LegSpec is the latency of some messages.
type LegSpec struct {
	Messages string      `yaml:"messages" required:"true" doc:"the name of a kind of message, or a class: client, replicate, repair, control"`
	Latency  random.Spec `yaml:"latency" default:"1ms" doc:"time that such a message takes"`
}

// BetweenSpec is a link between particular nodes.
type BetweenSpec struct {
	From     []string `yaml:"from" required:"true" lone:"true" doc:"nodes, clients or datacentres by name, servers, clients, or all"`
	To       []string `yaml:"to" required:"true" lone:"true" doc:"likewise"`
	OneWay   bool     `yaml:"one_way" default:"false" doc:"only from the first to the second"`
	LinkSpec `yaml:",inline"`
}

// ServerSpec is what a server runs on.
type ServerSpec struct {
	Service   *random.Spec `yaml:"service" doc:"time to handle one message; without it handling takes no time"`
	Workers   int          `yaml:"workers" default:"1" min:"1" max:"1024" doc:"messages handled at a time, where there is a service time"`
	Inbox     int          `yaml:"inbox" default:"0" min:"0" doc:"messages that may wait or be in service, beyond which others are refused; 0 is without limit"`
	Sync      random.Spec  `yaml:"sync" default:"0ms" doc:"time that a disk sync takes"`
	Writes    []WriteSpec  `yaml:"writes" doc:"times of syncs by what they make durable; one that covers several takes as long as the slowest"`
	Checksums bool         `yaml:"checksums" default:"true" doc:"whether damage on disk is noticed"`
}

// WriteSpec is how long it takes to make some writes durable.
type WriteSpec struct {
	Records string      `yaml:"records" required:"true" doc:"the name of a file, such as log, or of a kind of record: with Raft vote, for another, and candidacy"`
	Sync    random.Spec `yaml:"sync" default:"0ms" doc:"time that a sync takes which is the first to cover such a record"`
}

// SomeServers is what particular servers run on.
type SomeServers struct {
	Nodes      []string `yaml:"nodes" required:"true" lone:"true" doc:"the servers, by name"`
	ServerSpec `yaml:",inline"`
	Offset     time.Duration  `yaml:"offset" default:"0s" min:"-1000h" doc:"of the wall clock"`
	Drift      random.Decimal `yaml:"drift" default:"0" doc:"of both clocks, in parts per million"`
}

// ClockSpec is how far clocks are off, drawn for each server and seed.
type ClockSpec struct {
	Offset time.Duration  `yaml:"offset" default:"0s" min:"0s" doc:"wall clocks are off by up to this, either way"`
	Drift  random.Decimal `yaml:"drift" default:"0" doc:"clocks drift by up to this many parts per million, either way"`
}

// maxLinks bounds the list of particular links.
const maxLinks = 10_000

// Check judges what the tags cannot.
func (t *Topology) Check() error {
	if len(t.Links) > maxLinks {
		return fieldError{"links", fmt.Errorf("more than %d links", maxLinks)}
	}
	if len(t.Datacentres) == 0 {
		return nil
	}
	total := 0
	for _, d := range t.Datacentres {
		total += d.Nodes
	}
	if total != t.Nodes {
		return fmt.Errorf("the datacentres have %d nodes in all, but nodes is %d", total, t.Nodes)
	}
	return nil
}

// Check judges a link's distributions.
func (l *LinkSpec) Check() error { return compiles("latency", l.Latency) }

// Check judges a leg's distribution.
func (l *LegSpec) Check() error { return compiles("latency", l.Latency) }

// Check judges a write's distribution.
func (w *WriteSpec) Check() error { return compiles("sync", w.Sync) }

// maxWrites is how many writes a disk can tell apart.
const maxWrites = 63

// Check judges a server's distributions.
func (s *ServerSpec) Check() error {
	if s.Service != nil {
		if err := compiles("service", *s.Service); err != nil {
			return err
		}
	}
	if len(s.Writes) > maxWrites {
		return fieldError{"writes", fmt.Errorf("more than %d kinds of writes", maxWrites)}
	}
	return compiles("sync", s.Sync)
}

func compiles(field string, s random.Spec) error {
	if _, err := s.Compile(); err != nil {
		return fieldError{field, err}
	}
	return nil
}

// fieldError is an error of one field.
type fieldError struct {
	path string
	err  error
}

// Error implements error.
func (e fieldError) Error() string { return e.err.Error() }

// Path is the field.
func (e fieldError) Path() string { return e.path }
