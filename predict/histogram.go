package predict

import (
	"math/bits"
	"time"
)

// A histogram counts times in buckets: each nanosecond has its own up to 2^10, and
// each octave above has 2^10 of equal width. Within a bucket the times are taken to
// be spread evenly, which is off by far less than the thousandth of a bucket's width.
// Merging is associative, so that no order of merging shows.
type histogram struct {
	octaves [64 - fine]*[1 << fine]uint32
	count   uint64
}

// fine is the base-two logarithm of the buckets of an octave.
const fine = 10

// add counts a time, which must not be below 0.
func (h *histogram) add(t int64) {
	h.count++
	octave, place := bucketOf(t)
	counts := h.octaves[octave]
	if counts == nil {
		counts = new([1 << fine]uint32)
		h.octaves[octave] = counts
	}
	counts[place]++
}

// addAll counts times.
func (h *histogram) addAll(times []int64) {
	for _, t := range times {
		h.add(t)
	}
}

// bucketOf returns where a time is counted.
func bucketOf(t int64) (octave, place uint) {
	octave = uint(bits.Len64(uint64(t) >> fine))
	return octave, uint(t>>(max(octave, 1)-1)) & (1<<fine - 1)
}

// bounds returns the first time of a bucket, and how many it has.
func bounds(octave, place int) (from, width int64) {
	if octave == 0 {
		return int64(place), 1
	}
	return int64(1<<fine|place) << (octave - 1), 1 << (octave - 1)
}

// each visits the buckets that are not empty, by growing time, until visit is false.
func (h *histogram) each(visit func(from, width int64, count uint64) bool) {
	for octave, counts := range h.octaves {
		if counts == nil {
			continue
		}
		for place, count := range counts {
			if count == 0 {
				continue
			}
			if from, width := bounds(octave, place); !visit(from, width, uint64(count)) {
				return
			}
		}
	}
}

// merge adds the counts of another histogram.
func (h *histogram) merge(other *histogram) {
	h.count += other.count
	for octave, counts := range other.octaves {
		if counts == nil {
			continue
		}
		if h.octaves[octave] == nil {
			h.octaves[octave] = new([1 << fine]uint32)
		}
		for place, count := range counts {
			h.octaves[octave][place] += count
		}
	}
}

// atMost estimates how many of the times are up to a time.
func (h *histogram) atMost(t int64) float64 {
	sum := 0.0
	h.each(func(from, width int64, count uint64) bool {
		if from > t {
			return false
		}
		sum += float64(count) * float64(min(t-from, width-1)+1) / float64(width)
		return true
	})
	return sum
}

// rank estimates the k-th smallest time, k from 1 to the count.
func (h *histogram) rank(k uint64) time.Duration {
	below, found := uint64(0), int64(0)
	h.each(func(from, width int64, count uint64) bool {
		if below+count >= k {
			within := (float64(k-below) - 0.5) / float64(count)
			found = from + int64(within*float64(width))
			return false
		}
		below += count
		return true
	})
	return time.Duration(found)
}
