package scenarios

import (
	"fmt"
	"slices"

	"simrun/scenarios/internal/strict"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/random"
	"simrun/workloads"
)

// effectless finds what is asked for and would do nothing here: it would be counted
// as having happened, and prove nothing.
func (s *Scenario) effectless(doc *strict.Document) strict.Problems {
	var all strict.Problems
	for i, e := range s.Faults {
		if e == nil {
			continue
		}
		for _, lack := range s.missing(entryOf(e).Fault) {
			all = append(all, doc.Problemf(fmt.Sprintf("faults.%d.%s", i, lack.field), "%s", lack.why))
		}
	}
	for _, lack := range s.neverDrawn() {
		all = append(all, doc.Problemf("nemesis."+lack.field, "%s", lack.why))
	}
	for _, lack := range s.lacking() {
		all = append(all, doc.Problemf("workload."+lack.field, "%s", lack.why))
	}
	return all
}

// lack is a field that asks for what is not there, or what nobody has.
type lack struct{ field, why string }

func (s *Scenario) lacking() (all []lack) {
	has := s.Protocol.Supports
	switch _, sendsCommands := s.Workload.(*workloads.Statements); {
	case sendsCommands && !has(sim.Execute):
		return []lack{{"kind", "this protocol executes no commands: they need protocol.kind: statements"}}
	case !sendsCommands && has(sim.Execute):
		return []lack{{"kind", "this protocol executes commands alone: use workload.kind: statements"}}
	}
	if p, ok := s.Protocol.(interface{ OneWriter() bool }); ok && p.OneWriter() && s.Workload.Count() > 1 {
		all = append(all, lack{"clients", "one client alone may write here: protocol.writers is one"})
	}
	if s.roams() && !s.Topology.severalPlaces() {
		all = append(all, lack{"roam", "there is nowhere else to go: give topology.datacentres with servers in two at least"})
	}
	switch w := s.Workload.(type) {
	case *workloads.ReadWrite:
		if w.Tokens && !s.Protocol.Sessions() {
			all = append(all, lack{"tokens", "this protocol knows no session tokens"})
		}
		if w.ReadAt != "strongest" && !s.Protocol.Sessions() {
			all = append(all, lack{"read_at", "this protocol serves every read by its quorum"})
		}
		if w.Reads != random.Certain && !has(sim.Put) {
			all = append(all, lack{"kind", "this protocol's keys hold a " + s.Protocol.Holds() + ": use kind: collection, with merge: server"})
		}
		if w.CAS > 0 && !has(sim.CAS) {
			all = append(all, lack{"cas", "this protocol has no compare-and-set"})
		}
	case *workloads.Usernames:
		if !has(sim.CAS) {
			all = append(all, lack{"kind", "this protocol has no compare-and-set, by which a name is claimed if nobody has it"})
		}
	case *workloads.Lock:
		if !has(sim.CAS) {
			all = append(all, lack{"kind", "this protocol has no compare-and-set, by which a lock is taken"})
		}
	case *workloads.Probe, *workloads.OnCall:
		if !has(sim.Put) {
			all = append(all, lack{"kind", "this protocol's keys hold a " + s.Protocol.Holds() + ": use kind: collection, with merge: server"})
		}
	case *workloads.Collection:
		if w.Write == "cas" && !has(sim.CAS) {
			all = append(all, lack{"write", "this protocol has no compare-and-set"})
		}
		if w.Merge == "server" && !has(sim.Add) {
			all = append(all, lack{"merge", "this protocol knows nothing of sets and counters: its clients must merge"})
		}
		if holds := s.Protocol.Holds(); w.Merge == "server" && holds != w.Type && has(sim.Add) {
			all = append(all, lack{"type", "this protocol's keys hold a " + holds})
		}
		if w.Merge != "server" && !has(sim.Put) {
			all = append(all, lack{"merge", "this protocol merges itself: use server"})
		}
	}
	return all
}

// roams tells whether sessions change the datacentre.
func (s *Scenario) roams() bool {
	switch w := s.Workload.(type) {
	case *workloads.ReadWrite:
		return w.Roam > 0
	case *workloads.Collection:
		return w.Roam > 0
	}
	return false
}

// severalPlaces tells whether two datacentres at least have servers.
func (t *Topology) severalPlaces() bool {
	with := 0
	for _, d := range t.Datacentres {
		if d.Nodes > 0 {
			with++
		}
	}
	return with > 1
}

