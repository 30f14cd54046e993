package dynamo

import "simrun/sim"

// Supports tells whether a store so configured has such an op.
func (c Config) Supports(code sim.Code) bool { return c.plan().supports(code) }
