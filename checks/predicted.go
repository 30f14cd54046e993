package checks

import "time"

// Million is of how many parts a prediction is.
const Million = 1_000_000

// Prediction tells how many of a million reads should miss a write that was
// acknowledged so long before they began.
type Prediction func(age time.Duration) int64

// predicted sums what a model of the store foretells for the very reads of the run:
// each with its own distance from the newest write that was acknowledged before it,
// of siblings from the one acknowledged last. A read before the first acknowledgement
// has nothing to miss.
func (v *view) predicted() Measure {
	m := Measure{Name: "predicted_stale_share", Kind: Share, Undefined: v.options.Predict == nil}
	for i := range v.keys() {
		k := &v.keys()[i]
		if m.Undefined || k.shape != shapeSingle && k.shape != shapeSiblings {
			continue
		}
		m.Total += Million * int64(len(k.reads))
		before, next := newFrontier(), 0
		for _, read := range k.reads {
			for ; next < len(k.acked) && v.ops[k.acked[next]].Returned < v.ops[read].Invoked; next++ {
				before.add(v.order(), k.acked[next])
			}
			if next == 0 {
				continue
			}
			newest := k.acked[next-1]
			if best := before.newest(v.order()); k.shape == shapeSingle && best != initial {
				newest = best
			}
			m.Count += v.options.Predict(v.ops[read].InvokedAt - v.ops[newest].ReturnedAt)
		}
	}
	m.Undefined = m.Total == 0
	return m
}
