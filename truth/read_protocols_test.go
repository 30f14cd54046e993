package truth

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/scenarios"
	"simrun/sim"
	"simrun/sim/record"
)

// readPath is a row of read_protocols.csv, and a scenario that does the same.
type readPath struct {
	protocol, client string // of the row
	code             sim.Code
	edits            []scenarios.Edit
	// spare is how many servers there are besides N; where there are any, the row is of ops
	// whose coordinator is no replica.
	spare int
	// sized is one more change, that depends on N; nil for none.
	sized func(n int) scenarios.Edit
	// beside says that the client is where its server is: what is between them counts as nothing.
	beside bool
	// without are the kinds of messages that are notices, heartbeats or housekeeping.
	without []string
}

// quietNotices are what leader-follower sends besides: notices of commits, heartbeats.
var quietNotices = []string{"notice", "beat", "beat-ack"}

// raftNotices are what Raft sends besides.
var raftNotices = []string{"notice", "beat"}

func readPaths() []readPath {
	leader := func(edits ...scenarios.Edit) []scenarios.Edit {
		return append([]scenarios.Edit{set("protocol.kind", "leader-follower")}, edits...)
	}
	dynamo := func(edits ...scenarios.Edit) []scenarios.Edit {
		return append([]scenarios.Edit{set("protocol", "{kind: dynamo, n: 3, r: 2, w: 2}")}, edits...)
	}
	paxos := func(reads string) []scenarios.Edit {
		return []scenarios.Edit{set("protocol.kind", "paxos"), set("protocol.reads", reads)}
	}
	inquiring := func(edits ...scenarios.Edit) []scenarios.Edit {
		return append(paxos("quorum"), append(edits, set("protocol.quorum_by", "client"))...)
	}
	ofRaft := func(reads string) []scenarios.Edit {
		return []scenarios.Edit{set("protocol", "{kind: raft, reads: "+reads+"}")}
	}
	inSync := func(reads string) []scenarios.Edit {
		// Fetches wait for what is new as long as it takes: an empty answer under way would be none to the read.
		return []scenarios.Edit{set("protocol", "{kind: in-sync-replicas, fetch_wait: 1m, lag: 2m, retry: 2m, reads: "+reads+"}")}
	}
	viewstamped := func(reads string) []scenarios.Edit {
		return []scenarios.Edit{set("protocol", "{kind: viewstamped, reads: "+reads+"}")}
	}
	told := []string{"chosen", "beat", "beat-ack"}
	chain := func(edits ...scenarios.Edit) []scenarios.Edit {
		return append([]scenarios.Edit{set("protocol", "{kind: chain}")}, edits...)
	}
	return []readPath{
		{protocol: "log read via leader (MultiPaxos/Raft)", client: "remote", code: sim.Get, edits: paxos("log"), without: told},
		{protocol: "leader lease write/Raft commit", client: "remote", code: sim.Put, edits: paxos("log"), without: told},
		{protocol: "Raft ReadIndex at leader", client: "remote", code: sim.Get, edits: paxos("read-index"), without: []string{"chosen"}},
		{protocol: "PQR, no pending write", client: "remote", code: sim.Get, edits: inquiring(), without: told},
		// Acceptors that learn nothing have applied nothing: the leader, which has, is polled once.
		{
			protocol: "PQR with one rinse poll", client: "remote", code: sim.Get, spare: 1, without: told,
			edits: inquiring(set("protocol.proposers", "[1]"), set("protocol.learners", "[1]")),
			sized: func(n int) scenarios.Edit { return set("protocol.acceptors", acceptorsFrom2(n)) },
		},
		{protocol: "leader lease read", client: "remote", code: sim.Get, edits: paxos("lease"), without: told},
		{protocol: "log read via leader (MultiPaxos/Raft)", client: "remote", code: sim.Get, edits: ofRaft("log"), without: raftNotices},
		{protocol: "Raft ReadIndex at leader", client: "remote", code: sim.Get, edits: ofRaft("read-index"), without: raftNotices},
		{protocol: "Raft ReadIndex via follower", client: "remote", code: sim.Get, edits: ofRaft("forwarded"), without: raftNotices},
		{protocol: "leader lease read", client: "remote", code: sim.Get, edits: ofRaft("lease"), without: raftNotices},
		{protocol: "leader lease write/Raft commit", client: "remote", code: sim.Put, edits: ofRaft("read-index"), without: raftNotices},
		{protocol: "Raft ReadIndex at leader", client: "remote", code: sim.Get, spare: 1, edits: inSync("read-index"), without: []string{"beat"}},
		{protocol: "leader lease read", client: "remote", code: sim.Get, spare: 1, edits: inSync("leader"), without: []string{"beat"}},
		{protocol: "log read via leader (MultiPaxos/Raft)", client: "remote", code: sim.Get, edits: viewstamped("log"), without: []string{"commit"}},
		{protocol: "leader lease write/Raft commit", client: "remote", code: sim.Put, edits: viewstamped("log"), without: []string{"commit"}},
		{protocol: "Raft ReadIndex at leader", client: "remote", code: sim.Get, edits: viewstamped("read-index"), without: []string{"commit"}},
		{protocol: "log read via leader", client: "client at leader", beside: true, code: sim.Get, edits: ofRaft("log"), without: raftNotices},
		{protocol: "log read via leader", client: "client at leader", beside: true, code: sim.Get, edits: paxos("log"), without: told},
		{protocol: "Raft ReadIndex via follower", client: "client at follower", beside: true, code: sim.Get, edits: ofRaft("forwarded"), without: raftNotices},
		{protocol: "leader lease write/Raft commit", client: "remote", code: sim.Put, edits: leader(), without: quietNotices},
		{protocol: "Raft ReadIndex at leader", client: "remote", code: sim.Get, edits: leader(set("protocol.reads", "confirmed")), without: []string{"notice"}},
		{protocol: "Dynamo read or write via separate coordinator", client: "remote", code: sim.Get, spare: 1, edits: dynamo()},
		{protocol: "Dynamo read or write via separate coordinator", client: "remote", code: sim.Put, spare: 1, edits: dynamo()},
		{protocol: "ABD read (query + write-back)", client: "remote", code: sim.Get, edits: []scenarios.Edit{set("protocol", "{kind: abd}")}},
		{protocol: "ABD write single-writer", client: "remote", code: sim.Put, edits: []scenarios.Edit{set("protocol", "{kind: abd, writers: one}")}},
		{protocol: "ABD write multi-writer", client: "remote", code: sim.Put, edits: []scenarios.Edit{set("protocol", "{kind: abd}")}},
		{protocol: "chain write", client: "remote", code: sim.Put, spare: 1, edits: chain(), without: []string{"ack", "renew"}},
		{protocol: "chain read at tail", client: "remote", code: sim.Get, spare: 1, edits: chain(), without: []string{"renew"}},
		{protocol: "CRAQ clean read", client: "remote", code: sim.Get, spare: 1, edits: chain(set("protocol.reads", "craq"), set("topology.near", "n1"))},
		{
			// Notices of commits take so long that every read finds its key dirty.
			protocol: "CRAQ dirty read (version query to tail)", client: "remote", code: sim.Get, spare: 1,
			edits: chain(set("protocol.reads", "craq"), set("topology.near", "n1"), set("protocol.resend", "1h"), set("workload.keys", "1"),
				set("topology.link.legs", "[{messages: ack, latency: 1h}]")),
		},
		{protocol: "Dynamo client-driven", client: "remote", code: sim.Get, edits: dynamo(set("protocol.coordinator", "client"), set("protocol.versions", "lww"))},
		{protocol: "Dynamo client-driven", client: "remote", code: sim.Put, edits: dynamo(set("protocol.coordinator", "client"), set("protocol.versions", "lww"))},
	}
}

