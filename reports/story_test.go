package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

const ms = time.Millisecond

var (
	staleWrite = sim.NewOpID(1, 9)
	staleRead  = sim.NewOpID(2, 17)
)

// staleStory is a run in which c1 writes to n1 and n3 while n2 is cut off, and c2
// then reads from n2.
func staleStory(t *testing.T) *record.Run {
	r := &record.Run{Seed: 1, Names: []string{"", "n1", "n2", "n3", "c1", "c2"}}
	r.Faults = []record.Fault{
		{Name: "partition", Injected: 1900 * ms, Healed: 5 * time.Second, Stamp: 5, Text: "n1 n3 | n2"},
		{Name: "crash", Injected: 8 * time.Second, Healed: 9 * time.Second, Stamp: 900, Text: "n3"},
	}
	h := &r.History
	require.True(t, h.Begin(&sim.Call{Op: staleWrite, Code: sim.Put, Key: 3, Value: sim.Value{ID: staleWrite}}, 10, 2000*ms))
	observe := func(stamp uint32, at time.Duration, node sim.NodeID, o sim.Observation) {
		r.Observations = append(r.Observations, record.Observation{Observation: o, At: at, Stamp: stamp, Life: 1, Node: node})
	}
	observe(14, 2002*ms, 1, sim.Observation{Fact: sim.Stored, Why: sim.Durable, Key: 3, Op: staleWrite})
	observe(16, 2003*ms, 3, sim.Observation{Fact: sim.Stored, Why: sim.Durable, Key: 3, Op: staleWrite})
	observe(18, 2004*ms, 1, sim.Observation{Fact: sim.Answered, Key: 3, Op: staleWrite, A: 3, B: 3, C: uint64(staleWrite)})
	observe(19, 2004*ms, 1, sim.Observation{Fact: sim.Closed, Key: 3, Op: staleWrite, A: 2, B: 2})
	observe(20, 2004*ms, 1, sim.Observation{Fact: sim.Stored, Key: 4, Op: sim.NewOpID(1, 8)})
	require.True(t, h.End(&sim.Result{Op: staleWrite, Outcome: sim.OK, Served: 1}, 21, 2005*ms))
	require.True(t, h.Begin(&sim.Call{Op: staleRead, Code: sim.Get, Key: 3}, 30, 2089*ms))
	observe(33, 2090*ms, 2, sim.Observation{Fact: sim.Answered, Key: 3, Op: staleRead, A: 2, B: 2})
	require.True(t, h.End(&sim.Result{Op: staleRead, Outcome: sim.OK, Served: 2, Values: []sim.Value{{}}}, 35, 2091*ms))
	r.Trace = []record.Event{
		{At: 2001 * ms, Stamp: 12, Kind: record.Lost, Node: 2, From: 1, Subject: sim.OpSubject(staleWrite, 1), Text: "write {op: c1/9}", Why: "partition"},
		{At: 2002 * ms, Stamp: 13, Kind: record.Delivered, Node: 1, From: 4, Subject: sim.OpSubject(staleWrite, 1), Text: "put {op: c1/9}"},
		{At: 2002 * ms, Stamp: 15, Kind: record.Lost, Node: 2, From: 1, Subject: sim.OpSubject(sim.NewOpID(1, 8), 1), Text: "write {}", Why: "partition"},
		{At: 7 * time.Second, Stamp: 800, Kind: record.Crashed, Node: 3},
	}
	return r
}

func story(t *testing.T, r *record.Run, w checks.Witness, most int) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Story(&b, r, w, most))
	return b.String()
}

func TestStory(t *testing.T) {
	about := checks.Witness{Key: 3, Ops: []sim.OpID{staleRead, staleWrite}, Stamps: []uint32{35, 21}}
	told := story(t, staleStory(t), about, StoryLines)
	golden(t, "story.txt", []byte(told))
	require.NotContains(t, told, "c1/8", "other ops are another story")
	require.NotContains(t, told, "crash", "what came later caused nothing")
}

// TestStoryWithoutOps: a witness that only points into the run is enough.
func TestStoryWithoutOps(t *testing.T) {
	about := checks.Witness{Ops: []sim.OpID{staleRead, staleWrite}}
	require.Equal(t, story(t, staleStory(t), about, 30), story(t, staleStory(t), checks.Witness{Stamps: []uint32{35, 21}}, 30))
}

// TestStoryIsShort: of too many lines the least telling go, and the rest is in order.
func TestStoryIsShort(t *testing.T) {
	about := checks.Witness{Ops: []sim.OpID{staleRead, staleWrite}}
	r := staleStory(t)
	whole := strings.Split(strings.TrimSpace(story(t, r, about, 99)), "\n")
	for most := 1; most < len(whole); most++ {
		lines := strings.Split(strings.TrimSpace(story(t, r, about, most)), "\n")
		require.Len(t, lines, most)
		require.Contains(t, lines[most-1], fmt.Sprintf("%d lesser event", len(whole)-most+1))
	}
	short := story(t, r, about, 6)
	require.Contains(t, short, "c2/17 returns initial from n2, after 2.00 ms")
	require.Contains(t, short, "partition n1 n3 | n2")
	require.NotContains(t, short, "counts the answer")
	require.Empty(t, story(t, r, about, 0))
	require.Empty(t, story(t, &record.Run{}, checks.Witness{Ops: []sim.OpID{staleRead}}, 30))
}

// TestStoryOfLoss: what happened to a write after its acknowledgement belongs to it.
func TestStoryOfLoss(t *testing.T) {
	r := staleStory(t)
	r.Observations = append(r.Observations, record.Observation{
		At: 6 * time.Second, Stamp: 700, Node: 3,
		Observation: sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, Key: 3, Op: staleWrite},
	})
	told := story(t, r, checks.Witness{Ops: []sim.OpID{staleWrite}}, 30)
	require.Contains(t, told, "n3     drops c1/9 (truncated)")
	require.Contains(t, told, "partition n1 n3 | n2 ends", "faults up to the loss belong to it")
}

