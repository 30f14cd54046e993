package fault_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
)

const ms = time.Millisecond

// note is what probes send each other; copies are of class replicate, others of
// class control.
type note struct {
	number uint64
	copied bool
}

func (n *note) Kind() sim.Kind {
	if n.copied {
		return sim.Kind{Class: sim.Replicate, Code: 2, Name: "copy"}
	}
	return sim.Kind{Class: sim.Control, Code: 1, Name: "note"}
}
func (n *note) Subject() sim.Subject { return sim.NumberSubject(n.number) }
func (n *note) Encode(e *sim.Encoder) {
	e.Uint("number", n.number)
}

// entry is one line of what probes saw.
type entry struct {
	what   string // start, tick, note, copy, synced, failed, elect, join, leave, handover
	node   sim.NodeID
	from   sim.NodeID
	life   int
	number uint64
	at     time.Duration // on the node's monotonic clock
	wall   time.Duration
	disk   int   // records on disk
	first  error // of reading the newest record
}

// journal is what all probes of a run saw, in true order.
type journal struct {
	entries []entry
	run     *record.Run
	lives   map[sim.NodeID]int
}

// probe ticks every 10 ms. With each tick it writes and syncs a record, and sends a
// note and a copy to everyone else, all numbered by the time on its clock. With its
// eighth tick n3 becomes the leader.
type probe struct {
	journal *journal
	self    sim.NodeID
	nodes   int
	life    int
}

func (p *probe) write(env *sim.Env, e entry) {
	e.node, e.life, e.at, e.wall, e.disk = p.self, p.life, env.Now(), env.Wall(), env.Disk().Len("log")
	if e.disk > 0 {
		_, e.first = env.Disk().Read("log", e.disk-1)
	}
	p.journal.entries = append(p.journal.entries, e)
}

func (p *probe) Start(env *sim.Env) {
	p.write(env, entry{what: "start"})
	p.arm(env)
}

// arm sets the timer for the next whole 10 ms.
func (p *probe) arm(env *sim.Env) {
	next := (env.Now()/(10*ms) + 1) * 10 * ms
	env.After(next-env.Now(), sim.Timer{Kind: 1, A: uint64(next / (10 * ms))})
}

func (p *probe) Timeout(env *sim.Env, t sim.Timer) {
	if t.Kind != 1 {
		switch t.Kind {
		case sim.SignalElect:
			p.write(env, entry{what: "elect"})
		case sim.SignalJoin:
			p.write(env, entry{what: "join", number: t.A})
			env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, B: sim.Member})
		case sim.SignalHandover:
			p.write(env, entry{what: "handover", number: t.A})
		case sim.SignalLeave:
			p.write(env, entry{what: "leave"})
			env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, B: sim.Member})
		}
		return
	}
	env.Disk().Append("log", &note{number: t.A})
	p.write(env, entry{what: "tick", number: t.A})
	if p.self == 3 && t.A == 8 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: 1, B: sim.Leader})
	}
	env.Sync(t.A)
	for to := sim.NodeID(1); int(to) <= p.nodes; to++ {
		if to != p.self {
			env.Send(to, &note{number: t.A})
			env.Send(to, &note{number: t.A, copied: true})
		}
	}
	p.arm(env)
}

func (p *probe) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	p.write(env, entry{what: m.Kind().Name, from: from, number: m.(*note).number})
}

func (p *probe) Synced(env *sim.Env, s sim.Sync) {
	what := "synced"
	if s.Failed {
		what = "failed"
	}
	p.write(env, entry{what: what, number: s.Tag})
}

// play runs five servers (n1 and n2 in the east, the others in the west) and a
// client c1 (in the east) for 200 ms. Every message travels for 5 ms, every sync
// takes 1 ms.
func play(t testing.TB, seed uint64, schedule ...fault.Entry) *journal {
	t.Helper()
	j := &journal{lives: map[sim.NodeID]int{}}
	config := kernel.Config{
		Work: 200 * ms, Quiet: 20 * ms, Settle: 20 * ms, Schedule: schedule, Check: true,
		Network: network.Config{Links: []network.Link{{Latency: always(t, 5*ms)}}},
	}
	for i, name := range []string{"n1", "n2", "n3", "n4", "n5", "c1"} {
		place := "west"
		if i < 2 || name == "c1" {
			place = "east"
		}
		config.Nodes = append(config.Nodes, kernel.Node{
			Name: name, Place: place, Client: name == "c1", Sync: always(t, ms), Checksums: true,
			New: func(self sim.NodeID) sim.Node {
				j.lives[self]++
				return &probe{journal: j, self: self, nodes: 6, life: j.lives[self]}
			},
		})
	}
	j.run = kernel.New(config).Run(seed)
	require.Equal(t, record.Finished, j.run.Stop.Reason, j.run.Stop.Panic)
	return j
}

func always(t testing.TB, d time.Duration) random.Dist {
	dist, err := random.Always(d).Compile()
	require.NoError(t, err)
	return dist
}

// from52to92 is when most faults of these tests are in force: the messages of tick 5
// are in flight when they begin, and nothing is when they end.
func from52to92(f fault.Fault) fault.Entry { return fault.Entry{At: 52 * ms, For: 40 * ms, Fault: f} }

// of gives the entries of a kind at a node, from whom it comes where that is given.
func (j *journal) of(what string, node, from sim.NodeID) []entry {
	var found []entry
	for _, e := range j.entries {
		if e.what == what && e.node == node && (from == sim.Nobody || e.from == from) {
			found = append(found, e)
		}
	}
	return found
}

// missing gives which of the first 15 notes from one node did not reach another.
func (j *journal) missing(from, to sim.NodeID) []int {
	got := map[uint64]bool{}
	for _, e := range j.of("note", to, from) {
		got[e.number] = true
	}
	var lost []int
	for n := 1; n <= 15; n++ {
		if !got[uint64(n)] {
			lost = append(lost, n)
		}
	}
	return lost
}

// arrivals gives when a note from one node reached another.
func (j *journal) arrivals(what string, from, to sim.NodeID, number uint64) []time.Duration {
	var times []time.Duration
	for _, e := range j.of(what, to, from) {
		if e.number == number {
			times = append(times, e.at)
		}
	}
	return times
}

// lost tells which pairs of nodes had a given loss, as a set of {from, to}.
func (j *journal) lost(t testing.TB, want []int) map[[2]sim.NodeID]bool {
	pairs := map[[2]sim.NodeID]bool{}
	for from := sim.NodeID(1); from <= 6; from++ {
		for to := sim.NodeID(1); to <= 6; to++ {
			if from == to {
				continue
			}
			if missing := j.missing(from, to); missing != nil {
				require.Equal(t, want, missing, "%d -> %d", from, to)
				pairs[[2]sim.NodeID{from, to}] = true
			}
		}
	}
	return pairs
}

// both makes pairs in both directions.
func both(pairs ...[2]sim.NodeID) map[[2]sim.NodeID]bool {
	all := map[[2]sim.NodeID]bool{}
	for _, p := range pairs {
		all[p], all[[2]sim.NodeID{p[1], p[0]}] = true, true
	}
	return all
}

func TestWithoutFaultsNothingIsWrong(t *testing.T) {
	j := play(t, 1)
	require.Empty(t, j.lost(t, nil))
	for _, e := range j.entries {
		require.NoError(t, e.first)
		require.Equal(t, e.at, e.wall)
		require.Equal(t, 1, e.life)
	}
	require.Equal(t, []time.Duration{55 * ms}, j.arrivals("note", 1, 2, 5))
	require.Empty(t, j.run.Faults)
}