// TestReadProtocols compares what ops cost in a quiet network with read_protocols.csv, exactly.
func TestReadProtocols(t *testing.T) {
	rows := map[string]row{}
	for _, r := range publishedAll(t, "read_protocols.csv", 23) {
		rows[r["protocol"]+"/"+r["client_position"]] = r
	}
	for _, p := range readPaths() {
		for _, n := range []int{3, 5} {
			r, known := rows[p.protocol+"/"+p.client]
			require.True(t, known, p.protocol)
			t.Run(fmt.Sprintf("%s/%v/n=%d", p.protocol, p.code, n), func(t *testing.T) {
				want := checks.Cost{
					Delays: formula(t, r["one_way_delays"], n), Messages: formula(t, r["messages"], n), Ended: true,
				}
				require.GreaterOrEqual(t, p.compare(t, n, want), 5, "ops")
			})
		}
	}
}

// unbuilt are the rows of what is not built, or not so.
var unbuilt = map[string]string{
	"quorum lease read at holder/client at holder": "no protocol here has quorum leases",
	"Hermes read, key valid/client at replica":     "Hermes is not built",
	"Hermes write/client at coordinator replica":   "Hermes is not built",
	"Hermes follower invalid window/-":             "Hermes is not built",
	"EPaxos fast path/client at command leader":    "EPaxos is not built",
}

