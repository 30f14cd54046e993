package merkle_test

import (
	"fmt"

	"simrun/nodes/internal/merkle"
	"simrun/sim"
)

// Two replicas hold a hundred keys. One of them missed a write, and finds out which
// keys to ask for.
func Example() {
	shape := merkle.Shape{Fanout: 4, Depth: 3}
	here, there, index := merkle.New(shape), merkle.New(shape), merkle.NewIndex(shape)
	for key := range sim.Key(100) {
		here.Set(key, merkle.Absent, 1)
		there.Set(key, merkle.Absent, 1)
		index.Add(key)
	}
	there.Set(42, 1, 2)

	descent := merkle.Descend(here)
	for !descent.Done() {
		query := descent.Ask(0)       // goes there,
		answer := there.Answer(query) // comes back,
		descent.Take(answer)          // and is compared here
	}
	for _, count := range descent.Levels() {
		fmt.Printf("level %d: %2d compared, %d differing %d, %d descended\n",
			count.Level, count.Compared, count.Differing, descent.Differing(count.Level), count.Descended)
	}
	for _, leaf := range descent.Leaves() {
		fmt.Println("to stream:", index.Keys(int(leaf)))
	}
	// Output:
	// level 0:  1 compared, 1 differing [0], 1 descended
	// level 1:  4 compared, 1 differing [2], 1 descended
	// level 2:  4 compared, 1 differing [11], 1 descended
	// level 3:  4 compared, 1 differing [46], 0 descended
	// to stream: [k28 k42 k45 k49 k59]
}
