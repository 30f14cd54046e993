//go:build canary

package kernel

// canary plants what must never be, an order that a map decides, so that whoever
// compares digests can be seen to notice.
func (w *World) canary() {
	words := map[uint64]bool{}
	for i := range uint64(100) {
		words[i] = true
	}
	for word := range words {
		w.digest.Add(word, 0, 0, 0, 0, 0)
	}
}
