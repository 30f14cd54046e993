package checks

import (
	"math/rand"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// large is a run of many ops: clients that each issue one op after another, reads
// that return something a little old now and then, and the facts of three replicas.
func large(ops, keys, clients int, siblings bool) *record.Run {
	random := rand.New(rand.NewSource(1))
	run := &record.Run{Names: []string{"", "n1", "n2", "n3"}}
	free := make([]uint32, clients)
	numbers := make([]uint32, clients)
	written := make([][]sim.OpID, keys)
	type ending struct {
		result sim.Result
		stamp  uint32
	}
	var ends []ending
	stamp := uint32(0)
	observe := func(fact sim.Observation, node sim.NodeID) {
		run.Observations = append(run.Observations, record.Observation{
			Observation: fact,
			At:          time.Duration(stamp) * time.Microsecond, Stamp: stamp, Life: 1, Node: node,
		})
	}
	for i := range ops {
		stamp += 4
		c := i % clients
		stamp = max(stamp, free[c])
		numbers[c]++
		id := sim.NewOpID(uint16(c+1), numbers[c])
		key := random.Intn(keys)
		free[c] = stamp + uint32(random.Intn(8*clients)) + 3
		call := sim.Call{Op: id, Key: sim.Key(key), Session: 1, Code: sim.Get}
		result := sim.Result{Op: id, Outcome: sim.OK}
		before := written[key]
		if random.Intn(2) == 0 {
			call.Code, call.Value = sim.Put, sim.Value{ID: id}
			if n := len(before); siblings && n > 0 {
				call.Parents = []sim.OpID{before[n-1]}
			}
			if random.Intn(50) == 0 {
				result.Outcome = sim.Unknown
			}
			written[key] = append(before, id)
			observe(sim.Observation{Fact: sim.Placed, Op: id, Key: call.Key, A: uint64(stamp)}, 1)
			for n := sim.NodeID(1); n <= 3; n++ {
				observe(sim.Observation{Fact: sim.Stored, Op: id, Key: call.Key}, n)
				observe(sim.Observation{Fact: sim.Answered, Op: id, Key: call.Key, A: uint64(n), B: uint64(n)}, 1)
			}
			observe(sim.Observation{Fact: sim.Committed, Op: id, Key: call.Key}, 1)
			for n := sim.NodeID(1); n <= 3 && len(before) > 0; n++ {
				observe(sim.Observation{Fact: sim.Discarded, Why: sim.Resolved, Op: before[len(before)-1], Key: call.Key}, n)
			}
		} else if n := len(before); n > 0 {
			back := 0
			if random.Intn(5) == 0 {
				back = random.Intn(min(n, 20))
			}
			result.Values = []sim.Value{{ID: before[n-1-back]}}
			observe(sim.Observation{Fact: sim.Answered, Op: id, Key: call.Key, A: 1, B: 1}, 1)
		}
		observe(sim.Observation{Fact: sim.Closed, Op: id, Key: call.Key, A: 1, B: 1}, 1)
		run.History.Begin(&call, stamp, time.Duration(stamp)*time.Microsecond)
		ends = append(ends, ending{result, free[c]})
	}
	for i := range ends {
		run.History.End(&ends[i].result, ends[i].stamp, time.Duration(ends[i].stamp)*time.Microsecond)
	}
	finish(run, written, uint16(clients+1), stamp)
	return run
}

// finish adds final reads and copies, all of the newest.
func finish(run *record.Run, written [][]sim.OpID, client uint16, stamp uint32) {
	for key := range written {
		id := sim.NewOpID(client, uint32(key+1))
		run.History.Begin(&sim.Call{Op: id, Key: sim.Key(key), Code: sim.Get, Final: true}, stamp+1000, time.Hour)
		result := sim.Result{Op: id, Outcome: sim.OK}
		if n := len(written[key]); n > 0 {
			result.Values = []sim.Value{{ID: written[key][n-1]}}
		}
		run.History.End(&result, stamp+1001, time.Hour)
		for n := sim.NodeID(1); n <= 3; n++ {
			run.Copies = append(run.Copies, record.Copy{Node: n, Copy: sim.Copy{Key: sim.Key(key), Values: result.Values}})
		}
	}
}

func BenchmarkMillion(b *testing.B) {
	shapes := []struct {
		name     string
		keys     int
		clients  int
		siblings bool
	}{{"register", 100, 30, false}, {"hot", 1, 10, false}, {"siblings", 100, 30, true}, {"wide", 100000, 1000, false}}
	for _, s := range shapes {
		run := large(1_000_000, s.keys, s.clients, s.siblings)
		o := Options{Commits: true, Siblings: s.siblings}
		for _, l := range list() {
			if l.name == "linearizable" {
				continue
			}
			b.Run(s.name+"/"+l.name, func(b *testing.B) {
				for range b.N {
					l.judge(newView(run, o))
				}
			})
		}
		b.Run(s.name+"/together", func(b *testing.B) {
			for range b.N {
				v := newView(run, o)
				for _, l := range list() {
					if l.name != "linearizable" {
						l.judge(v)
					}
				}
			}
		})
	}
}
