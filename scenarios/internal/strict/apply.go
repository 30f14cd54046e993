package strict

// Apply changes the document as the mapping at a path says: each of its keys is the path of a field, as of Set, and each
// value goes there. What it brings keeps the place where it is written. All that is wrong is reported; the document is
// then as it was. A path at which no mapping is written changes nothing.
func (d *Document) Apply(path string) Problems {
	_, found := d.root.find(path)
	if found == nil || found.kind != mapping {
		return nil
	}
	twin := d.root.clone(nil)
	var problems Problems
	for _, e := range found.entries {
		s := setter{decoder: d.decoder(), at: e.at, path: e.key, value: e.value.clone(nil)}
		err := s.set(&twin, d.typ, &field{}, e.key)
		switch own := s.decoder.problems; {
		case err == nil:
		case len(own) > 0:
			problems = append(problems, own...)
		default:
			problems = append(problems, err.(Problem))
		}
	}
	if len(problems) == 0 {
		d.root = twin
	}
	return problems
}

// setRaw changes a part of a value that nobody has decoded yet: only what is written tells its form.
func (s *setter) setRaw(place **node, rest string) error {
	if rest == "" {
		*place = s.value
		return nil
	}
	if *place != nil && (*place).kind == mapping {
		n := *place
		if index, below := n.splitKey(rest); index >= 0 {
			return s.setRaw(&n.entries[index].value, below)
		}
		n.entries = append(n.entries, entry{rest, s.at, s.value})
		return nil
	}
	if *place != nil && (*place).kind == list {
		if item, below := (*place).item(rest); item != nil {
			return s.setRaw(&item, below)
		}
	}
	return s.fail("there is no "+quote(rest)+" in "+s.taken(rest), "")
}
