//go:build linux

package bench

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"simrun/sim/kernel/queue"
)

// peers are the other ways to let a process sleep in virtual time.
var peers = []sleeper{
	{"handoff", sleepByHandoff},
	{"synctest", sleepInSynctest},
}

// sleepByHandoff is the usual way of simulation libraries: a goroutine a
// process, and two channel operations a step, to the scheduler and back. It is
// given simrun's queue, so that only the hand-off differs.
func sleepByHandoff(processes, steps int, delays []time.Duration) (slept int) {
	q, wake, asleep := queue.New(), make([]chan bool, processes), make(chan time.Duration)
	for i := range wake {
		wake[i] = make(chan bool)
		go func() {
			for step := i; <-wake[i]; step += processes {
				slept++ // one goroutine at a time: no race
				asleep <- delays[step%len(delays)]
			}
		}()
		q.Push(&queue.Event{Seq: uint32(i), Arg: uint32(i)})
	}
	var e queue.Event
	for step := range steps {
		q.Pop(&e)
		wake[e.Arg] <- true
		e.At += int64(<-asleep)
		e.Seq = uint32(processes + step)
		q.Push(&e)
	}
	for _, w := range wake {
		w <- false
	}
	return slept
}

// sleepInSynctest lets goroutines sleep in a bubble of testing/synctest. That
// wants a test to run in, hence the detour.
func sleepInSynctest(processes, steps int, delays []time.Duration) (slept int) {
	done := false // RunTests obeys -count, but this is to run once
	bubble := func(t *testing.T) {
		if done {
			return
		}
		done = true
		synctest.Test(t, func(*testing.T) {
			var group sync.WaitGroup
			counts := make([]int, processes)
			for i := range processes {
				group.Go(func() {
					for step := i; step < steps; step += processes {
						time.Sleep(delays[step%len(delays)])
						counts[i]++
					}
				})
			}
			group.Wait()
			for _, count := range counts {
				slept += count
			}
		})
	}
	everything := func(string, string) (bool, error) { return true, nil }
	testing.RunTests(everything, []testing.InternalTest{{Name: "synctest", F: bubble}})
	return slept
}
