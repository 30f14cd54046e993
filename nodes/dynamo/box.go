package dynamo

// boxes makes values of one type, a chunk at a time: messages are many, small and
// never changed, and one allocation for each would be felt.
type boxes[T any] struct{ chunk []T }

const chunkLength = 32

// next returns a zero value, which is the caller's for ever.
func (b *boxes[T]) next() *T {
	if len(b.chunk) == 0 {
		b.chunk = make([]T, chunkLength)
	}
	box := &b.chunk[0]
	b.chunk = b.chunk[1:]
	return box
}
