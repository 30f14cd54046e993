package statements_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/nodes/kv"
	"simrun/nodes/statements"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/sim/simtest"
	"simrun/workloads"
)

const ms = time.Millisecond

func config(ship string) statements.Config {
	return statements.Config{
		Ship: ship, Leaders: 1, IDs: "shared", Rows: 24, Owners: 4, RowBytes: 60, PageRows: 4, Placement: "drawn",
		Tick: ms, CatchUp: "tail", TailLimit: 4, Batch: 8, Fanout: 4, Depth: 2, Window: 16,
		Checkpoint: 16, Heartbeat: 50 * ms, Patience: 20 * ms, Resend: 100 * ms,
	}
}

func commands() *workloads.Statements {
	rate, _ := random.ParseRate("100/s")
	some, _ := random.ParseProbability("0.2")
	return &workloads.Statements{
		Clients: 3, Rate: rate, Sessions: 2, Command: "mixed",
		Mix:     workloads.Mix{Now: 1, Random: 1, Insert: 3, Limit: 2, Transfer: 3, Raise: 1, Delete: 2, Trigger: 1},
		Refused: some, Reads: some, ReadAt: "replica", Rows: 40, Owners: 4, Timeout: 250 * ms, Size: 40,
	}
}

// world is three servers and three clients for a few seconds under drawn faults.
func world(t testing.TB, c statements.Config, work *workloads.Statements, last time.Duration, nemesis *fault.Nemesis) *kernel.World {
	require.NoError(t, c.Check())
	require.NoError(t, work.Check())
	latency, err := random.Spec{Exponential: &random.Exponential{Mean: 3 * ms}}.Compile()
	require.NoError(t, err)
	syncs, err := random.Spec{Exponential: &random.Exponential{Mean: ms}}.Compile()
	require.NoError(t, err)
	k := kernel.Config{
		Work: last, Quiet: 2 * time.Second, Settle: time.Minute, Final: time.Second,
		Network: network.Config{Links: []network.Link{{Latency: latency}}},
	}
	members, names := []sim.NodeID{1, 2, 3}, []string{"n1", "n2", "n3"}
	for _, name := range names {
		k.Nodes = append(k.Nodes, kernel.Node{Name: name, New: statements.New(c, members), Sync: syncs, Checksums: true, WallSpread: 20 * ms})
	}
	client := work.Maker()
	for i := range work.Count() {
		connect := func() kv.Client { return statements.NewClient(c, members, members[i%3]) }
		o := workloads.Options{Client: uint16(i + 1), Connect: connect, End: last}
		k.Nodes = append(k.Nodes, kernel.Node{Name: fmt.Sprint("c", i+1), Client: true, New: func(sim.NodeID) sim.Node { return client(o) }})
	}
	if nemesis != nil {
		k.Nemesis = func(s *random.Source) fault.Schedule {
			draw := func(subject uint64, p random.Purpose) uint64 { return s.Draw(random.Address(subject), p) }
			return nemesis.Schedule(draw, names, nil, last)
		}
	}
	return kernel.New(k)
}

func storm() *fault.Nemesis {
	n := fault.NewNemesis()
	n.Chance, n.MostFactor, n.MostDelay, n.Longest = 1<<63, 5, 50*ms, 2*time.Second
	return &n
}

// seeds is how many universes a test visits: few in CI, a thousand where there is time.
func seeds(few uint64) uint64 {
	if os.Getenv("SIMRUN_LONG") != "" {
		return 1000
	}
	return few
}

func verdicts(run *record.Run) map[string]checks.Verdict {
	all := map[string]checks.Verdict{}
	for _, r := range checks.Judge(run, checks.Options{}) {
		all[r.Verdict.Checker] = r.Verdict
	}
	return all
}

// TestRowsAndPagesNeverDiverge, whatever goes wrong, in each way of catching up.
func TestRowsAndPagesNeverDiverge(t *testing.T) {
	for _, ship := range []string{"rows", "cells", "pages"} {
		for _, way := range []string{"log", "tail", "snapshot", "merkle"} {
			t.Run(ship+" "+way, func(t *testing.T) {
				c := config(ship)
				c.CatchUp, c.Compact = way, 300*ms
				w := world(t, c, commands(), 4*time.Second, storm())
				judged := 0
				for seed := uint64(1); seed <= seeds(6); seed++ {
					run := w.Run(seed)
					require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
					require.True(t, run.Phases.Converged, "seed %d does not settle", seed)
					for name, v := range verdicts(run) {
						ok := v.Result != checks.Fail || name == "unavailable"
						require.True(t, ok, "seed %d: %s: %s\n%s", seed, name, v.Why, v.Witness.Text)
						if name == "caught_up" && v.Result == checks.Pass {
							judged++
						}
					}
					requireWhole(t, run, seed)
				}
				require.Positive(t, judged, "nobody ever had to catch up")
			})
		}
	}
}

