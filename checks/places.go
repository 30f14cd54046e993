package checks

import (
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"

	"simrun/sim/record"
)

// Place is how the store served the clients of one datacentre.
type Place struct {
	Name    string
	Clients int
	// Measures have the names of the catalogue, and are of these clients alone.
	Measures []Measure
}

// Places tells how each datacentre that has clients was served, in the order in which
// their first clients come; nil where there are no datacentres. An op belongs to the
// datacentre of its client, whichever server it went to.
func Places(run *record.Run, o Options) []Place {
	v := newView(run, o)
	all := v.servedPlaces()
	v.addStale(all)
	var list []Place
	for i := range all {
		list = append(list, all[i].told())
	}
	return list
}

// placeMetrics are what Places tells of each place.
func placeMetrics() []string {
	return []string{
		"availability_read", "availability_write", "availability_read_in_faults", "availability_write_in_faults",
		"latency_read_p50_ns", "latency_read_p99_ns", "latency_write_p50_ns", "latency_write_p99_ns", "stale_share",
	}
}

// served is what a place's clients did.
type served struct {
	name          string
	clients       int
	reads, writes service
	judged, stale int64
}

func (s *served) told() Place {
	all := service{all: s.reads.all + s.writes.all, answered: s.reads.answered + s.writes.answered}
	list := append(serviceMeasures(&all, &s.reads, &s.writes),
		Measure{Name: "stale_share", Kind: Share, Count: s.stale, Total: s.judged, Undefined: s.judged == 0})
	names := placeMetrics()
	list = slices.DeleteFunc(list, func(m Measure) bool { return !slices.Contains(names, m.Name) })
	return Place{Name: s.name, Clients: s.clients, Measures: list}
}

// clientPlaces are, by the numbers of clients, where they stand.
func (v *view) clientPlaces() []string {
	places := []string{""}
	for id, client := range v.run.IsClient {
		if client && id < len(v.run.Places) {
			places = append(places, v.run.Places[id])
		}
	}
	return places
}

// servedPlaces sorts the ops that are measured by the places of their clients.
func (v *view) servedPlaces() []served {
	var all []served
	of := v.clientPlaces()
	for _, name := range of {
		if name == "" {
			continue
		}
		if s := servedAt(all, name); s != nil {
			s.clients++
		} else {
			all = append(all, served{name: name, clients: 1})
		}
	}
	if all == nil {
		return nil
	}
	faults := v.faultTimes()
	for i := range v.ops {
		op := &v.ops[i]
		s := servedAt(all, placeOf(of, op.Client))
		switch {
		case s == nil || op.Is(record.WarmUp) || op.Is(record.Final):
		case op.Code.Writes():
			s.writes.add(op, faults.hold(op.InvokedAt))
		default:
			s.reads.add(op, faults.hold(op.InvokedAt))
		}
	}
	return all
}

func placeOf(places []string, client uint16) string {
	if int(client) < len(places) {
		return places[client]
	}
	return ""
}

func servedAt(all []served, name string) *served {
	for i := range all {
		if all[i].name == name {
			return &all[i]
		}
	}
	return nil
}

// addStale tells how many of each place's reads were judged, and were stale.
func (v *view) addStale(all []served) {
	of := v.clientPlaces()
	at := func(read uint32) *served { return servedAt(all, placeOf(of, v.ops[read].Client)) }
	for i := range v.keys() {
		for _, read := range v.keys()[i].reads {
			if s := at(read); s != nil {
				s.judged++
			}
		}
	}
	for i := range v.stale().reads {
		if s := at(v.stale().reads[i].read); s != nil {
			s.stale++
		}
	}
}

// farthest are the medians of the reads and of the writes in the datacentre where they
// took longest; undefined where fewer than two have enough of them.
func (v *view) farthest() []Measure {
	var reads, writes []int64
	all := v.servedPlaces()
	for i := range all {
		reads, writes = addMedian(reads, all[i].reads.latency), addMedian(writes, all[i].writes.latency)
	}
	of := func(name string, medians []int64) Measure {
		m := Measure{Name: name, Kind: Max, Undefined: len(medians) < 2}
		if !m.Undefined {
			m.Count = slices.Max(medians)
		}
		return m
	}
	return []Measure{of("latency_read_p50_far_ns", reads), of("latency_write_p50_far_ns", writes)}
}

// addMedian appends the median of a histogram that has enough samples for one.
func addMedian(to []int64, h *hdrhistogram.Histogram) []int64 {
	if m := (Measure{Kind: Quantile, Quantile: 5000, Histogram: h}); m.Blank() {
		return to
	}
	return append(to, h.ValueAtQuantile(50))
}
