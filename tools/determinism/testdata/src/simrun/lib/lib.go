// Package lib lies outside the simulated world: nothing here is accused.
package lib

import (
	"math/rand"
	"time"
)

// Count is a variable for others to change.
var Count int

// Signal returns a channel.
func Signal() chan struct{} { return make(chan struct{}) }

// Table is a map of a named type.
type Table map[string]int

// Now reads the clock.
func Now() time.Time {
	go rand.Int()
	return time.Now()
}
