package predict

// Trial is the times of one write and one read at every replica, in nanoseconds. Those
// of the write count from its beginning, those of the read from its own.
type Trial struct {
	Replicas []Replica
	acked    []int64   // in order
	told     []Replica // by the time of their answer
}

// Replica is what one replica does in a trial.
type Replica struct {
	Wrote int64 // the write arrives
	Acked int64 // its acknowledgement arrives at the coordinator
	Asked int64 // the read arrives
	Told  int64 // its answer arrives at the coordinator
}

// NewTrial returns room for the trial of n replicas.
func NewTrial(n int) *Trial {
	return &Trial{Replicas: make([]Replica, n), acked: make([]int64, n), told: make([]Replica, n)}
}

// Add counts a trial. Its replicas may be in any order, except that of two whose
// answers come at the same time the one that was asked earlier, or else stands
// before, is first.
func (c *Curves) Add(t *Trial) {
	t.sort()
	c.trials++
	for i, acked := range t.acked {
		c.write[i].add(acked)
		c.read[i].add(t.told[i].Told)
	}
	newest := t.told[0].Wrote - t.told[0].Asked
	for r := 1; r <= c.n; r++ {
		p := &t.told[r-1]
		newest = min(newest, p.Wrote-p.Asked)
		for w := 1; w <= c.n; w++ {
			late := newest - t.acked[w-1]
			if late <= 0 {
				break // and for every greater w
			}
			c.cell(r, w).add(late)
		}
	}
}

// Late is t* of a read of R after a write of W, once the trial was added to Curves:
// the read sees the write if it begins at least so long after the acknowledgement; 0
// where it need not wait.
func (t *Trial) Late(r, w int) int64 {
	newest := t.told[0].Wrote - t.told[0].Asked
	for _, p := range t.told[1:r] {
		newest = min(newest, p.Wrote-p.Asked)
	}
	return max(0, newest-t.acked[w-1])
}

// WriteTime is how long a write of W takes, once the trial was added.
func (t *Trial) WriteTime(w int) int64 { return t.acked[w-1] }

// ReadTime is how long a read of R takes, once the trial was added.
func (t *Trial) ReadTime(r int) int64 { return t.told[r-1].Told }

// sort puts acknowledgements and answers in order, by insertion: there are few.
func (t *Trial) sort() {
	for i, p := range t.Replicas {
		j, k := i, i
		for ; j > 0 && t.acked[j-1] > p.Acked; j-- {
			t.acked[j] = t.acked[j-1]
		}
		t.acked[j] = p.Acked
		for ; k > 0 && p.before(&t.told[k-1]); k-- {
			t.told[k] = t.told[k-1]
		}
		t.told[k] = p
	}
}

// before tells whether the replica's answer comes before that of one that stands
// before it.
func (p *Replica) before(q *Replica) bool {
	return p.Told < q.Told || p.Told == q.Told && p.Asked < q.Asked
}
