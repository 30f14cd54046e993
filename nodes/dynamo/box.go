package dynamo

// boxes makes values of one type, a chunk at a time: messages are many, small and
// never changed, and one allocation for each would be felt.
type boxes[T any] struct {
	chunk []T
	size  int
}

// Chunks grow from the first length to the last: many worlds are small.
const (
	firstChunk = 4
	lastChunk  = 64
)

// next returns a zero value, which is the caller's for ever.
func (b *boxes[T]) next() *T {
	if len(b.chunk) == 0 {
		b.size = min(max(2*b.size, firstChunk), lastChunk)
		b.chunk = make([]T, b.size)
	}
	box := &b.chunk[0]
	b.chunk = b.chunk[1:]
	return box
}
