package checks

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"simrun/sim/record"
)

// blocked is how long nodes had to wait for the outcomes of what they had promised.
type blocked struct {
	promises, asked, ever int64
	agreed, undone        int64
	longest               time.Duration
	times                 *hdrhistogram.Histogram
}

func (v *view) blocked() *blocked {
	b := &blocked{}
	for i := range v.transactions().list {
		t := &v.transactions().list[i]
		if v.ops[t.op].Is(record.WarmUp) {
			continue
		}
		if t.agreed != 0 {
			b.agreed++
		} else if t.undone != 0 {
			b.undone++
		}
		for j := range t.promises {
			b.add(v, &t.promises[j])
		}
	}
	return b
}

func (b *blocked) add(v *view, h *held) {
	if !h.over && v.dead(h.node) {
		return
	}
	b.promises++
	if h.asked {
		b.asked++
	}
	took := h.took
	if !h.over {
		b.ever++
		took = max(v.run.Phases.End-h.from, 0)
	}
	b.longest = max(b.longest, took)
	b.times = observe(b.times, took)
}

func (v *view) blockedMeasures() []Measure {
	b := v.blocked()
	list := append(quantiles("blocked_%s_ns", b.times, 5000, 9900),
		Measure{Name: "blocked_max_ns", Kind: Max, Count: int64(b.longest), Undefined: b.promises == 0},
		Measure{Name: "blocked_share", Kind: Share, Count: b.asked, Total: b.promises},
		Measure{Name: "blocked_at_end", Kind: Count, Count: b.ever},
		Measure{Name: "transactions_agreed", Kind: Count, Count: b.agreed},
		Measure{Name: "transactions_undone", Kind: Count, Count: b.undone})
	if len(v.transactions().list) == 0 {
		return undefine(list)
	}
	return list
}
