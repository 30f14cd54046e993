package channel

import "simrun/lib"

type inbox struct {
	in chan int // want `channel: no channel: effects go through Env`
}

func (b inbox) use() {
	b.in <- 1 // want `channel: no send on a channel`
	<-b.in    // want `channel: no receive from a channel`
	select {  // want `channel: select chooses at random`
	default:
	}
	for range b.in { // want `channel: no range over a channel`
	}
	_ = make(chan<- string, 1) // want `channel: no channel`
	lent := lib.Signal()       // want `channel: no channel`
	_ = lent
}
