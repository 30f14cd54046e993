// Package random is where the one generator may be imported.
package random

import _ "golang.org/x/exp/rand"
