package predict

// Trial is the times of one write and one read at every replica, in nanoseconds. Those
// of the write count from its beginning, those of the read from its own.
type Trial struct {
	Replicas []Replica
	acked    []int64  // in order
	answers  []answer // in order
}

// Replica is what one replica does in a trial.
type Replica struct {
	Wrote int64 // the write arrives
	Acked int64 // its acknowledgement arrives at the coordinator
	Asked int64 // the read arrives
	Told  int64 // its answer arrives at the coordinator
}

// answer is a replica's answer: it shows the write if the read began at least age
// after the write did.
type answer struct{ told, asked, age int64 }

// NewTrial returns room for the trial of n replicas.
func NewTrial(n int) *Trial {
	return &Trial{Replicas: make([]Replica, n), acked: make([]int64, n), answers: make([]answer, n)}
}

// Add counts a trial. Its replicas may be in any order, except that of two whose
// answers come at the same time the one that was asked earlier, or else stands
// before, is first.
func (c *Curves) Add(t *Trial) {
	for i := range t.Replicas {
		p := &t.Replicas[i]
		t.acked[i], t.answers[i] = p.Acked, answer{p.Told, p.Asked, p.Wrote - p.Asked}
	}
	t.sort()
	c.count(t)
}

// count counts a trial in order.
func (c *Curves) count(t *Trial) {
	c.trials++
	age := t.answers[0].age
	for i := range t.answers {
		p := &t.answers[i]
		c.write[i].add(t.acked[i])
		c.read[i].add(p.told)
		age = min(age, p.age)
		late := c.late[i*c.n : (i+1)*c.n]
		for w := range late {
			if after := age - t.acked[w]; after > 0 {
				late[w].add(after)
			} else {
				break // and for every greater W
			}
		}
	}
}

// Late is t* of a read of R after a write of W, once the trial was added to Curves:
// the read sees the write if it begins at least so long after the acknowledgement; 0
// where it need not wait.
func (t *Trial) Late(r, w int) int64 {
	age := t.answers[0].age
	for _, p := range t.answers[1:r] {
		age = min(age, p.age)
	}
	return max(0, age-t.acked[w-1])
}

// WriteTime is how long a write of W takes, once the trial was added.
func (t *Trial) WriteTime(w int) int64 { return t.acked[w-1] }

// ReadTime is how long a read of R takes, once the trial was added.
func (t *Trial) ReadTime(r int) int64 { return t.answers[r-1].told }

// sort puts acknowledgements and answers in order. Since their order cannot be
// foretold, no branch depends on it where there are three.
func (t *Trial) sort() {
	if len(t.acked) == 3 {
		sortThree((*[3]int64)(t.acked), (*[3]answer)(t.answers))
		return
	}
	for i := 1; i < len(t.acked); i++ {
		a, p, j, k := t.acked[i], t.answers[i], i, i
		for ; j > 0 && t.acked[j-1] > a; j-- {
			t.acked[j] = t.acked[j-1]
		}
		t.acked[j] = a
		for ; k > 0 && p.ahead(&t.answers[k-1]) != 0; k-- {
			t.answers[k] = t.answers[k-1]
		}
		t.answers[k] = p
	}
}

func sortThree(acked *[3]int64, answers *[3]answer) {
	a, b, c := acked[0], acked[1], acked[2]
	a, b = min(a, b), max(a, b)
	b, c = min(b, c), max(b, c)
	acked[0], acked[1], acked[2] = min(a, b), max(a, b), c
	exchange(&answers[0], &answers[1])
	exchange(&answers[1], &answers[2])
	exchange(&answers[0], &answers[1])
}

// exchange puts two answers in order. Of two that come at the same time the one asked
// earlier is first, else they stay.
func exchange(p, q *answer) {
	swap := q.ahead(p)
	told, asked, age := (p.told^q.told)&swap, (p.asked^q.asked)&swap, (p.age^q.age)&swap
	*p = answer{p.told ^ told, p.asked ^ asked, p.age ^ age}
	*q = answer{q.told ^ told, q.asked ^ asked, q.age ^ age}
}

// ahead is -1 (all ones) where the answer comes before another, else 0.
func (p *answer) ahead(q *answer) int64 {
	d := p.told - q.told
	if d == 0 {
		d = p.asked - q.asked
	}
	return d >> 63
}
