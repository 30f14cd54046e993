package queue

import (
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// twins drives the queue and the reference heap side by side.
type twins struct {
	queue *Queue
	heap  heap4
	now   int64
	seq   uint32
}

func newTwins() *twins { return &twins{queue: New(), seq: lowSeqs} }

// lowSeqs is how many sequence numbers are kept for events that must come
// before others of their instant.
const lowSeqs = 1000

func (p *twins) push(at int64, seq uint32) {
	e := Event{
		At: at, Seq: seq, Subject: uint64(seq) * 0x9E3779B97F4A7C15, Cause: seq + 1, Message: seq + 2,
		Arg: seq + 3, Life: seq + 4, From: uint16(seq + 5), To: uint16(seq + 6), Kind: uint8(seq + 7), Flag: uint8(seq + 8),
	}
	p.queue.Push(&e)
	p.heap.Push(&e)
}

func (p *twins) pushNext(delay int64) {
	at := p.now + delay
	if at < p.now { // beyond the end of time
		at = math.MaxInt64
	}
	p.seq++
	p.push(at, p.seq)
}

// pop pops from both and returns a complaint when they differ.
func (p *twins) pop() string {
	at, some := p.queue.Peek()
	var got, want Event
	gotOK, wantOK := p.queue.Pop(&got), p.heap.Pop(&want)
	switch {
	case gotOK != wantOK || some != wantOK:
		return "one of them is empty"
	case got != want:
		return "they differ"
	case gotOK && at != want.At:
		return "Peek differs from Pop"
	case p.queue.Len() != p.heap.Len():
		return "lengths differ"
	}
	if gotOK {
		p.now = got.At
	}
	return ""
}

func (p *twins) reset() {
	p.queue.Reset()
	p.heap.Reset()
	p.now, p.seq = 0, lowSeqs
}

func (p *twins) drain() string {
	for p.heap.Len() > 0 {
		if complaint := p.pop(); complaint != "" {
			return complaint
		}
	}
	return p.pop()
}

// delays are the shapes that hurt one kind of queue or another.
func delays() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Just(int64(0)),
		rapid.Int64Range(0, 3),
		rapid.Just(int64(1_000_000)),
		rapid.Int64Range(0, 100_000),
		rapid.Int64Range(1_000_000_000, 1_000_000_100),
		rapid.Custom(func(t *rapid.T) int64 {
			return 1<<rapid.IntRange(0, 62).Draw(t, "bit") - rapid.Int64Range(0, 1).Draw(t, "less")
		}),
		rapid.Int64Range(0, math.MaxInt64),
	)
}

func TestOrderIsThatOfAHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newTwins()
		low := uint32(0)
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				p.pushNext(delays().Draw(t, "delay"))
			},
			"push many": func(t *rapid.T) {
				shape := delays()
				for range rapid.IntRange(1, 200).Draw(t, "count") {
					p.pushNext(shape.Draw(t, "delay"))
				}
			},
			"push many at one instant": func(t *rapid.T) {
				delay := delays().Draw(t, "delay")
				for range rapid.IntRange(1, 200).Draw(t, "count") {
					p.pushNext(delay)
				}
			},
			"push a low seq": func(t *rapid.T) {
				delay := delays().Draw(t, "delay")
				if low++; low < lowSeqs && p.now <= math.MaxInt64-delay {
					p.push(p.now+delay, low)
				}
			},
			"pop": func(t *rapid.T) {
				require.Empty(t, p.pop())
			},
			"hold": func(t *rapid.T) {
				shape := delays()
				for range rapid.IntRange(1, 200).Draw(t, "count") {
					require.Empty(t, p.pop())
					p.pushNext(shape.Draw(t, "delay"))
				}
			},
			"pop many": func(t *rapid.T) {
				for range rapid.IntRange(1, 200).Draw(t, "count") {
					require.Empty(t, p.pop())
				}
			},
			"peek, then push many sooner": func(t *rapid.T) {
				at, some := p.queue.Peek()
				for range rapid.IntRange(1, 200).Draw(t, "count") {
					if some && at > p.now {
						p.pushNext(rapid.Int64Range(0, at-p.now).Draw(t, "delay"))
					}
				}
			},
			"reset": func(t *rapid.T) {
				if rapid.IntRange(0, 4).Draw(t, "rarely") == 0 {
					p.reset()
					low = 0
				}
			},
		})
		require.Empty(t, p.drain())
	})
}

// The comparison above must be able to fail.
func TestTwinsNoticeAWrongOrder(t *testing.T) {
	p := newTwins()
	p.pushNext(5)
	e := Event{At: 4, Seq: 1}
	p.queue.Push(&e)
	p.heap.Push(&Event{At: 6, Seq: 1})
	require.Equal(t, "they differ", p.pop())
}

func TestHoldOfEachStream(t *testing.T) {
	for _, s := range streams {
		for _, pending := range []int{1, 2, 23, 24, 25, 47, 48, 49, 200, 3000} {
			delays, p := s.delays(1<<12), newTwins()
			for i := range pending {
				p.pushNext(delays[i%len(delays)])
			}
			for _, delay := range delays {
				require.Empty(t, p.pop(), "%s, %d pending", s.name, pending)
				p.pushNext(delay)
			}
			require.Empty(t, p.drain(), "%s, %d pending", s.name, pending)
		}
	}
}

