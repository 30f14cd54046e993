package scenarios

import "simrun/scenarios/internal/strict"

// production is empty: builds for browsers do without libraries of others.
func production() []strict.Alternative { return nil }
