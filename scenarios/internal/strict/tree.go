package strict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// shapeKind tells the three forms of a value apart, and what was refused while reading.
type shapeKind uint8

const (
	scalar shapeKind = iota
	list
	mapping
	refused // a problem has been reported; whoever meets it says nothing more
)

// node is one value of a document as it was written: text, not yet anything else.
type node struct {
	kind    shapeKind
	text    string // of a scalar
	quoted  bool   // of a scalar: in quotes or a block, so certainly text
	block   bool   // of a list or mapping: by indentation, not in brackets
	items   []*node
	entries []entry
	at      Pos
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	at    Pos // of the key
	value *node
}

// isNull says whether a value was left out, or written as one of YAML's words for nothing.
func (n *node) isNull() bool {
	if n.kind != scalar || n.quoted {
		return false
	}
	switch n.text {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// get gives the value of a key, nil if there is none.
func (n *node) get(key string) *node {
	if n.kind != mapping {
		return nil
	}
	for i := range n.entries {
		if n.entries[i].key == key {
			return n.entries[i].value
		}
	}
	return nil
}

// clone copies a tree; all of it then stands at the given place, if one is given.
func (n *node) clone(at *Pos) *node {
	twin := *n
	if at != nil {
		twin.at = *at
	}
	twin.items = make([]*node, len(n.items))
	for i, item := range n.items {
		twin.items[i] = item.clone(at)
	}
	twin.entries = slices.Clone(n.entries)
	for i := range twin.entries {
		twin.entries[i].value = n.entries[i].value.clone(at)
		if at != nil {
			twin.entries[i].at = *at
		}
	}
	return &twin
}

// splitKey takes the longest key of a mapping that begins the path, because the keys of a grid have dots themselves.
func (n *node) splitKey(path string) (index int, rest string) {
	index = -1
	longest := -1
	for i := range n.entries {
		key := n.entries[i].key
		if len(key) <= longest || path != key && !strings.HasPrefix(path, key+".") {
			continue
		}
		index, longest = i, len(key)
		rest = strings.TrimPrefix(path[len(key):], ".")
	}
	return index, rest
}

// find gives where a path stands: a scalar or a bracketed value itself, the key of an indented one, and for what was not
// written the nearest thing around it. The value is nil where nothing was written.
func (n *node) find(path string) (at Pos, found *node) {
	at = n.at
	for path != "" {
		var next *node
		switch n.kind {
		case mapping:
			index, rest := n.splitKey(path)
			if index < 0 {
				return at, nil
			}
			next, path, at = n.entries[index].value, rest, n.entries[index].at
		case list:
			if next, path = n.item(path); next != nil {
				at = next.at
			}
		}
		if next == nil {
			return at, nil
		}
		if n = next; n.kind == scalar || !n.block {
			at = n.at
		}
	}
	return at, n
}

// item gives the item that the first step of a path counts to.
func (n *node) item(path string) (*node, string) {
	step, rest, _ := strings.Cut(path, ".")
	index, err := strconv.Atoi(step)
	if err != nil || index < 0 || index >= len(n.items) || step != strconv.Itoa(index) {
		return nil, ""
	}
	return n.items[index], rest
}

// describe names the form of a value in a message.
func (n *node) describe() string {
	switch n.kind {
	case list:
		return "a list"
	case mapping:
		return "a mapping"
	}
	return fmt.Sprintf("the single value %s", quote(n.text))
}
