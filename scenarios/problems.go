package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"simrun/scenarios/internal/strict"
	"simrun/sim/fault"
)

// problems are what is wrong with the scenario as a whole: names of nodes that do
// not exist, quorums larger than the cluster, more work than the limits allow.
func (s *Scenario) problems(doc *strict.Document) strict.Problems {
	var all strict.Problems
	if !s.sized() {
		return nil // that is a problem of its own
	}
	if err := s.Protocol.Fits(s.Topology.layout()); err != nil {
		all = append(all, problemAt(doc, "protocol", err))
	}
	all = append(all, s.faultProblems(doc)...)
	all = append(all, s.placeProblems(doc)...)
	all = append(all, s.effectless(doc)...)
	if s.Duration > 0 && s.WarmUp >= s.Duration {
		all = append(all, doc.Problemf("warm_up", "lasts as long as the whole work of %v", s.Duration))
	}
	if events := s.Estimate().Events; events > maxEstimate {
		all = append(all, doc.Problemf("workload", "about %d events are more than a run can hold (%d)", events, int64(maxEstimate)))
	}
	return all
}

// sized tells whether the scenario has a protocol and clients and servers at all, in
// numbers that can be listed.
func (s *Scenario) sized() bool {
	if s.Protocol == nil || s.Workload == nil {
		return false
	}
	clients, servers := s.Workload.Count(), s.Topology.Nodes
	return clients >= 0 && clients <= maxNodes && servers > 0 && servers <= maxNodes
}

// maxNodes is how many clients, or servers, a scenario may have.
const maxNodes = 1000

func problemAt(doc *strict.Document, path string, err error) strict.Problem {
	message := err.Error()
	if placed, ok := err.(interface{ Path() string }); ok && placed.Path() != "" {
		path += "." + placed.Path()
		message = strings.TrimPrefix(message, placed.Path()+": ")
	}
	return doc.Problemf(path, "%s", message)
}

// faultProblems finds faults on nodes or places that do not exist, and windows that
// begin when the work is over.
func (s *Scenario) faultProblems(doc *strict.Document) strict.Problems {
	var all strict.Problems
	names := append(s.serverNames(), s.clientNames()...)
	for i, e := range s.Faults {
		if e == nil {
			continue // it could not be read
		}
		entry := entryOf(e)
		path := fmt.Sprintf("faults.%d", i)
		if s.Duration > 0 && entry.At >= s.Duration {
			all = append(all, doc.Problemf(path+".at", "%v is not before the end of the work at %v", entry.At, s.Duration))
		}
		for _, m := range fault.Mentions(entry.Fault) {
			known := names
			if m.Place {
				known = s.placeNames()
			}
			if slices.Contains(known, m.Name) {
				continue
			}
			problem := unknownName(doc, path+"."+m.Path, m.Name, known)
			switch {
			case m.Place:
			case slices.Contains(s.placeNames(), m.Name):
				problem.Hint = fmt.Sprintf("the servers at a place are \"datacentre:%s\"", m.Name)
			case problem.Hint == "":
				problem.Hint = "simrun show --targets lists the words"
			}
			all = append(all, problem)
		}
	}
	return all
}

func unknownName(doc *strict.Document, path, name string, known []string) strict.Problem {
	p := doc.Problemf(path, "there is no %q", name)
	if near := strict.Nearest(name, append(known, fault.Words()...)); near != "" {
		p.Hint = fmt.Sprintf("did you mean %q?", near)
	}
	return p
}

// placeProblems finds names in the topology that do not exist.
func (s *Scenario) placeProblems(doc *strict.Document) strict.Problems {
	var all strict.Problems
	servers := s.serverNames()
	for i, name := range s.Topology.Near {
		if !slices.Contains(servers, name) {
			all = append(all, unknownName(doc, fmt.Sprintf("topology.near.%d", i), name, servers))
		}
	}
	for i, some := range s.Topology.Servers {
		for j, name := range some.Nodes {
			if !slices.Contains(servers, name) {
				all = append(all, unknownName(doc, fmt.Sprintf("topology.servers.%d.nodes.%d", i, j), name, servers))
			}
		}
	}
	known := append(append(servers, s.clientNames()...), append(s.placeNames(), "servers", "clients", "all")...)
	for i, l := range s.Topology.Links {
		for _, side := range []struct {
			key   string
			names []string
		}{{"from", l.From}, {"to", l.To}} {
			for j, name := range side.names {
				if !slices.Contains(known, name) {
					all = append(all, unknownName(doc, fmt.Sprintf("topology.links.%d.%s.%d", i, side.key, j), name, known))
				}
			}
		}
	}
	return all
}

func (s *Scenario) serverNames() []string { return numbered("n", s.Topology.Nodes) }

func (s *Scenario) clientNames() []string { return numbered("c", s.Workload.Count()) }

func (s *Scenario) placeNames() []string {
	var names []string
	for _, d := range s.Topology.Datacentres {
		names = append(names, d.Name)
	}
	return names
}

func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", prefix, i+1)
	}
	return names
}