func TestTies(t *testing.T) {
	const count = 3000
	t.Run("zero delays among many ties", func(t *testing.T) {
		p := newTwins()
		for range count {
			p.pushNext(7)
		}
		for range count {
			require.Empty(t, p.pop())
			p.pushNext(0)
		}
		require.Empty(t, p.drain())
	})
	t.Run("falling sequence numbers", func(t *testing.T) {
		p := newTwins()
		for i := range uint32(count) {
			p.push(7, 2*count-i)
			p.push(7, i)
		}
		require.Empty(t, p.drain())
	})
	t.Run("an event due now with a lower seq than the popped comes next", func(t *testing.T) {
		p := newTwins()
		for range count {
			p.pushNext(7)
		}
		for seq := range uint32(lowSeqs) {
			require.Empty(t, p.pop())
			require.Empty(t, p.pop())
			p.push(p.now, lowSeqs-seq)
			var e Event
			require.True(t, p.queue.Pop(&e))
			require.Equal(t, lowSeqs-seq, e.Seq)
			require.True(t, p.heap.Pop(&e))
		}
		require.Empty(t, p.drain())
	})
}

func TestEmptyQueueLeavesTheEventAlone(t *testing.T) {
	q, e := New(), Event{Arg: 5}
	require.False(t, q.Pop(&e))
	require.Equal(t, Event{Arg: 5}, e)
	_, some := q.Peek()
	require.False(t, some)
	require.Zero(t, q.Len())
}

func TestPushInThePastPanics(t *testing.T) {
	q := New()
	require.Panics(t, func() { q.Push(&Event{At: -1}) })
	q.Push(&Event{At: 10, Seq: 1})
	q.Push(&Event{At: 1000, Seq: 2})
	q.Peek() // looking ahead does not advance time
	q.Push(&Event{At: 9, Seq: 3})
	var e Event
	require.True(t, q.Pop(&e))
	require.True(t, q.Pop(&e))
	require.NotPanics(t, func() { q.Push(&Event{At: 10, Seq: 4}) })
	require.PanicsWithValue(t, "queue: event scheduled in the past", func() { q.Push(&Event{At: 9, Seq: 5}) })
	q.Reset()
	require.NotPanics(t, func() { q.Push(&Event{At: 9, Seq: 1}) })
}

// Peek may look far ahead; what is pushed after it may still come before.
func TestManySoonerAfterPeek(t *testing.T) {
	const near, far = 100, 100
	for popped := range near {
		p := newTwins()
		for i := range int64(near) {
			p.pushNext(i)
		}
		for i := range int64(far) {
			p.pushNext(1_000_000_000 + 1000*i)
		}
		for range popped + 1 {
			require.Empty(t, p.pop())
		}
		at, _ := p.queue.Peek()
		for i := range int64(near) {
			p.pushNext((at - p.now) * i / near)
		}
		require.Empty(t, p.drain(), "after %d", popped)
	}
}

func TestMemory(t *testing.T) {
	require.EqualValues(t, 48, unsafe.Sizeof(Event{}))
	q := New()
	require.Less(t, q.Bytes(), 4<<10, "idle")
	for i := range uint32(100_000) {
		q.Push(&Event{At: int64(i) * 1000, Seq: i})
		if q.Len() >= 1000 {
			require.LessOrEqual(t, q.Bytes(), 64*q.Len()+4<<10, "%d pending", q.Len())
		}
	}
	held := q.Bytes()
	q.Reset()
	require.Equal(t, held, q.Bytes(), "Reset keeps the memory")
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	for _, s := range streams {
		q, delays, seq := New(), s.delays(1<<12), uint32(0)
		universe := func() {
			q.Reset()
			for range 1000 {
				seq++
				q.Push(&Event{At: delays[int(seq)%len(delays)], Seq: seq})
			}
			var e Event
			for _, delay := range delays {
				q.Pop(&e)
				seq++
				e.At, e.Seq = e.At+delay, seq
				q.Push(&e)
			}
		}
		universe()
		require.Zero(t, testing.AllocsPerRun(10, universe), s.name)
	}
}

func FuzzOrder(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 255, 254, 7, 7, 7, 200, 100})
	f.Fuzz(func(t *testing.T, script []byte) {
		p, low := newTwins(), uint32(0)
		for i := 0; i+1 < len(script); i += 2 {
			step, value := script[i], int64(script[i+1])
			switch step % 8 {
			case 0, 1, 2:
				p.pushNext(value << (step / 8 * 2))
			case 3, 4:
				for range value {
					p.pushNext(int64(step / 8))
				}
			case 5:
				for range value {
					require.Empty(t, p.pop())
				}
			case 6:
				require.Empty(t, p.pop())
				p.pushNext(value)
			case 7:
				if value == 255 {
					p.reset()
					low = 0
				} else if low++; low < lowSeqs && p.now < math.MaxInt64-value {
					p.push(p.now+value, low)
				}
			}
		}
		require.Empty(t, p.drain())
	})
}
