package strict

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// The sample is a small scenario of its own, with one of everything.
type sample struct {
	Name     string           `yaml:"name" required:"true" doc:"what it is called"`
	Protocol protocol         `yaml:"protocol" required:"true" doc:"the protocol"`
	Link     link             `yaml:"link" doc:"the links"`
	Faults   []fault          `yaml:"faults" doc:"what goes wrong"`
	Duration time.Duration    `yaml:"duration" default:"10s" max:"24h" doc:"how long"`
	Grid     Pairs[[]Raw]     `yaml:"grid" doc:"the axes"`
	Expect   []expectation    `yaml:"expect" doc:"what is expected"`
	Weights  map[string]uint8 `yaml:"weights" max:"100" doc:"weights by name"`
	Verbose  bool             `yaml:"verbose" doc:"whether to say more"`
	Cache    *cache           `yaml:"cache" doc:"the cache, if any"`
	Requires []string         `yaml:"requires" lone:"true" doc:"what must have happened"`
	hidden   int              //lint:ignore U1000 a field that no decoder may touch
	Skipped  chan int         `yaml:"-"`
}

type protocol struct {
	N      int           `yaml:"n" default:"3" min:"1" max:"64" doc:"copies"`
	R      int           `yaml:"r" default:"2" min:"1" doc:"reads"`
	Quorum string        `yaml:"quorum" default:"strict" one:"strict|sloppy" doc:"how quorums are met"`
	Reads  probability   `yaml:"reads" default:"0.5" max:"0.9" doc:"share of reads"`
	Skew   time.Duration `yaml:"skew" min:"-1s" doc:"clock offset"`
	Small  int8          `yaml:"small" doc:"a small number"`
	Big    uint64        `yaml:"big" unit:"bytes" doc:"a big number"`
}

type pathError struct{ path, text string }

func (e pathError) Error() string { return e.text }
func (e pathError) Path() string  { return e.path }

func (p *protocol) Check() error {
	if p.R > p.N {
		return pathError{"r", fmt.Sprintf("%d is more than n, %d", p.R, p.N)}
	}
	return nil
}

// probability is a decimal of at most three places, in thousandths.
type probability int

func (p *probability) UnmarshalText(text []byte) error {
	digits, ok := strings.CutPrefix(string(text), "0.")
	if !ok || len(digits) == 0 || len(digits) > 3 {
		return errors.New("want a decimal below 1 such as 0.25")
	}
	*p = 0
	for _, digit := range (digits + "00")[:3] {
		if digit < '0' || digit > '9' {
			return errors.New("want a decimal below 1 such as 0.25")
		}
		*p = 10**p + probability(digit-'0')
	}
	return nil
}

func (probability) Pattern() string { return `^0\.[0-9]{1,3}$` }

type link struct {
	Latency distribution `yaml:"latency" doc:"how long a message takes"`
}

type distribution struct {
	Constant    *time.Duration `yaml:"constant" doc:"always this"`
	Exponential *exponential   `yaml:"exponential" doc:"memoryless"`
	Floor       time.Duration  `yaml:"floor" default:"1us" doc:"at least this"`
}

type exponential struct {
	Mean time.Duration `yaml:"mean" required:"true" doc:"the mean"`
}

func (*distribution) OneOf() {}

func (d *distribution) FromScalar(text string) error {
	length, err := ParseDuration(text)
	d.Constant = &length
	return err
}

type fault interface{ Fault() }

type Window struct {
	At  time.Duration `yaml:"at" required:"true" doc:"when it begins"`
	For time.Duration `yaml:"for" doc:"how long it lasts"`
}

func (w *Window) Check() error {
	if w.For == 13*time.Second {
		return pathError{"for", "13s is unlucky"}
	}
	return nil
}

type partition struct {
	Window `yaml:",inline"`
	Groups [][]string `yaml:"groups" doc:"who still sees whom"`
}

type crash struct {
	Window Window `yaml:",inline"`
	Node   string `yaml:"node" required:"true" doc:"who"`
}

func (*partition) Fault() {}
func (crash) Fault()      {}

type expectation struct {
	Never     *string `yaml:"never" doc:"must not happen"`
	Sometimes *string `yaml:"sometimes" doc:"must happen in some run"`
	When      string  `yaml:"when" doc:"in which cells"`
}

func (*expectation) OneOf() {}

type cache struct {
	Size int `yaml:"size" default:"7" doc:"how many"`
}

func (c *cache) Check() []error {
	var all []error
	if c.Size == 13 {
		all = append(all, pathError{"size", "13 is unlucky"}, errors.New("the cache is cursed"))
	}
	if c.Size == 66 {
		panic("order")
	}
	return all
}

func sampleOptions() Options {
	return Options{Unions: map[reflect.Type][]Alternative{
		reflect.TypeFor[fault](): {
			{Kind: "partition", New: func() any { return new(partition) }, Doc: "splits the network"},
			{Kind: "crash", New: func() any { return crash{} }, Doc: "stops a node"},
		},
	}}
}

const goodText = `# a comment
name: quorum-overlap
protocol: {n: 3, r: 1, quorum: sloppy, reads: 0.25, skew: -5ms, big: 18446744073709551615}
link:
  latency:
    exponential: {mean: 1.5ms}
faults:
  - kind: partition
    at: 2s
    for: 3s
    groups: [[n1], [n2, n3]]
  - {kind: crash, at: 1m30s, node: n2}
duration: 100us
grid: {protocol.r: [1, 2, 3], protocol.quorum: [strict, sloppy]}
requires: "partition.crossed >= 10"
expect:
  - {never: stale_reads, when: "r + w > n"}
  - sometimes: lost_writes
weights: {b: 2, a: 1}
verbose: true
cache: {}
`

func decodeSample(text string) (*sample, *Document, Problems) {
	var into sample
	document, problems := Decode("q.yaml", []byte(text), &into, sampleOptions())
	return &into, document, problems
}
