package scenarios

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"simrun/checks"
	"simrun/predict"
)

// predicted is the metric that models foretell.
const predicted = "predicted_stale_share"

// predictions are the models of a plan's cells, made when first asked for: they take
// a while, and most scenarios do not ask.
type predictions struct {
	once  sync.Once
	cells []checks.Prediction
}

// prediction is what a model foretells of a cell, nil where there is none, or nobody asks.
func (p *Plan) prediction(cell int) checks.Prediction {
	if !p.asksForPredictions() {
		return nil
	}
	p.predictions.once.Do(func() {
		var known []*modelled
		for i := range p.Cells {
			var made checks.Prediction
			made, known = p.Cells[i].Scenario.predict(known)
			p.predictions.cells = append(p.predictions.cells, made)
		}
	})
	return p.predictions.cells[cell]
}

func (p *Plan) asksForPredictions() bool {
	return slices.Contains(p.Scenario.Columns, predicted) || slices.ContainsFunc(p.claims, func(c claimed) bool {
		return strings.HasPrefix(c.text, predicted)
	})
}

// modelled is a model that was run, and of what: cells that differ in R and W, or in
// their faults, share it.
type modelled struct {
	protocol dynamoStyle
	topology Topology
	workload any
	late     late
}

// predict finds what is foretold of a scenario's stale reads. Where quorums overlap
// none is stale. Where a write goes to W drawn replicas and no further, a read misses
// it with C(N-W,R)/C(N,R), however old it is. Else the WARS model tells.
func (s *Scenario) predict(known []*modelled) (checks.Prediction, []*modelled) {
	d, leaderless := s.Protocol.(*dynamoStyle)
	if !leaderless {
		return nil, known
	}
	q := predict.Quorums{N: d.N, R: d.R, W: d.W}
	switch {
	case q.Overlap():
		return always(0), known
	case d.WriteFanout == "w":
		return always(q.Disjoint()), known
	case d.WriteFanout != "all":
		return nil, known
	}
	like := &modelled{protocol: *d, topology: s.Topology, workload: s.Workload}
	like.protocol.R, like.protocol.W = 0, 0
	for _, m := range known {
		if reflect.DeepEqual(m.protocol, like.protocol) && reflect.DeepEqual(m.topology, like.topology) &&
			reflect.DeepEqual(m.workload, like.workload) {
			return foretold(*m.late.of(d.N, d.R, d.W)), known
		}
	}
	like.late = newWars(s).run()
	return foretold(*like.late.of(d.N, d.R, d.W)), append(known, like)
}

// always foretells the same of every read.
func always(share float64) checks.Prediction {
	millionths := int64(share*checks.Million + 0.5)
	return func(time.Duration) int64 { return millionths }
}
