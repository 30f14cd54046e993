// Package boxes makes values a chunk at a time.
package boxes

// Of makes values of one type: messages and records are many, small and never changed,
// and one allocation for each would be felt. The zero value is ready.
type Of[T any] struct {
	chunk []T
	size  int
}

// Chunks grow from the first length to the last: many worlds are small.
const (
	firstChunk = 4
	lastChunk  = 64
)

// Next returns a zero value, which is the caller's for ever.
func (b *Of[T]) Next() *T {
	if len(b.chunk) == 0 {
		b.size = min(max(2*b.size, firstChunk), lastChunk)
		b.chunk = make([]T, b.size)
	}
	box := &b.chunk[0]
	b.chunk = b.chunk[1:]
	return box
}