// requireWhole: every acknowledged command is on every server.
func requireWhole(t *testing.T, run *record.Run, seed uint64) {
	applied := map[sim.NodeID]uint64{}
	stored := map[sim.OpID]bool{}
	for _, o := range run.Observations {
		switch o.Fact {
		case sim.Replica:
			applied[o.Node] = o.A
		case sim.Stored:
			stored[o.Op] = true
		}
	}
	require.Equal(t, applied[1], applied[2], "seed %d", seed)
	require.Equal(t, applied[1], applied[3], "seed %d", seed)
	for i := range run.History.Ops {
		if op := &run.History.Ops[i]; op.Code == sim.Execute && op.Outcome == sim.OK {
			require.True(t, stored[op.ID()], "seed %d: %v", seed, op.ID())
		}
	}
}

// TestTwoLeadersSettle under faults: every command of both is executed everywhere, and what
// does not depend on the order is the same.
func TestTwoLeadersSettle(t *testing.T) {
	c := config("command")
	c.Leaders, c.IDs = 2, "striped"
	work := commands()
	work.Command = "raise"
	w := world(t, c, work, 3*time.Second, storm())
	for seed := uint64(1); seed <= seeds(10); seed++ {
		run := w.Run(seed)
		require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
		requireWhole(t, run, seed)
		v := verdicts(run)
		require.Equal(t, checks.Pass, v["replicas_agree"].Result, "seed %d: %s", seed, v["replicas_agree"].Witness.Text)
		require.NotEqual(t, checks.Fail, v["caught_up"].Result)
	}
}

// TestTheSameSeedTheSameDigest, with everything that can differ switched on.
func TestTheSameSeedTheSameDigest(t *testing.T) {
	c := config("command")
	c.Compact = 200 * ms
	first := world(t, c, commands(), 2*time.Second, storm()).Run(7).Digest
	w := world(t, c, commands(), 2*time.Second, storm())
	w.Run(6)
	require.Equal(t, first, w.Run(7).Digest)
}

// TestContract holds the server, its messages and its records against the contract.
func TestContract(t *testing.T) {
	for _, ship := range []string{"captured", "pages"} {
		for _, way := range []string{"snapshot", "merkle"} {
			t.Run(ship+" "+way, func(t *testing.T) {
				c := config(ship)
				c.CatchUp, c.TailLimit, c.Compact, c.Before = way, 0, 100*ms, ship == "pages"
				members := []sim.NodeID{1, 2}
				server, client := statements.New(c, members), commands().Maker()
				simtest.Node(t, simtest.Cast{Names: []string{"n1", "n2", "c1"}, New: func(self sim.NodeID) sim.Node {
					if self <= 2 {
						return server(self)
					}
					return client(workloads.Options{Client: 1, End: time.Minute, Connect: func() kv.Client {
						return statements.NewClient(c, members, 2)
					}})
				}})
			})
		}
	}
}

func TestConfigurationsThatMakeNoSense(t *testing.T) {
	for want, edit := range map[string]func(c *statements.Config){
		"ship": func(c *statements.Config) { c.Ship, c.Leaders = "pages", 2 },
		"catch_up": func(c *statements.Config) {
			c.CatchUp, c.Leaders = "merkle", 2
		},
		"before": func(c *statements.Config) { c.Ship, c.Before = "command", true },
		"ids":    func(c *statements.Config) { c.IDs = "striped" },
		"depth":  func(c *statements.Config) { c.Fanout, c.Depth = 64, 8 },
	} {
		c := config("rows")
		require.NoError(t, c.Check())
		edit(&c)
		var located interface{ Path() string }
		require.ErrorAs(t, c.Check(), &located)
		require.Equal(t, want, located.Path())
	}
	c := config("rows")
	c.Leaders = 2
	require.Error(t, c.Fits(1))
	require.NoError(t, c.Fits(2))
}
