package history

import (
	"slices"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

// model is what histories of one kind consist of and how they are judged.
type model struct {
	name  string
	codes []sim.Code
	judge []func(*record.Run, checks.Options) checks.Report
	// unique tells that no two writes of a key may write the same value.
	unique bool
}

// models lists the models, in the order in which they are shown.
func models() []model {
	return []model{
		{name: "register", codes: []sim.Code{sim.Get, sim.Put, sim.Delete}, judge: linearizable(checks.NumberModel)},
		{name: "cas-register", codes: []sim.Code{sim.Get, sim.Put, sim.Delete, sim.CAS}, judge: linearizable(checks.NumberModel)},
		{name: "set", codes: []sim.Code{sim.Get, sim.Add, sim.Remove}, judge: linearizable(checks.SetModel)},
		{name: "counter", codes: []sim.Code{sim.Get, sim.Add}, judge: linearizable(checks.CounterModel)},
		{
			name: "session", codes: []sim.Code{sim.Get, sim.Put, sim.Delete}, unique: true,
			judge: []func(*record.Run, checks.Options) checks.Report{
				checks.ReadYourWrites,
				checks.MonotonicReads, checks.MonotonicWrites, checks.WritesFollowReads,
			},
		},
	}
}

func linearizable(as checks.Model) []func(*record.Run, checks.Options) checks.Report {
	return []func(*record.Run, checks.Options) checks.Report{
		func(run *record.Run, o checks.Options) checks.Report { return checks.LinearizableAs(run, o, as) },
	}
}

// Models are the names of the models that a history can be judged by.
func Models() []string {
	var names []string
	for _, m := range models() {
		names = append(names, m.name)
	}
	return names
}

// find finds a model by its name.
func find(name string) (model, error) {
	all := models()
	i := slices.IndexFunc(all, func(m model) bool { return m.name == name })
	if i < 0 {
		return model{}, misspelt("model", name, Models())
	}
	return all[i], nil
}

// Judge judges a run by the model that its history was read with: linearizability,
// and for sessions the four guarantees, each process being a session. It fails
// with an Error where there is no such model.
func Judge(run *record.Run, model string) ([]checks.Report, error) {
	m, err := find(model)
	if err != nil {
		return nil, err
	}
	var reports []checks.Report
	for _, judge := range m.judge {
		reports = append(reports, judge(run, checks.Options{}))
	}
	return reports, nil
}

// spelling is one way to spell an op; the first of a code is how it is written.
type spelling struct {
	name string
	code sim.Code
}

var spellings = [...]spelling{
	{"read", sim.Get},
	{"write", sim.Put},
	{"delete", sim.Delete},
	{"cas", sim.CAS},
	{"add", sim.Add},
	{"remove", sim.Remove},
	{"get", sim.Get},
	{"put", sim.Put},
}

// code finds the op that f names.
func (m *model) code(f string) (sim.Code, *Error) {
	for _, s := range spellings {
		switch {
		case s.name != f:
		case slices.Contains(m.codes, s.code):
			return s.code, nil
		default:
			return 0, wrong("f %q is not an op of model %s", f, m.name)
		}
	}
	return 0, misspelt("f", f, m.spellings())
}

// spellings are the words that name the model's ops.
func (m *model) spellings() []string {
	var known []string
	for _, s := range spellings {
		if slices.Contains(m.codes, s.code) {
			known = append(known, s.name)
		}
	}
	return known
}

// spell is how a code is written.
func spell(code sim.Code) string {
	return spellings[slices.IndexFunc(spellings[:], func(s spelling) bool { return s.code == code })].name
}
