// Package process is where coroutines may be made.
package process

import "iter"

func pull(s iter.Seq[int]) { iter.Pull(s) }