// TestStoryOfATransaction: who promises, who asks, and what each knows in the end.
func TestStoryOfATransaction(t *testing.T) {
	r := staleStory(t)
	for i, o := range []record.Observation{
		{Node: 2, Observation: sim.Observation{Fact: sim.Prepared}},
		{Node: 2, Observation: sim.Observation{Fact: sim.Prepared, Why: sim.Late}},
		{Node: 3, Observation: sim.Observation{Fact: sim.Ended, Why: sim.Agreed}},
		{Node: 1, Observation: sim.Observation{Fact: sim.Ended, Why: sim.Agreed}},
		{Node: 2, Observation: sim.Observation{Fact: sim.Ended, Why: sim.Undone}},
		{Node: 2, Observation: sim.Observation{Fact: sim.Ended, Why: sim.Undone}},
	} {
		o.At, o.Stamp, o.Op, o.A = time.Duration(6000+i)*ms, uint32(700+i), staleWrite, 3
		r.Observations = append(r.Observations, o)
	}
	told := story(t, r, checks.Witness{Ops: []sim.OpID{staleWrite}}, 99)
	require.Contains(t, told, "n2     promises c1/9 to n3\n")
	require.Contains(t, told, "n2     is in doubt, and asks n3 about c1/9\n")
	require.Contains(t, told, "n1     learns that c1/9 is committed\n")
	require.NotContains(t, told, "n3     learns")
	require.Equal(t, 1, strings.Count(told, "n2     knows that c1/9 is aborted\n"))
}

// TestStoryTellsOnce: what a node does again and again is one line, what it does
// twice is two, and a line never leaves the page.
func TestStoryTellsOnce(t *testing.T) {
	repeated := func(times int) string {
		r := staleStory(t)
		for i := range times {
			at := time.Duration(6000+200*i) * ms
			r.Observations = append(r.Observations, record.Observation{
				At: at, Stamp: uint32(700 + i), Node: 3,
				Observation: sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, Key: 3, Op: staleWrite},
			})
		}
		return story(t, r, checks.Witness{Ops: []sim.OpID{staleWrite}}, 99)
	}
	require.Equal(t, 2, strings.Count(repeated(2), "drops c1/9 (truncated)\n"))
	told := repeated(26)
	require.Equal(t, 1, strings.Count(told, "drops c1/9"))
	require.Contains(t, told, "   6.000000 s  n3     drops c1/9 (truncated), and 25 more times until 11.0 s\n")
	r := staleStory(t)
	r.Faults[0].Text = strings.Repeat("n1 n2 | ", 40)
	for _, line := range strings.Split(story(t, r, checks.Witness{Ops: []sim.OpID{staleRead}}, 99), "\n") {
		require.LessOrEqual(t, widthOf(line), Width, line)
	}
}

func TestVersus(t *testing.T) {
	a, b := staleStory(t), staleStory(t)
	a.Digest, b.Digest = 1, 2
	third, fourth := sim.NewOpID(1, 10), sim.NewOpID(2, 18)
	for i, r := range []*record.Run{a, b} {
		later := time.Duration(i) * 3 * ms
		require.True(t, r.History.Begin(&sim.Call{Op: third, Code: sim.Get, Key: 3}, 40, 3000*ms))
		require.True(t, r.History.End(&sim.Result{Op: third, Outcome: sim.OK, Values: []sim.Value{{ID: sim.OpID(uint64(i) * uint64(staleWrite))}}}, 41, 3002*ms+later))
		require.True(t, r.History.Begin(&sim.Call{Op: fourth, Code: sim.Put, Key: 1}, 42, 3100*ms))
	}
	require.True(t, b.History.End(&sim.Result{Op: fourth, Outcome: sim.Fail, Error: sim.NotLeader}, 43, 3101*ms))
	require.True(t, b.History.Begin(&sim.Call{Op: sim.NewOpID(2, 19), Code: sim.Get}, 44, 3102*ms))
	var out bytes.Buffer
	require.NoError(t, Versus(&out, Side{"r=1", a}, Side{"r=2", b}, Options{},
		"Clients are closed: an op begins when the one before it ended, so that later ops differ in more than the knob."))
	golden(t, "versus.txt", out.Bytes())
	require.Contains(t, out.String(), "c1/10, begun at 3.000 s, is the first op that differs")
}

func TestVersusItself(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, Versus(&out, Side{"a", staleStory(t)}, Side{"b", staleStory(t)}, Options{}))
	require.Contains(t, out.String(), "the runs are the same")
	require.NotContains(t, out.String(), "Ops that differ")
}

// TestStoryInOrderOfTime: the end of a fault stands at its time, though only beats have stamps.
func TestStoryInOrderOfTime(t *testing.T) {
	r := staleStory(t)
	r.Observations = append(r.Observations, record.Observation{
		At: 9 * time.Second, Stamp: 900, Node: 3,
		Observation: sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, Key: 3, Op: staleWrite},
	})
	last := r.Faults[len(r.Faults)-1]
	last.Stamp, last.Injected, last.Healed, last.Text = 800, 7*time.Second, 8*time.Second, "n3"
	r.Faults = append(r.Faults, last)
	r.Faults[0].Healed = 7500 * ms
	told := story(t, r, checks.Witness{Ops: []sim.OpID{staleWrite}}, 99)
	var times []string
	for _, line := range strings.Split(strings.TrimSuffix(told, "\n"), "\n") {
		times = append(times, line[:len("   0.000000")])
	}
	require.True(t, slices.IsSorted(times), told)
}
