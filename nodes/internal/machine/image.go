package machine

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// Image is a store as of one place of its log: what a snapshot holds. It is shipped and
// kept on disk, and never changes.
type Image struct {
	At      replog.Position
	Clock   uint64    // of the log, in ns; 0 where it tells no time
	Keys    []Holding // in the order of keys
	Clients []Session // in the order of clients
}

// Holding is the newest version of one key; a deleted one is kept, so that who deleted
// it is known.
type Holding struct {
	Key     sim.Key
	Index   uint64 // where it is in the log
	Value   sim.Value
	Size    uint32 // of the payload, in bytes
	Deleted bool
}

// Session is what is remembered of one client's ops.
type Session struct {
	Client uint16
	Forgot uint32 // the highest op number forgotten, 0 if none
	Active uint64 // when something last came of it, by the clock of the log
	Ops    []Remembered
}

// Remembered is one op in the log; a number of 0 is none.
type Remembered struct {
	Number  uint32 // of the op at its client
	Refused bool   // a compare-and-set that found another version
	Index   uint64
}

// Image is the store as of a place, which must not lie before what Push was told to be
// settled. Ops that were forgotten because of later ones stay forgotten.
func (s *Store) Image(at replog.Position) *Image {
	image := &Image{At: at, Clock: s.clock}
	for place := range s.keys {
		if v, ok := s.read(sim.Key(place), at.Index); ok {
			image.Keys = append(image.Keys, Holding{Key: sim.Key(place), Index: v.index, Value: v.value, Size: v.size, Deleted: v.deleted})
		}
	}
	for client := range s.clients {
		m := &s.clients[client]
		session := Session{Client: uint16(client), Forgot: m.forgot, Active: m.active}
		for _, number := range m.recent[m.head:] {
			if r := m.slot(number); r.Index <= at.Index {
				session.Ops = append(session.Ops, *r)
			}
		}
		if session.Forgot > 0 || len(session.Ops) > 0 {
			image.Clients = append(image.Clients, session)
		}
	}
	return image
}

// Restore makes the store what an image says. A log behind it is pushed or applied
// after; Rebuild begins with it from now on.
func (s *Store) Restore(image *Image) {
	*s = Store{remember: s.remember, image: image, settled: image.At.Index, clock: image.Clock}
	for i := range image.Keys {
		h := &image.Keys[i]
		*s.versions(h.Key) = []version{{index: h.Index, value: h.Value, size: h.Size, deleted: h.Deleted}}
	}
	for i := range image.Clients {
		session := &image.Clients[i]
		m := s.of(sim.NewOpID(session.Client, 0))
		m.forgot, m.active = session.Forgot, session.Active
		for _, r := range session.Ops {
			m.know(r, s.remember)
		}
	}
}

// Bytes is the size of what an image holds on the wire, and about that on disk.
func (i *Image) Bytes() int {
	n := 32
	for k := range i.Keys {
		n += 40 + int(i.Keys[k].Size)
	}
	for c := range i.Clients {
		n += 16 + 16*len(i.Clients[c].Ops)
	}
	return n
}

// Encode lists the image, as a message or a record does.
func (i *Image) Encode(e *sim.Encoder) {
	i.At.Encode(e)
	if i.Clock > 0 {
		e.Uint("clock", i.Clock)
	}
	e.Uint("keys", uint64(len(i.Keys)))
	for k := range i.Keys {
		i.Keys[k].encode(e)
	}
	e.Uint("clients", uint64(len(i.Clients)))
	for c := range i.Clients {
		i.Clients[c].encode(e)
	}
}

func (h *Holding) encode(e *sim.Encoder) {
	e.Uint("key", uint64(h.Key))
	e.Uint("index", h.Index)
	e.Value("value", h.Value)
	e.Bool("deleted", h.Deleted)
	e.Pad(int(h.Size))
}

func (s *Session) encode(e *sim.Encoder) {
	e.Uint("client", uint64(s.Client)|uint64(s.Forgot)<<16)
	if s.Active > 0 {
		e.Uint("active", s.Active)
	}
	e.Uint("ops", uint64(len(s.Ops)))
	for _, r := range s.Ops {
		refused := uint64(0)
		if r.Refused {
			refused = 1
		}
		e.Uint("number", uint64(r.Number)|refused<<32)
		e.Uint("index", r.Index)
	}
}
