package checks

import (
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// breach is a read that broke the guarantee of its session.
type breach struct {
	read   uint32
	missed uint32 // the write that it missed
	by     uint32 // the write that the session had seen before and that obliged it, initial if none
}

// The four guarantees of sessions are those of Terry et al. 1994, judged by what
// clients saw. A read misses a write by the same test by which a read is stale.
// Counters and sets are not judged.

// ReadYourWrites judges that a read misses no acknowledged write of its own session
// that had returned before the read began.
func ReadYourWrites(run *record.Run, o Options) Report { return newView(run, o).readYourWrites() }

func (v *view) readYourWrites() Report {
	s, j := v.sessions(), v.newJudge()
	var found []breach
	judged, missed := int64(0), int64(0)
	v.eachSessionRead(func(session, read uint32) {
		done := s.wrote.before(session, v.ops[read].Key, v.ops[read].Invoked)
		if len(done) == 0 {
			return
		}
		judged++
		if !j.old[read] {
			return
		}
		if write, misses := j.misses(read, done); misses {
			found = append(found, breach{read, write, initial})
			missed += j.countMissed(read, done)
		}
	})
	r := v.sessionReport("read_your_writes", judged, found)
	r.Measures = append(r.Measures, Measure{Name: "own_writes_missed", Kind: Count, Count: missed, Undefined: judged == 0})
	return r
}

// eachSessionRead visits the reads of registers and siblings in the order of each
// session.
func (v *view) eachSessionRead(visit func(session, read uint32)) {
	for session, reads := range v.sessions().reads {
		for _, read := range reads {
			if shape := v.keyOf(v.ops[read].Key).shape; shape == shapeSingle || shape == shapeSiblings {
				visit(uint32(session), read)
			}
		}
	}
}

// countMissed counts the deeds that a read missed. Those up to one that none is
// newer among are none of them.
func (j *judge) countMissed(read uint32, done deeds) (count int64) {
	for ; len(done) > 0; done = done[:len(done)-1] {
		if _, missed := j.misses(read, done); !missed {
			break
		}
		alone := deed{write: done[len(done)-1].write, so: newFrontier()}
		alone.so.add(j.view.order(), alone.write)
		if _, missed := j.misses(read, deeds{alone}); missed {
			count++
		}
	}
	return count
}

// MonotonicReads judges that a read misses no write that an earlier read of its
// session and key had returned.
func MonotonicReads(run *record.Run, o Options) Report { return newView(run, o).monotonicReads() }

func (v *view) monotonicReads() Report {
	s, j := v.sessions(), v.newJudge()
	var found []breach
	judged := int64(0)
	v.eachSessionRead(func(session, read uint32) {
		seen := s.read.before(session, v.ops[read].Key, v.ops[read].Invoked)
		if len(seen) == 0 {
			return
		}
		judged++
		if v.keyOf(v.ops[read].Key).shape == shapeSingle && j.old[read] {
			if write, misses := j.misses(read, seen); misses {
				found = append(found, breach{read, write, initial})
			}
		}
	})
	found = append(found, v.lostSights()...)
	return v.sessionReport("monotonic_reads", judged, found)
}

// lostSights finds the reads of siblings that missed a version which their session
// had seen. A version that a later read covers need not be remembered.
func (v *view) lostSights() (found []breach) {
	if !v.options.Siblings {
		return nil
	}
	l := v.lineage()
	for _, reads := range v.sessions().reads {
		seen := map[sim.Key][]uint32{}
		for _, read := range reads {
			k := v.keyOf(v.ops[read].Key)
			if k.shape != shapeSiblings {
				continue
			}
			l.remove(k)
			s := v.sight(read)
			before := seen[k.key]
			m := l.missed(s, before, func(at uint32) bool { return slices.Contains(before, at) })
			if m.certain && len(m.ops) > 0 {
				found = append(found, breach{read, m.oldest, initial})
			}
			seen[k.key] = append(v.returned(s), m.ops...)
		}
	}
	return found
}

// MonotonicWrites judges that whoever has seen a write of a session does not
// afterwards miss an acknowledged write that the session had made before it, on any
// key.
func MonotonicWrites(run *record.Run, o Options) Report { return newView(run, o).monotonicWrites() }

func (v *view) monotonicWrites() Report {
	return v.followers("monotonic_writes", v.sessions().wrote)
}

// WritesFollowReads judges that whoever has seen a write of a session does not
// afterwards miss a write, on any key, that the session had read before it made
// that write. Among siblings only acknowledged writes are judged.
func WritesFollowReads(run *record.Run, o Options) Report { return newView(run, o).writesFollowReads() }

func (v *view) writesFollowReads() Report {
	return v.followers("writes_follow_reads", v.sessions().read)
}

// followers judges reads against the deeds that came, in the sessions of the
// writers, before the writes that the reader has seen.
func (v *view) followers(checker string, done deeds) Report {
	j := v.newJudge()
	var found []breach
	judged := int64(0)
	for _, reads := range v.sessions().reads {
		f := follower{judge: j, done: done, seen: map[uint32]uint32{}}
		for _, read := range reads {
			if len(f.order) > 0 {
				judged++
			}
			if b, broken := f.check(read); broken {
				found = append(found, b)
			}
			f.see(read)
		}
	}
	return v.sessionReport(checker, judged, found)
}

// follower is one reading session and what it has seen of the writing ones.
type follower struct {
	*judge
	done  deeds
	seen  map[uint32]uint32 // by writing session: its latest write that was seen
	order []uint32          // the sessions seen, in the order in which they were
}

// see takes in what a read returned. What began only after the read had ended
// cannot have been seen, and obliges to nothing.
func (f *follower) see(read uint32) {
	for _, write := range f.view.returned(f.view.sight(read)) {
		if f.view.ops[write].Invoked > f.view.ops[read].Returned {
			continue
		}
		session := f.view.sessions().of[write]
		latest, known := f.seen[session]
		if !known {
			f.order = append(f.order, session)
		}
		if !known || f.view.ops[write].Invoked > f.view.ops[latest].Invoked {
			f.seen[session] = write
		}
	}
}

// check finds a writing session whose earlier deeds a read missed.
func (f *follower) check(read uint32) (breach, bool) {
	if !f.old[read] {
		return breach{}, false
	}
	for _, session := range f.order {
		by := f.seen[session]
		done := f.done.before(session, f.view.ops[read].Key, f.view.ops[by].Invoked)
		if write, misses := f.misses(read, done); misses {
			return breach{read, write, by}, true
		}
	}
	return breach{}, false
}

// sessionReport tells what came of one guarantee.
func (v *view) sessionReport(checker string, judged int64, found []breach) Report {
	verdict := Verdict{Checker: checker, Count: int64(len(found))}
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no read that its session obliged to anything"
	case len(found) > 0:
		first := slices.MinFunc(found, func(a, b breach) int { return int(int64(a.read) - int64(b.read)) })
		verdict.Result, verdict.Witness = Fail, v.breachWitness(first)
		verdict.Why = fmt.Sprintf("%d of %s broke it", len(found), plural(judged, "read"))
	default:
		verdict.Why = fmt.Sprintf("%s, none broke it", plural(judged, "read"))
	}
	return Report{verdict, []Measure{{Name: checker, Kind: Count, Count: verdict.Count, Undefined: judged == 0}}}
}

func (v *view) breachWitness(b breach) Witness {
	w := v.witness(b.read, b.missed, b.by)
	missed := v.ops[b.missed].ID()
	switch {
	case b.by != initial:
		w.Text = fmt.Sprintf("%s; its session had seen %v, which came after %v in the session of its writer",
			v.tellRead(b.read), v.ops[b.by].ID(), missed)
	case v.ops[b.missed].Client == v.ops[b.read].Client && v.sessions().of[b.missed] == v.sessions().of[b.read]:
		w.Text = fmt.Sprintf("%s; it had written %v itself", v.tellRead(b.read), missed)
	default:
		w.Text = fmt.Sprintf("%s; it had read %v before", v.tellRead(b.read), missed)
	}
	return w
}
