// Package options says what is wrong with one key of a protocol's configuration.
package options

import "fmt"

type wrong struct{ key, message string }

// Wrong is what is wrong with a key, in the words of fmt.Sprintf. Whoever decodes the
// configuration finds the key by the error's Path, and says where it stands.
func Wrong(key, format string, args ...any) error {
	return wrong{key, fmt.Sprintf(format, args...)}
}

func (w wrong) Error() string { return w.key + ": " + w.message }

// Path is the key that the error is about.
func (w wrong) Path() string { return w.key }