// missing is what a fault asks for in vain.
func (s *Scenario) missing(f fault.Fault) (all []lack) {
	if field, why := s.nothing(f); why != "" {
		return []lack{{field, why}}
	}
	start, _ := s.Protocol.Members()
	for _, aim := range fault.Aims(f) {
		switch {
		case start == 0 && (aim.Name == "member" || aim.Name == "spare"):
			all = append(all, lack{aim.Path, fmt.Sprintf("nobody is a %s: only dynamo tells members from spares, with protocol.members", aim.Name)})
		case aim.Name == "spare" && start == s.Topology.Nodes && !s.some("leave") && !s.some("replace"):
			all = append(all, lack{aim.Path, "nobody is a spare: every server is a member, give protocol.members less than topology.nodes"})
		}
	}
	return all
}

// neverDrawn are the kinds that the nemesis is asked for by name and that this store
// knows nothing of.
func (s *Scenario) neverDrawn() (all []lack) {
	if s.Nemesis == nil {
		return nil
	}
	for i, name := range s.Nemesis.Kinds {
		asked := map[string]fault.Fault{
			"join": &fault.Join{}, "leave": &fault.Leave{}, "replace": &fault.Replace{}, "handover": &fault.Handover{},
		}
		if f := asked[name]; f != nil {
			if _, why := s.nothing(f); why != "" {
				all = append(all, lack{fmt.Sprintf("kinds.%d", i), why})
			}
		}
	}
	return all
}

// nothing tells why a fault would do nothing, and which of its fields is to blame.
func (s *Scenario) nothing(f fault.Fault) (field, why string) {
	switch f := f.(type) {
	case *fault.Slow:
		if f.Service == nil && !s.Topology.any(func(on *ServerSpec) bool { return on.Service != nil }) {
			return "factor", "multiplies a service time, but no server has one: give topology.server.service, or service here"
		}
	case *fault.SlowDisk:
		if f.Sync == nil && !s.Topology.any(slowSync) {
			return "factor", "multiplies the time of a sync, but syncs take none: give topology.server.sync, or sync here"
		}
	case *fault.MajoritiesRing:
		if s.Topology.Nodes < ringServers {
			return "kind", fmt.Sprintf("needs at least %d servers: fewer cannot each see another majority", ringServers)
		}
	case *fault.Join, *fault.Leave, *fault.Replace:
		return "kind", s.noChange(f)
	case *fault.Handover:
		return "kind", s.noHandover()
	}
	return "", ""
}

// noChange tells why a change of members could not happen, "" if it could.
func (s *Scenario) noChange(f fault.Fault) string {
	start, least := s.Protocol.Members()
	_, leaves := f.(*fault.Leave)
	switch {
	case start == 0:
		return "here nobody can join or leave: only dynamo can, with protocol.members"
	case leaves && start <= least && !s.some("join"):
		return fmt.Sprintf("nobody can leave: there are %d members, and there must be so many", start)
	case !leaves && start == s.Topology.Nodes && !s.some("leave") && !s.some("replace"):
		return "nobody can join: every server is a member, give protocol.members less than topology.nodes"
	}
	return ""
}

// handsOver is what a protocol has whose leader hands its lead over when it is asked to.
type handsOver interface {
	// HandsOver tells whether it can, as it is configured.
	HandsOver() bool
}

// noHandover tells why a lead could not be handed over, "" if it could.
func (s *Scenario) noHandover() string {
	if p, ok := s.Protocol.(handsOver); ok && p.HandsOver() {
		return ""
	}
	return "here no leader hands its lead over"
}

// some tells whether there is, or may be, a fault of a kind.
func (s *Scenario) some(kind string) bool {
	if s.Nemesis != nil && slices.Contains(s.Nemesis.Kinds, kind) {
		return true
	}
	return slices.ContainsFunc(s.Faults, func(e faultEntry) bool { return e != nil && entryOf(e).Fault.Name() == kind })
}

// ringServers is the fewest servers of which each can see a majority of its own.
const ringServers = 4

// any tells whether some server runs on such a thing.
func (t *Topology) any(such func(*ServerSpec) bool) bool {
	if such(&t.Server) {
		return true
	}
	for i := range t.Servers {
		if such(&t.Servers[i].ServerSpec) {
			return true
		}
	}
	return false
}

func slowSync(on *ServerSpec) bool {
	return takesTime(on.Sync) || slices.ContainsFunc(on.Writes, func(w WriteSpec) bool { return takesTime(w.Sync) })
}

// takesTime tells whether some time is drawn that is not zero.
func takesTime(s random.Spec) bool {
	d, err := s.Compile()
	if err != nil {
		return true // that is a problem of its own
	}
	fixed, constant := d.Constant()
	return !constant || fixed > 0
}
