package dynamo

import (
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// appended is the whole log of what the replica has appended to its file and a peer
// is a home of, oldest first. Where tombstones are collected, each cuts the log of its
// key: what it deleted must not be handed to who has collected it already. Of what
// stands before the cut only versions that are still held are left.
func (r *replica) appended(env *sim.Env, peer sim.NodeID) []kept {
	disk := env.Disk()
	var list []kept
	cuts := map[sim.Key]int{} // by key: length of the list at its last tombstone, or collection
	for i := range disk.Len(logFile) {
		record, err := disk.Read(logFile, i)
		if err != nil {
			continue
		}
		if c, ok := record.(*collection); ok {
			cuts[c.Key] = len(list)
			continue
		}
		eachKey(record, func(key sim.Key, set versions.Set) {
			if place(r.local.layout.homes(key), peer) < 0 {
				return
			}
			if r.plan.grace > 0 && len(set.Deletes()) > 0 {
				cuts[key] = len(list)
			}
			list = append(list, kept{key, set})
		})
	}
	for i := range list {
		if c := &list[i]; i < cuts[c.Key] {
			held := r.store.held(c.Key).set
			gone := func(v versions.Version) bool { return !held.Has(&v) }
			c.Set = slices.DeleteFunc(slices.Clone(c.Set), gone)
		}
	}
	return slices.DeleteFunc(list, func(c kept) bool { return len(c.Set) == 0 })
}

// eachKey visits what a record of the file brought.
func eachKey(record sim.Record, visit func(sim.Key, versions.Set)) {
	switch m := record.(type) {
	case *write:
		visit(m.Key, m.Set)
	case *spread:
		visit(m.Key, m.Set)
	case *mend:
		visit(m.Key, m.Set)
	case *hint:
		visit(m.Key, m.Set)
	case *replay:
		visit(m.Key, m.Set)
	case *kept:
		visit(m.Key, m.Set)
	case *preloaded:
		for _, key := range m.Keys {
			visit(key, m.Set)
		}
	case *snapshot:
		for i := range m.Cells {
			visit(m.Cells[i].Key, m.Cells[i].Set)
		}
	}
}
