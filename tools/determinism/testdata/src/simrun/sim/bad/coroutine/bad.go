package coroutine

import "iter"

func pull(s iter.Seq[int], p iter.Seq2[int, int]) {
	_, stop := iter.Pull(s) // want `coroutine: iter.Pull belongs to simrun/sim/process alone`
	stop()
	_, stop = iter.Pull2[int, int](p) // want `coroutine: iter.Pull2`
	stop()
}
