package random

import (
	_ "crypto/rand"  // want `random: crypto/rand differs on every run`
	_ "hash/maphash" // want `random: hash/maphash is seeded anew by every process`
	_ "math/rand"    // want `random: math/rand draws have addresses`
	_ "math/rand/v2" // want `random: math/rand/v2 draws have addresses`

	_ "golang.org/x/exp/rand" // want `random: golang.org/x/exp/rand belongs to simrun/sim/random alone`
)
