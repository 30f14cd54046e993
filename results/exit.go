package results

import (
	"slices"

	"simrun/sim/record"
)

// The codes with which the program ends.
const (
	ExitExpected    = 0   // everything as expected
	ExitBroken      = 1   // an expectation failed, or a node panicked
	ExitUsage       = 2   // bad usage or scenario; nothing ran
	ExitUndecided   = 3   // a checker reached a bound, or a limit cut a run
	ExitVacuous     = 4   // too little happened to judge by
	ExitEngine      = 5   // the engine broke its promise
	ExitInterrupted = 130 // interrupted; the report is partial
)

// Worst is the code to end with where several hold: 5, 130, 1, 3, 4, in this
// order. Bad usage comes before all of them, since then nothing ran.
func Worst(codes ...int) int {
	for _, code := range []int{ExitUsage, ExitEngine, ExitInterrupted, ExitBroken, ExitUndecided, ExitVacuous} {
		if slices.Contains(codes, code) {
			return code
		}
	}
	return ExitExpected
}

// Exit is the code for a single run.
func (r *Run) Exit() int {
	codes := codesOf(r.Judgements())
	if r.Interrupted() {
		codes = append(codes, ExitInterrupted)
	}
	if r.Panicked() {
		codes = append(codes, ExitBroken)
	}
	if r.stopped(record.OutOfEvents) || r.stopped(record.OutOfMemory) {
		codes = append(codes, ExitUndecided)
	}
	for i := range r.Cells {
		if r.Cells[i].Vacuous() {
			codes = append(codes, ExitVacuous)
		}
	}
	return Worst(codes...)
}

// Exit is the code for a sweep.
func (s *Sweep) Exit() int {
	codes := codesOf(s.Judgements())
	if s.Interrupted {
		codes = append(codes, ExitInterrupted)
	}
	if s.Panics > 0 {
		codes = append(codes, ExitBroken)
	}
	if s.Runs == 0 || len(s.Thin()) > 0 {
		codes = append(codes, ExitVacuous)
	}
	return Worst(codes...)
}

func codesOf(list []Judgement) []int {
	var codes []int
	for _, j := range list {
		switch j.State {
		case Broken:
			codes = append(codes, ExitBroken)
		case Unknown:
			codes = append(codes, ExitUndecided)
		case Vacuous:
			codes = append(codes, ExitVacuous)
		}
	}
	return codes
}