// Every row is compared, or said why not.
func TestReadProtocolsAreAllComparedOrExplained(t *testing.T) {
	compared := map[string]bool{}
	for _, p := range readPaths() {
		compared[p.protocol+"/"+p.client] = true
	}
	for _, r := range publishedAll(t, "read_protocols.csv", 23) {
		row := r["protocol"] + "/" + r["client_position"]
		require.NotEqual(t, compared[row], unbuilt[row] != "", row)
	}
	require.Equal(t, 23, len(compared)+len(unbuilt))
}

// acceptorsFrom2 lists so many servers as a scenario does, from n2 on.
func acceptorsFrom2(n int) string {
	var list []string
	for i := range n {
		list = append(list, strconv.Itoa(i+2))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// compare runs the row's scenario and compares every op; it returns how many there were.
func (p *readPath) compare(t *testing.T, n int, want checks.Cost) (ops int) {
	edits := append([]scenarios.Edit{set("topology.nodes", n+p.spare)}, p.edits...)
	if p.sized != nil {
		edits = append(edits, p.sized(n))
	}
	if strings.HasPrefix(p.protocol, "Dynamo") {
		edits = append(edits, set("protocol.n", n))
	}
	plan := read(t, "quiet-network", edits...)
	run := plan.NewRunner(scenarios.Limits{Trace: true}, scenarios.Tape{}).Record(0, 1)
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.Code != p.code || op.Number < 4 || op.InvokedAt+op.Latency()*2 > run.Phases.Work {
			continue // the first ones find out who leads, the last have no time to become quiet
		}
		if op.Code == sim.Get && len(run.History.Values(op)) == 0 {
			continue // what is there from the beginning need not be written back
		}
		if p.spare > 0 && coordinatorAnswers(run, op.ID()) {
			continue
		}
		cost := checks.CostOf(run, op.ID(), p.without...)
		if p.beside {
			require.Equal(t, 2, cost.Client, "one request, one reply")
			cost.Delays, cost.Messages = cost.Delays-2, cost.Messages-2
		}
		cost.Client = 0
		require.Equal(t, want, cost, "%v", op.ID())
		ops++
	}
	return ops
}

// coordinatorAnswers tells whether a coordinator is one of the replicas that it asks.
func coordinatorAnswers(run *record.Run, op sim.OpID) bool {
	return slices.ContainsFunc(run.Observations, func(o record.Observation) bool {
		return o.Fact == sim.Answered && o.Op == op && o.A == uint64(o.Node)
	})
}

// formula is the value of a formula of the file for some number of servers: 4, N+1, 2+2(N-1),
// 2*majority. What follows a comma is a remark.
func formula(t *testing.T, text string, n int) (sum int) {
	text, _, _ = strings.Cut(text, ",")
	text = strings.ReplaceAll(text, "(N-1)", "M")
	for _, term := range strings.Split(text, "+") {
		term, _, _ = strings.Cut(strings.TrimSpace(term), " ")
		factor, value := term, 1
		for name, number := range map[string]int{"N": n, "M": n - 1, "majority": n/2 + 1} {
			if before, found := strings.CutSuffix(term, name); found {
				factor, value = strings.TrimSuffix(before, "*"), number
			}
		}
		times := 1
		if factor != "" {
			var err error
			times, err = strconv.Atoi(factor)
			require.NoError(t, err, "%s of %s", term, text)
		}
		sum += times * value
	}
	return sum
}
