package checks

import (
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// The four guarantees of sessions are those of Terry et al. 1994, judged by what
// clients saw. A read misses a write by the same test by which a read is stale.
// Counters and sets are not judged, nor does reading them oblige to anything.

// breach is a read that broke the guarantee of its session.
type breach struct {
	read   uint32
	missed uint32 // the write that it missed
	by     uint32 // the write that the session had seen before and that obliged it, initial if none
}

// ReadYourWrites judges that a read misses no acknowledged write of its own session
// that had returned before the read began.
func ReadYourWrites(run *record.Run, o Options) Report { return newView(run, o).readYourWrites() }

func (v *view) readYourWrites() Report {
	s, j := v.sessions(), v.newJudge()
	var found []breach
	judged, missed := int64(0), int64(0)
	for session, reads := range s.reads {
		for _, read := range reads {
			k := &v.keys()[v.keyNumber(read)]
			own := ofSession(s.wrote[k.number], uint32(session))
			own = own[:known(own, v.ops[read].Invoked)]
			if len(own) == 0 {
				continue
			}
			judged++
			if write, count := j.missedOwn(k, read, own); count > 0 {
				found = append(found, breach{read, write, initial})
				missed += count
			}
		}
	}
	r := v.sessionReport("read_your_writes", judged, found)
	r.Measures = append(r.Measures, Measure{Name: "own_writes_missed", Kind: Count, Count: missed, Undefined: judged == 0})
	return r
}

// missedOwn counts the writes of its own session that a read missed, and finds one.
func (j *judge) missedOwn(k *keyed, read uint32, own []deed) (missed uint32, count int64) {
	if !j.old[read] {
		return 0, 0
	}
	if k.shape == shapeSiblings {
		session := j.view.sessions().of[read]
		for _, write := range j.missed[read] {
			if j.view.sessions().of[write] == session {
				missed = write
				count++
			}
		}
		return missed, count
	}
	missed, found := j.newer(k, read, &own[len(own)-1].so)
	if !found {
		return 0, 0
	}
	// What is true of no deed up to one need not be asked of each of those.
	for ; len(own) > 0; own = own[:len(own)-1] {
		last := &own[len(own)-1]
		if _, found := j.newer(k, read, &last.so); !found {
			break
		}
		alone := newFrontier()
		alone.add(j.view.order(), last.write)
		if _, found := j.newer(k, read, &alone); found {
			count++
		}
	}
	return missed, max(count, 1) // of several values, each may miss another write
}

// MonotonicReads judges that a read misses no write that an earlier read of its
// session and key had returned.
func MonotonicReads(run *record.Run, o Options) Report { return newView(run, o).monotonicReads() }

func (v *view) monotonicReads() Report {
	s, j := v.sessions(), v.newJudge()
	var found []breach
	judged := int64(0)
	for session, reads := range s.reads {
		for _, read := range reads {
			k := &v.keys()[v.keyNumber(read)]
			seen := ofSession(s.read[k.number], uint32(session))
			n := known(seen, v.ops[read].Invoked)
			if n == 0 {
				continue
			}
			judged++
			if k.shape == shapeSingle && j.old[read] {
				if write, misses := j.newer(k, read, &seen[n-1].so); misses {
					found = append(found, breach{read, write, initial})
				}
			}
		}
		found = append(found, j.lostSights(reads)...)
	}
	return v.sessionReport("monotonic_reads", judged, found)
}

// lostSights finds the reads of siblings that missed a version which their session
// had seen. A version that a later read covers need not be remembered; a read that
// is not stale covers all that had been acknowledged.
func (j *judge) lostSights(reads []uint32) (found []breach) {
	v := j.view
	if !v.options.Siblings {
		return nil
	}
	l := v.lineage()
	seen := map[sim.Key][]uint32{}
	for _, read := range reads {
		k := &v.keys()[v.keyNumber(read)]
		if k.shape != shapeSiblings {
			continue
		}
		l.remove(k)
		s, before := v.sight(read), seen[k.key]
		if !j.old[read] && !s.cut {
			before = slices.DeleteFunc(before, func(at uint32) bool { return v.end(at) < s.invoked })
		}
		m := l.missed(s, before, func(at uint32) bool { return slices.Contains(before, at) })
		if m.certain && len(m.ops) > 0 {
			found = append(found, breach{read, m.oldest, initial})
		}
		seen[k.key] = v.appendReturned(m.ops, s)
	}
	return found
}

// MonotonicWrites judges that whoever has seen a write of a session does not
// afterwards miss an acknowledged write that the session had made before it, on any
// key.
func MonotonicWrites(run *record.Run, o Options) Report { return newView(run, o).monotonicWrites() }

func (v *view) monotonicWrites() Report {
	s := v.sessions()
	return v.followers("monotonic_writes", s.wrote, func(f *follower, write uint32) uint32 {
		return f.after(s.of[write], v.ops[write].Returned)
	})
}

// WritesFollowReads judges that whoever has seen a write of a session does not
// afterwards miss a write, on any key, that the session had read before it made
// that write. Among siblings only acknowledged writes are judged.
func WritesFollowReads(run *record.Run, o Options) Report { return newView(run, o).writesFollowReads() }

func (v *view) writesFollowReads() Report {
	s := v.sessions()
	return v.followers("writes_follow_reads", s.read, func(f *follower, write uint32) uint32 {
		for _, reading := range s.readersOf(int(v.keyNumber(write)), write) {
			if by := f.after(reading.session, reading.stamp); by != initial {
				return by
			}
		}
		return initial
	})
}

// followers judges reads against the deeds that came, in the sessions of the
// writers, before the writes that the reader has seen. For a missed sibling,
// obliges finds a write seen that came after it.
func (v *view) followers(checker string, done [][]deeds, obliges func(f *follower, missed uint32) uint32) Report {
	f := &follower{judge: v.newJudge(), done: done, obliges: obliges, seen: filled(len(v.sessions().reads), initial)}
	var found []breach
	judged := int64(0)
	for _, reads := range v.sessions().reads {
		f.forget()
		for _, read := range reads {
			if len(f.sessions) > 0 {
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
	done     [][]deeds
	obliges  func(f *follower, missed uint32) uint32
	seen     []uint32 // by writing session: its latest write that was seen, initial if none
	sessions []uint32 // the writing sessions of which something was seen
	places   []uint32
}

// forget makes ready for the next reading session.
func (f *follower) forget() {
	for _, session := range f.sessions {
		f.seen[session] = initial
	}
	f.sessions = f.sessions[:0]
}

// see takes in what a read returned. What began only after the read had ended
// cannot have been seen, and obliges to nothing.
func (f *follower) see(read uint32) {
	v := f.view
	f.places = v.appendReturned(f.places[:0], v.sight(read))
	for _, write := range f.places {
		if v.ops[write].Invoked > v.ops[read].Returned {
			continue
		}
		session := v.sessions().of[write]
		latest := f.seen[session]
		if latest == initial {
			f.sessions = append(f.sessions, session)
		}
		if latest == initial || v.ops[write].Invoked > v.ops[latest].Invoked {
			f.seen[session] = write
		}
	}
}

// after is the latest write seen of a session, if it began after a stamp.
func (f *follower) after(session, stamp uint32) uint32 {
	if by := f.seen[session]; by != initial && f.view.ops[by].Invoked > stamp {
		return by
	}
	return initial
}

// check finds something that a read missed and that writes seen before oblige to.
func (f *follower) check(read uint32) (breach, bool) {
	if !f.old[read] {
		return breach{}, false
	}
	k := &f.view.keys()[f.view.keyNumber(read)]
	if k.shape == shapeSiblings {
		for _, missed := range f.missed[read] {
			if by := f.obliges(f, missed); by != initial {
				return breach{read, missed, by}, true
			}
		}
		return breach{}, false
	}
	for i := range f.done[k.number] {
		part := &f.done[k.number][i]
		by := f.after(part.session, part.list[0].stamp)
		if by == initial {
			continue
		}
		n := known(part.list, f.view.ops[by].Invoked)
		if write, misses := f.newer(k, read, &part.list[n-1].so); misses {
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
	case v.sessions().of[b.missed] == v.sessions().of[b.read]:
		w.Text = fmt.Sprintf("%s; it had written %v itself", v.tellRead(b.read), missed)
	default:
		w.Text = fmt.Sprintf("%s; it had read %v before", v.tellRead(b.read), missed)
	}
	return w
}
