package scenarios

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// failure carries a panic of the engine or of a judge out of the goroutine in which
// it happened, to the one that waits for it. The first one is kept.
type failure struct {
	mutex sync.Mutex
	first any
}

// Fault of the engine, with the stack of where it happened.
type engineFault struct {
	cause any
	stack []byte
}

// Error implements error.
func (e *engineFault) Error() string { return fmt.Sprintf("%v\n%s", e.cause, e.stack) }

// keep is deferred by each goroutine.
func (f *failure) keep() {
	cause := recover()
	if cause == nil {
		return
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.first == nil {
		f.first = &engineFault{cause, debug.Stack()}
	}
}

// raise panics with what was kept, if anything.
func (f *failure) raise() {
	if f.first != nil {
		panic(f.first)
	}
}
