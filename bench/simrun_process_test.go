//go:build linux

package bench

import (
	"iter"
	"strconv"
	"time"

	"simrun/sim"
	"simrun/sim/kernel"
	"simrun/sim/kernel/queue"
	"simrun/sim/network"
	"simrun/sim/process"
)

// ours are simrun's sleepers. The first is the measure for all others.
var ours = []sleeper{
	{"coroutine", sleepByCoroutine},
	{"process", sleepByProcess},
	{"handler", sleepByHandler},
}

// sleepByProcess lets processes of simrun sleep in a whole kernel, with its clocks,
// addresses and digest.
func sleepByProcess(processes, steps int, delays []time.Duration) (slept int) {
	inKernel(processes, steps, func(i int) sim.Node {
		return process.New(func(p *process.P) {
			for step := i; ; step += processes {
				p.Sleep(delays[step%len(delays)])
				slept++
			}
		})
	})
	return slept
}

// sleepByHandler is the same without a coroutine: what a protocol does.
func sleepByHandler(processes, steps int, delays []time.Duration) (slept int) {
	inKernel(processes, steps, func(i int) sim.Node {
		return &napper{processes, i, delays, &slept}
	})
	return slept
}

// inKernel runs a world of nodes for so many events.
func inKernel(nodes, events int, node func(i int) sim.Node) {
	c := kernel.Config{Work: time.Hour, MaxEvents: uint64(events), Nodes: make([]kernel.Node, nodes)}
	c.Network.Links = make([]network.Link, 1)
	for i := range c.Nodes {
		c.Nodes[i] = kernel.Node{Name: strconv.Itoa(i), Client: true, New: func(sim.NodeID) sim.Node { return node(i) }}
	}
	kernel.New(c).Run(1)
}

// napper sleeps from timer to timer.
type napper struct {
	processes, step int
	delays          []time.Duration
	slept           *int
}

func (n *napper) Start(env *sim.Env) { n.nap(env) }

func (n *napper) nap(env *sim.Env) {
	env.After(n.delays[n.step%len(n.delays)], sim.Timer{Kind: 1})
	n.step += n.processes
}

func (n *napper) Timeout(env *sim.Env, t sim.Timer) {
	*n.slept++
	n.nap(env)
}

func (n *napper) Receive(*sim.Env, sim.NodeID, sim.Message) {}
func (n *napper) Synced(*sim.Env, sim.Sync)                 {}

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
