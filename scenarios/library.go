package scenarios

import (
	"embed"
	"io/fs"
	"path"
	"sort"
	"strings"
)

//go:embed library/*.yaml
var library embed.FS

// Names lists the scenarios that ship, in order.
func Names() []string {
	entries, _ := fs.ReadDir(library, "library")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	sort.Strings(names)
	return names
}

// Shipped returns the text of a scenario that ships.
func Shipped(name string) ([]byte, bool) {
	text, err := library.ReadFile(path.Join("library", name+".yaml"))
	return text, err == nil
}
