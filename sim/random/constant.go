package random

// Constant tells whether every word gives the same value, and which: then no
// draw is needed.
func (d *Dist) Constant() (int64, bool) {
	if d.parts != nil || d.only.curve != nil || d.only.span > 1 {
		return 0, false
	}
	return d.only.low, true
}
