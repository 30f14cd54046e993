package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"simrun/scenarios/internal/strict"
	"simrun/workloads"
)

// Field is one key that a scenario may have.
type Field = strict.Field

// FieldList lists every key that a scenario may have, in the order in which files
// have them.
func FieldList() []Field { return strict.Fields(new(Scenario), options()) }

// Schema is the JSON Schema of scenarios, for editors.
func Schema() ([]byte, error) {
	return strict.Schema(new(Scenario), options(), "a scenario of simrun")
}

// Fields lists the keys that this scenario may have, given the kinds of protocol and
// workload and the faults in it, with the paths by which they are set. The defaults
// are what it says, where it says something.
func (p *Plan) Fields() []Field {
	s := &p.Scenario
	protocol := kindOf(reflect.TypeFor[Protocol](), s.Protocol)
	workload := kindOf(reflect.TypeFor[workloads.Workload](), s.Workload)
	var list []Field
	for _, f := range FieldList() {
		switch union, rest, nested := strings.Cut(f.Path, "["); {
		case nested && union == "protocol":
			list = appendKind(list, f, union, rest, protocol)
		case nested && union == "workload":
			list = appendKind(list, f, union, rest, workload)
		case nested && union == "faults":
			// listed with the faults that there are
		default:
			list = append(list, f)
		}
		switch f.Path {
		case "faults":
			list = append(list, s.faultFields()...)
		case "case":
			list = append(list, s.caseFields()...)
		}
	}
	for i := range list {
		fill(&list[i], s)
	}
	return withoutUnset(list)
}

// withoutUnset leaves out the ways to spell a value in detail that the scenario
// makes no use of.
func withoutUnset(list []Field) []Field {
	spelt := "\x00"
	return slices.DeleteFunc(list, func(f Field) bool {
		inside := strings.HasPrefix(f.Path, spelt)
		if f.Type == "value or mapping" && !inside {
			spelt = f.Path + "."
		}
		return inside && f.Default == ""
	})
}

// appendKind adds a field of a union, if it is of the union's kind here.
func appendKind(list []Field, f Field, union, rest, kind string) []Field {
	below, inUse := strings.CutPrefix(rest, kind+"]")
	if !inUse {
		return list
	}
	f.Path = union + below
	if below == "" {
		f.Path, f.Type, f.Default = union+".kind", "text", kind
	}
	return append(list, f)
}

// faultFields lists the fields of the faults that there are.
func (s *Scenario) faultFields() []Field {
	var list []Field
	for i, e := range s.Faults {
		for _, f := range FieldList() {
			if rest, is := strings.CutPrefix(f.Path, "faults["); is {
				list = appendKind(list, f, fmt.Sprintf("faults.%d", i), rest, entryOf(e).Fault.Name())
			}
		}
	}
	return list
}

// caseFields lists the axes of cases, which are fields as any other.
func (s *Scenario) caseFields() []Field {
	var list []Field
	for _, axis := range keys(s.Cases) {
		list = append(list, Field{
			Path: casePrefix + axis, Type: "text", Allowed: s.alternatives(axis), Doc: "which of its cases holds",
		})
	}
	return list
}

// kindOf finds the kind of a union of which a value is.
func kindOf(union reflect.Type, value any) string {
	for _, a := range options().Unions[union] {
		if reflect.TypeOf(a.New()) == reflect.TypeOf(value) {
			return a.Kind
		}
	}
	return ""
}

// zeros are how fields that nobody has set are spelt.
var zeros = []string{"", "0", "0s", "0/0s", "false"}

// fill replaces a field's default by what the scenario says.
func fill(f *Field, s *Scenario) {
	f.Required = false // it is there
	if value, has := s.Value(f.Path); has && (f.Default != "" || !slices.Contains(zeros, value)) {
		f.Default = value
	}
}

// Value is the value of a field at a dotted path, as scenarios spell it; false where
// the scenario has no such field, or one with more than one value.
func (s *Scenario) Value(path string) (text string, has bool) {
	visit := func(at string, v reflect.Value) {
		if at == path {
			text, has = scalarText(v), true
		}
	}
	eachScalar(reflect.ValueOf(s).Elem(), "", visit)
	for i, e := range s.Faults {
		eachScalar(reflect.ValueOf(e), fmt.Sprintf("faults.%d", i), visit)
	}
	return text, has
}

// Shorten lets the plan's runs end after so much work. Faults that would strike
// later are left out. It is for comparing digests of long scenarios quickly: what
// the scenario requires and expects may not be met any more.
func (p *Plan) Shorten(work time.Duration) {
	for i := range p.Cells {
		s := &p.Cells[i].Scenario
		s.Duration = min(s.Duration, work)
		s.WarmUp = min(s.WarmUp, s.Duration-1)
		s.Faults = slices.DeleteFunc(slices.Clone(s.Faults), func(e faultEntry) bool {
			return entryOf(e).At >= s.Duration
		})
	}
}
