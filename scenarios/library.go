package scenarios

import (
	"bytes"
	"embed"
	"io/fs"
	"path"
	"sort"
	"strings"
)

//go:embed library/*.yaml
var library embed.FS

// Names lists the scenarios that ship, in order. Builds for browsers do without those of
// protocols that they do not have.
func Names() []string {
	entries, _ := fs.ReadDir(library, "library")
	var names []string
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".yaml")
		if _, ships := Shipped(name); ships {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// Shipped returns the text of a scenario that ships.
func Shipped(name string) ([]byte, bool) {
	text, err := library.ReadFile(path.Join("library", name+".yaml"))
	return text, err == nil && (len(production()) > 0 || !bytes.Contains(text, []byte("etcd-raft")))
}
