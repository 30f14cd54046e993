package scenarios

// For the tests.
var (
	EntryOf = entryOf
	Options = options
)

// Unmodelled is what the words blame, of a scenario of one cell.
func Unmodelled(p *Plan) string { return p.Cells[0].Scenario.unmodelled() }
