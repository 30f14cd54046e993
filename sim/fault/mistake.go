package fault

import (
	"errors"
	"fmt"
	"strings"

	"simrun/sim/random"
)

// mistake is what is wrong with a fault before anything runs. It names the field,
// dotted, so that a reader of scenarios can point at it.
type mistake struct{ path, text, hint string }

func (m *mistake) Error() string { return m.text }

// Path is the field that is wrong, as scenarios spell it.
func (m *mistake) Path() string { return m.path }

// Hint says what to write instead; it may be empty.
func (m *mistake) Hint() string { return m.hint }

func wrong(path, format string, values ...any) error {
	return &mistake{path: path, text: fmt.Sprintf(format, values...)}
}

// checkSpec refuses a distribution that cannot be compiled; none at all is fine.
func checkSpec(path string, spec *random.Spec) error {
	if spec == nil {
		return nil
	}
	_, err := spec.Compile()
	var field *random.FieldError
	if errors.As(err, &field) {
		inner := strings.NewReplacer("[", ".", "]", "").Replace(field.Field)
		return wrong(strings.TrimSuffix(path+"."+inner, "."), "%s", field.Problem)
	}
	return err
}

// checkHappens refuses a probability of 0: such a fault would do nothing.
func checkHappens(path string, p random.Probability) error {
	if p == random.Never {
		return wrong(path, "a probability of 0 does nothing")
	}
	return nil
}
