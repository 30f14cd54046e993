package state

import (
	"errors"
	"strings"

	"simrun/lib"
)

type counter struct{ n int }

func (c *counter) next() { c.n++ }

func later() func() int { n := 0; return func() int { n++; return n } }

type node struct{ next *node }

var (
	sequence int                                // want `state: sequence has no value: nothing may outlive a run`
	Limit                      = 10             // want `state: Limit is exported, so anybody can change it`
	total                      = 0              // want `state: total is assigned in line 4\d`
	memo                       = map[int]int{}  // want `state: memo is assigned in line`
	gone                       = map[int]int{}  // want `state: gone is changed by delete in line`
	stack                      = []int{1}       // want `state: stack is changed by append in line`
	word                       = "a"            // want `state: word is address-taken in line`
	array                      = [2]int{1, 2}   // want `state: array is sliced, so address-taken, in line`
	count                      = counter{1}     // want `state: count is address-taken by a method in line`
	field                      = counter{1}     // want `state: field is assigned in line`
	shared                     = &counter{}     // want `state: shared can change through its type \*simrun/sim/bad/state.counter`
	list                       = node{}         // want `state: list can change`
	draw                       = later()        // want `state: draw can change through its type func\(\) int`
	hidden   any               = &counter{}     // want `state: hidden can change`
	names                      = strings.Fields // a function without variables is fine
	_                          = register()     // want `state: an assertion runs no code`
	errLater error                              // want `state: errLater has no value`
	errLost  = errors.New("x")                  // want `state: errLost is assigned in line`
)

func register() int { return 0 }

func use() {
	total++
	memo[1] = 2
	delete(gone, 1)
	_ = append(stack, 2)
	_ = &word
	_ = array[:]
	count.next()
	field.n = 2
	errLost = nil
	lib.Count = 2 // want `state: Count belongs to another package and never changes`
}
