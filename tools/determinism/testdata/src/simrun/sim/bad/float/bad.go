package float

import (
	"math"
	"strconv"
	"time"
)

type share float64 // want `float: no float64: count in integers`

const half = 0.5 // want `float: no floating-point literal`

type point struct {
	x float32    // want `float: no float32`
	z complex128 // want `float: no complex128`
}

func grow(d time.Duration, s share, n int) int { // want `float: no share`
	seconds := d.Seconds()                 // want `float: the result of Seconds is a float`
	parsed, _ := strconv.ParseFloat("", 2) // want `float: the result of ParseFloat is a float`
	if seconds > parsed {                  // want `float: no floating-point arithmetic`
		return int(math.Sqrt(2)) // want `float: the result of Sqrt`
	}
	quarter := half / 2 // want `float: no floating-point arithmetic`
	pi := math.Pi       // want `float: no Pi`
	_, _ = quarter, pi
	return int(float64(n)) // want `float: the result of float64 is a float`
}
