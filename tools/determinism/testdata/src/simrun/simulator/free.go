// Package free lies outside the simulated world: nothing here is accused.
package free

import (
	"math/rand"
	"os"
)

var last float64

func free(m map[string]bool) {
	for k := range m {
		go os.Getenv(k)
	}
	last = rand.Float64()
}
