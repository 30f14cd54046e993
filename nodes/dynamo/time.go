package dynamo

import "simrun/sim"

// wallTime is the time that a write gets: the wall clock in nanoseconds since 1970,
// as if every world began on 9 September 2001.
func wallTime(env *sim.Env) uint64 { return uint64(worldBegan + int64(env.Wall())) }

const worldBegan = 1_000_000_000 * 1_000_000_000
