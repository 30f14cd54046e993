package scenarios

// For the tests.
var (
	EntryOf = entryOf
	Options = options
)
