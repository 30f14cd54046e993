// Package world holds everything that must not be accused.
package world

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"runtime"
	"slices"
	"sort"
	"time"
	"unsafe"
)

// ErrFull is an error made by errors.New.
var ErrFull = errors.New("full")

type node interface{ Start() }

type pointer = *host

type host struct{ n int }

func (h *host) Start()    {}
func (h host) twice() int { return 2 * h.n }

var (
	_ node = (*host)(nil)
	_ node = pointer(nil)
)

type entry struct {
	name string
	make func() node
}

var (
	primes            = [...]int{2, 3, 5}
	powers            = computed()
	byName            = map[string]entry{"host": {"host", func() node { return &host{} }}}
	greeting          = "hello"
	origin            = host{}
	filled   [3]int64 = [3]int64{1}
	built             = []int{0}
)

func init() { built[0] = 1 }

func computed() []uint64 { return []uint64{1, 2, 4} }

const timeout = 100 * time.Millisecond

func read(d time.Duration) (string, error) {
	if _, err := time.ParseDuration("1s"); err != nil {
		return "", err
	}
	if d.Milliseconds() > timeout.Milliseconds()+int64(1e9)+math.MaxInt32 {
		var e runtime.Error
		_ = errors.As(ErrFull, &e)
	}
	local := primes
	local[0] = built[0] + origin.twice() + int(unsafe.Sizeof(local)) + int(filled[0]) + int(powers[0])
	return fmt.Sprintf("%s %d%%p %v", greeting, local, byName["host"].name), nil
}

func pairs(m map[string]int) iter.Seq[string] { return slices.Values(slices.Sorted(maps.Keys(m))) }

func sorted(m map[string]int, by func(a, b string) int) (keys []string, values []int) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for k, v := range m {
		if v > 3 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, by)
	for _, v := range m {
		values = append(values, v+1)
	}
	sort.Ints(values)
	_ = slices.SortedFunc(maps.Keys(m), by)
	return keys, append(values, slices.Sorted(maps.Values(m))...)
}

func commuting(m map[string]int, other map[string]uint8, counts map[int]int) (sum, most, least, bits, n int) {
	for k, v := range m {
		if v == 0 {
			delete(m, k)
			continue
		}
		m[k] = v + 1
	}
	for k := range m {
		delete(m, k)
	}
	for k, v := range m {
		other[k] = uint8(v)
		counts[v]++
		sum += v
		bits |= v
		n++
		most = max(most, v)
		if v < least {
			least = v
		}
	}
	for k := range m {
		delete(other, k+"'")
	}
	for _, v := range m {
		double := 2 * v
		if most < double {
			most = double
		}
	}
	for range m {
	}
	clear(m)
	maps.Copy(m, maps.Clone(m))
	return sum, most, least, bits, n
}
