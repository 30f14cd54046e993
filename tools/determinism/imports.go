package main

import (
	"go/ast"
	"strconv"
)

// ban is a package, with everything below it, that the world may not import.
type ban struct {
	root string
	why  string
}

var (
	bannedClocks = []ban{
		{"log", "stamps its lines with the wall clock"},
	}
	bannedRandoms = []ban{
		{"math/rand", "draws have addresses: draw from simrun/sim/random"},
		{"crypto/rand", "differs on every run"},
		{"hash/maphash", "is seeded anew by every process"},
	}
	bannedEnvironments = []ban{
		{"os", "reads the machine"},
		{"io/ioutil", "reads the machine"},
		{"net", "reads the machine"},
		{"syscall", "reads the machine"},
		{"golang.org/x/sys", "reads the machine"},
		{"golang.org/x/term", "reads the machine"},
		{"flag", "reads the command line"},
		{"expvar", "reads the process"},
		{"plugin", "reads the machine"},
		{"runtime/", "reads the process"},
		{"testing", "reads the command line"},
		{"C", "runs code that nobody can check"},
	}
	bannedAddresses = []ban{
		{"weak", "shows when the garbage collector ran"},
	}
	bannedMapOrders = []ban{
		{"encoding/gob", "writes maps in their random order"},
	}
	bannedSyncs = []ban{
		{"sync", "inside a run nothing is concurrent"},
		{"golang.org/x/sync", "inside a run nothing is concurrent"},
	}
	bannedContexts = []ban{
		{"context", "carries deadlines and cancellation from outside the run"},
	}
)

// expRand is the one generator there is; the world reaches it through expRandRoom.
const (
	expRand     = "golang.org/x/exp/rand"
	expRandRoom = "simrun/sim/random"
)

func (c *checker) randoms(file *ast.File) {
	c.imports(file, bannedRandoms)
	if within(c.Pkg.Path(), expRandRoom) {
		return
	}
	c.imports(file, []ban{{expRand, "belongs to " + expRandRoom + " alone"}})
}

func (c *checker) syncs(file *ast.File)    { c.imports(file, bannedSyncs) }
func (c *checker) contexts(file *ast.File) { c.imports(file, bannedContexts) }

// imports accuses every import of a banned package.
func (c *checker) imports(file *ast.File, bans []ban) {
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		for _, b := range bans {
			if b.covers(path) {
				c.accuse(spec.Pos(), "%s %s", path, b.why)
			}
		}
	}
}

// covers says whether the ban includes path. A root that ends in a slash bans
// only what lies below it.
func (b ban) covers(path string) bool {
	if n := len(b.root) - 1; b.root[n] == '/' {
		return path != b.root[:n] && within(path, b.root[:n])
	}
	return within(path, b.root)
}
