package record

import "sort"

// Counters count what happened in a run, by name. They are what `requires`
// speaks of. A small sorted list: never iterated in map order.
type Counters struct {
	list []Counter
}

// Counter is one count.
type Counter struct {
	Name  string
	Count int64
}

// Add adds n to a counter.
func (c *Counters) Add(name string, n int64) {
	i := sort.Search(len(c.list), func(i int) bool { return c.list[i].Name >= name })
	if i < len(c.list) && c.list[i].Name == name {
		c.list[i].Count += n
		return
	}
	c.list = append(c.list, Counter{})
	copy(c.list[i+1:], c.list[i:])
	c.list[i] = Counter{Name: name, Count: n}
}

// Get returns a count, 0 where nothing was counted.
func (c *Counters) Get(name string) int64 {
	i := sort.Search(len(c.list), func(i int) bool { return c.list[i].Name >= name })
	if i < len(c.list) && c.list[i].Name == name {
		return c.list[i].Count
	}
	return 0
}

// All returns the counters in the order of their names.
func (c *Counters) All() []Counter { return c.list }

// Reset forgets all counts.
func (c *Counters) Reset() { c.list = c.list[:0] }
