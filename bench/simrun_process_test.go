//go:build linux

package bench

import (
	"iter"
	"time"

	"simrun/sim/kernel/queue"
)

// ours are simrun's sleepers. The first is the measure for all others. A process
// of package simrun/sim/process, run by a whole kernel, belongs here as the
// second.
var ours = []sleeper{
	{"coroutine", sleepByCoroutine},
}

// sleepByCoroutine is the least that a blocking process can cost: a coroutine
// of iter.Pull, resumed when its event leaves the queue.
func sleepByCoroutine(processes, steps int, delays []time.Duration) (slept int) {
	q := queue.New()
	resume, stop := make([]func() (time.Duration, bool), processes), make([]func(), processes)
	for i := range processes {
		resume[i], stop[i] = iter.Pull(func(sleep func(time.Duration) bool) {
			for step := i; sleep(delays[step%len(delays)]); step += processes {
				slept++
			}
		})
		defer stop[i]()
		q.Push(&queue.Event{Seq: uint32(i), Arg: uint32(i)})
	}
	var e queue.Event
	for step := range steps {
		q.Pop(&e)
		delay, _ := resume[e.Arg]()
		e.At += int64(delay)
		e.Seq = uint32(processes + step)
		q.Push(&e)
	}
	return slept
}
