//go:build canary

package kernel

// canary plants what must never be, a delay that the order of a map decides, so that
// whoever compares runs can be seen to notice.
func (w *World) canary() int64 {
	words := map[int64]bool{}
	for i := range int64(100) {
		words[i] = true
	}
	for word := range words {
		return word
	}
	return 0
}
