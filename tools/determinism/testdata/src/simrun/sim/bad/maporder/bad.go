package maporder

import (
	_ "encoding/gob" // want `maporder: encoding/gob writes maps in their random order`
	"maps"
	"reflect"
	"slices"
	"sort"

	"simrun/lib"
)

type item struct{ n int }

func send(...any) {}

func effects(m map[string]int, named lib.Table) {
	for k := range m { // want `maporder: map order differs from run to run: sort the keys first`
		send(k)
	}
	for k := range named { // want `maporder: map order`
		send(k)
	}
	for k := range m { // want `maporder: map order`
		if k != "" {
			break
		}
	}
}

func first(m map[string]int) string {
	for k := range m { // want `maporder: map order`
		return k
	}
	return ""
}

func generic[M ~map[K]V, K comparable, V any](m M) {
	for k := range m { // want `maporder: map order`
		send(k)
	}
}

func unsorted(m map[string]int) []string {
	var keys, other []string
	for k := range m { // want `maporder: map order`
		keys = append(keys, k)
	}
	send(keys)
	slices.Sort(keys)
	for k := range m { // want `maporder: map order`
		keys = append(keys, k)
	}
	slices.Sort(other)
	for k := range m { // want `maporder: map order`
		keys = append(keys, k+keys[0])
	}
	slices.Sort(keys)
	return keys
}

func ties(m map[string]item) []item {
	var items []item
	for _, v := range m { // want `maporder: map order`
		items = append(items, v)
	}
	slices.SortFunc(items, func(a, b item) int { return a.n - b.n })
	for _, v := range m { // want `maporder: map order`
		items = append(items, v)
	}
	sort.Slice(items, func(i, j int) bool { return items[i].n < items[j].n })
	return items
}

func lastWins(m map[string]int) (last int, text string, back map[int]string) {
	back = map[int]string{}
	for k, v := range m { // want `maporder: map order`
		back[v] = k
	}
	for _, v := range m { // want `maporder: map order`
		last = v
	}
	for k := range m { // want `maporder: map order`
		text += k
	}
	for k := range m { // want `maporder: map order`
		back[len(back)] = k
	}
	var k string
	for k = range m { // want `maporder: map order`
	}
	return last, k, back
}

func argmax(m map[string]int) (best string) {
	most := 0
	for k, v := range m { // want `maporder: map order`
		if v > most {
			most = v
			best = k
		}
	}
	return best
}

func twoWays(m map[string]int, seen map[string]int) (x int) {
	for _, v := range m { // want `maporder: map order`
		x += v
		x |= v
	}
	for k, v := range m { // want `maporder: map order`
		x += v
		seen[k] = x
	}
	for k := range m { // want `maporder: map order`
		delete(m, k+"'")
	}
	for k := range m { // want `maporder: map order`
		m[k+"'"]++
	}
	for k, v := range m { // want `maporder: map order`
		seen[k] = v
		delete(seen, k+"'")
	}
	for _, v := range m { // want `maporder: map order`
		if x > v {
			x += v
		}
	}
	for _, v := range m { // want `maporder: map order`
		x = max(v, x+v)
	}
	for _, v := range m { // want `maporder: map order`
		x += weigh(v)
	}
	return x
}

func weigh(x int) int { return x }

func pointers(m map[string]*item) {
	for _, v := range m { // want `maporder: map order`
		v.n++
	}
}

func library(m map[string]int) {
	for k := range maps.Keys(m) { // want `maporder: maps.Keys comes in an order that differs`
		send(k)
	}
	_ = slices.Collect(maps.Values(m))                                             // want `maporder: maps.Values`
	_ = maps.Collect(maps.All(m))                                                  // want `maporder: maps.All`
	_ = slices.SortedFunc(maps.Values(m), func(a, b int) int { return a%2 - b%2 }) // want `maporder: maps.Values`
	maps.DeleteFunc(m, func(k string, v int) bool { send(k); return false })       // want `maporder: maps.DeleteFunc`
	_ = reflect.ValueOf(m).MapRange()                                              // want `maporder: reflect walks maps`
	_ = reflect.ValueOf(m).MapKeys()                                               // want `maporder: reflect`
}
