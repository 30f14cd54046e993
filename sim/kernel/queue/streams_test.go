package queue

import (
	"math"
	"math/rand/v2"
)

// A stream is a shape of delays. Its array is long, so that the branch predictor
// cannot learn it by heart.
type stream struct {
	name string
	draw func(*rand.Rand) int64
}

const millisecond = 1_000_000

var streams = []stream{
	{"exponential", func(r *rand.Rand) int64 { return int64(-math.Log(1-r.Float64()) * millisecond) }},
	{"uniform", func(r *rand.Rand) int64 { return r.Int64N(2 * millisecond) }},
	{"constant", func(*rand.Rand) int64 { return millisecond }},
	{"bimodal", func(r *rand.Rand) int64 { // messages, and one timeout in ten
		if r.IntN(10) == 0 {
			return 150*millisecond + r.Int64N(150*millisecond)
		}
		return int64(-math.Log(1-r.Float64()) * millisecond)
	}},
}

func (s stream) delays(count int) []int64 {
	r := rand.New(rand.NewPCG(1, 2))
	delays := make([]int64, count)
	for i := range delays {
		delays[i] = s.draw(r)
	}
	return delays
}
