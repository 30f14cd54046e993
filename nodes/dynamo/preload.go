package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// preloaded is the record of what a home holds from the beginning: keys that all have
// the same version, the initial value.
type preloaded struct {
	Keys []sim.Key
	Set  versions.Set
}

// Encode implements sim.Record.
func (p *preloaded) Encode(e *sim.Encoder) {
	e.Uint("keys", uint64(len(p.Keys)))
	for _, key := range p.Keys {
		e.Uint("key", uint64(key))
	}
	p.Set.Encode(e)
}

// preloadSize is the length of an initial value in bytes: that of an ordinary write.
const preloadSize = 100

// preload puts on an empty disk what the store holds from the beginning. A disk that is
// lost later stays empty.
func (r *replica) preload(env *sim.Env) {
	if r.plan.preload == 0 || env.Now() > 0 {
		return
	}
	p := &preloaded{Set: versions.Set{{Dot: kv.Dot{Counter: 1}, Size: preloadSize}}}
	for key := range sim.Key(r.plan.preload) {
		if place(r.local.layout.homes(key), r.self) >= 0 {
			p.Keys = append(p.Keys, key)
		}
	}
	env.Disk().Append(logFile, p)
	r.store.last++
	r.sync(env)
}
