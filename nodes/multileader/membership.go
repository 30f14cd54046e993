package multileader

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// This file is who takes part. Each datacentre's part is a record that only its own leader
// changes, with a number; others hear of it in greetings and keep the newest. No agreement is
// needed: whoever does not know of a change yet sends too much, or what it does not
// send is asked for.

// part is whether a datacentre takes part.
type part struct {
	Version uint64
	In      bool
	Asked   bool // it wants to be in and has not all yet
	Leaving bool // it wants to be out and has not shipped all yet
	// Away: it is no key's home any more. Goal is what it had when it stopped.
	Away bool
	Goal kv.Context
}

// parts is the part of each datacentre.
type parts []part

// Encode lists the part.
func (p *part) Encode(e *sim.Encoder) {
	e.Uint("version", p.Version)
	e.Bool("in", p.In)
	e.Bool("asked", p.Asked)
	e.Bool("leaving", p.Leaving)
	e.Bool("away", p.Away)
	p.Goal.Encode(e)
}

// joining tells whether the datacentre copies what others have.
func (p part) joining() bool { return p.Asked && !p.In }

// roster is the record of who takes part.
type roster struct{ Parts []part }

// Encode implements sim.Record.
func (r *roster) Encode(e *sim.Encoder) {
	e.Uint("parts", uint64(len(r.Parts)))
	for i := range r.Parts {
		r.Parts[i].Encode(e)
	}
}

// recoverParts is who takes part as the disk says, or else as at the beginning.
func (n *Node) recoverParts(disk sim.Disk) parts {
	if record, err := disk.Read(fileParts, 0); err == nil {
		if r, ok := record.(*roster); ok && len(r.Parts) == len(n.centres) {
			return append(parts(nil), r.Parts...)
		}
	}
	p := make(parts, len(n.centres))
	for place := range p {
		p[place].In = n.config.Members == 0 || place < n.config.Members
	}
	return p
}

// learnParts hears of changes.
func (n *Node) learnParts(env *sim.Env, heard []part) {
	changed := false
	for place := range heard {
		if heard[place].Version > n.parts[place].Version {
			n.parts[place] = heard[place]
			changed = true
			n.stateConfigured(env, place)
		}
	}
	if changed {
		n.keepParts(env)
	}
}

// change changes the part of this leader's own datacentre.
func (n *Node) change(env *sim.Env, to part) {
	to.Version = n.parts[n.place].Version + 1
	n.parts[n.place] = to
	n.stateConfigured(env, n.place)
	n.keepParts(env)
	n.greetAll(env, false)
}

// keepParts has the disk know who takes part. A cession that is under way stays on it.
func (n *Node) keepParts(env *sim.Env) {
	all := append([]part(nil), n.parts...)
	if c := &n.ceding; c.under && c.part.Version > all[n.place].Version {
		all[n.place] = c.part
	}
	env.Disk().Replace(fileParts, &roster{Parts: all})
	n.flush(env)
	n.release(env)
}

// join has this leader's datacentre take part: it first copies what another one has.
func (n *Node) join(env *sim.Env) {
	if n.role != sim.Leader || n.parts[n.place].In || n.parts[n.place].Asked {
		return
	}
	n.change(env, part{Asked: true})
	n.joining = joining{}
}

// joining is the copying of what another datacentre has.
type joining struct {
	goal kv.Context // what the first that answered has
	set  bool
}

// learnGoal takes what a datacentre that takes part has for what is to be copied.
func (n *Node) learnGoal(env *sim.Env, rank int, m *greet) {
	if n.role != sim.Leader || !n.parts[n.place].joining() || !n.parts[n.places[rank]].In {
		return
	}
	if !n.joining.set {
		n.joining = joining{goal: m.Has, set: true}
	}
	n.copied(env)
}

// copied takes part once all is here that was to be copied.
func (n *Node) copied(env *sim.Env) {
	if n.role == sim.Leader && n.parts[n.place].joining() && n.joining.set && versions.SeesAll(n.disk.has, n.joining.goal) {
		n.stateMember(env, sim.Spare, sim.Left)
		n.change(env, part{In: true})
		n.stateMember(env, sim.Member, sim.Held)
	}
}

// leave has this leader's datacentre take no part any more, once it has shipped everything.
func (n *Node) leave(env *sim.Env) {
	if p := n.parts[n.place]; n.role != sim.Leader || !p.In || p.Leaving || len(n.active()) < 2 {
		return
	}
	p := n.parts[n.place]
	p.Leaving = true
	n.change(env, p)
	n.shipped(env)
}

// shipped ends the part of a datacentre that leaves, once those that it feeds have all on disk.
func (n *Node) shipped(env *sim.Env) {
	if n.role != sim.Leader || !n.parts[n.place].Leaving {
		return
	}
	for rank := range n.peers {
		if p := &n.peers[rank]; n.places[rank] != n.place && n.feeds(rank) {
			if n.pass(p); p.done < len(n.log) {
				return
			}
		}
	}
	n.stateMember(env, sim.Member, sim.Left)
	n.change(env, part{})
	n.stateMember(env, sim.Spare, sim.Held)
}
