package history

import (
	"fmt"
	"strconv"
	"strings"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

// File is a history that was read: the run that judges take, and what the file
// calls the keys and ops in it.
type File struct {
	Run  *record.Run
	keys map[sim.Key]string
	ops  map[sim.OpID]entry
}

// entry is where an op stands in the file.
type entry struct {
	begun, ended uint32 // lines; ended is 0 for an op without an end
	process      int64
}

// file keeps what the witnesses of verdicts may speak of.
func (b *builder) file() *File {
	f := &File{Run: b.run, keys: map[sim.Key]string{}, ops: make(map[sim.OpID]entry, len(b.ops))}
	for s, key := range b.keys {
		f.keys[key] = b.names.texts[s]
	}
	names := map[uint16]int64{}
	for name, p := range b.processes {
		names[p.client] = name
	}
	for i := range b.ops {
		o := &b.ops[i]
		f.ops[o.id] = entry{o.begun, o.ended, names[o.id.Client()]}
	}
	return f
}

// Legend says what the key and ops of a witness are in the file: the key's own name,
// and the lines and process of each op. It is empty where the witness names none.
func (f *File) Legend(w *checks.Witness) string {
	var parts []string
	for _, op := range w.Ops {
		if at, known := f.ops[op]; known {
			parts = append(parts, fmt.Sprintf("%s is %s of process %d", op, at.lines(), at.process))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	if name, known := f.keys[w.Key]; known {
		parts = append([]string{fmt.Sprintf("%s is key %s", w.Key, name)}, parts...)
	}
	return "in the file " + strings.Join(parts, ", ")
}

func (e entry) lines() string {
	if e.ended == 0 {
		return "line " + strconv.Itoa(int(e.begun))
	}
	return fmt.Sprintf("lines %d and %d", e.begun, e.ended)
}
