package raft

import "simrun/nodes/internal/replog"

// cache is what the server last read of its log to ship it: servers that are equally far are
// shipped the same, and it is read once. It outlives the term, so what is cut from the log has
// to go from here too.
type cache struct {
	after   uint64 // the index before the first entry
	entries []replog.Entry
}

// cut forgets the entries after an index.
func (c *cache) cut(after uint64) {
	keep := max(after, c.after) - c.after
	c.entries = c.entries[:min(keep, uint64(len(c.entries)))]
}

// find is so many entries after an index, nil where not all of them are here.
func (c *cache) find(after, many uint64) []replog.Entry {
	if after < c.after || after+many > c.after+uint64(len(c.entries)) {
		return nil
	}
	from := after - c.after
	return c.entries[from : from+many : from+many]
}

// fetch is what to ship after an index: at most limit entries of the log.
func (n *Node) fetch(after uint64, limit int) []replog.Entry {
	many := min(n.log.Last().Index-after, uint64(limit))
	if found := n.cache.find(after, many); found != nil {
		return found
	}
	n.cache = cache{after, n.log.Slice(after, limit)}
	return n.cache.entries
}

// uncache forgets what is cut from the log after an index.
func (n *Node) uncache(after uint64) {
	if !n.config.staleCache() {
		n.cache.cut(after)
	}
}
