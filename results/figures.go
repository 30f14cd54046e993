package results

// Figures is the report of an experiment that is no scenario: tables of what was
// computed, and what was expected of it.
type Figures struct {
	Name   string
	Title  string // one line: what it is about
	Seed   uint64
	Engine string
	Digest uint64 // of all runs
	Trials uint64
	Tables []Table  // for people
	All    Table    // every figure in a row of its own, for programs
	Words  []string // what the tables say
	Claims []Claimed
}

// Claimed is what is expected of figures, and what became of it.
type Claimed struct {
	Text  string
	State State
	Why   string
}

// Exit is the code to exit with: 1 where something expected does not hold, 4 where
// there was too little to judge by.
func (f *Figures) Exit() int {
	var codes []int
	for _, c := range f.Claims {
		switch c.State {
		case Broken:
			codes = append(codes, ExitBroken)
		case Vacuous:
			codes = append(codes, ExitVacuous)
		}
	}
	return Worst(codes...)
}
