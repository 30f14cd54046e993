package dynamo

import "simrun/sim"

// Supports tells whether a store so configured has such an op.
func (c Config) Supports(code sim.Code) bool { return c.datatype().supports(code) }

// Holds names what every key of a store so configured holds: "set", "counter", or
// nothing where keys hold values that only their readers understand.
func (c Config) Holds() string {
	switch c.datatype() {
	case aSet:
		return "set"
	case aCounter:
		return "counter"
	}
	return ""
}

// supports tells whether keys that hold such a thing have an op.
func (d datatype) supports(code sim.Code) bool {
	switch code {
	case sim.Get:
		return true
	case sim.Put:
		return d == opaque || d == aRegister
	case sim.Delete:
		return d != aCounter
	case sim.Add, sim.Remove:
		return d == aSet || d == aCounter
	}
	return false
}
