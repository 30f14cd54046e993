package world

import (
	"math/rand"
	"time"
)

func inTests() float64 {
	go rand.Int()
	return time.Since(time.Now()).Seconds()
}
