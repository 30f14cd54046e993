package simrun_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// modulePath is the import path of this folder.
const modulePath = "simrun"

// A room is a folder with the folders that its non-test code may import, all
// without the module's path. A star stands for one path element. A room's own
// folders below internal/ have the rights of the room, and it may import them.
type room struct {
	name    string
	imports []string
}

// layers is the plan of the house: a room imports only what stands to its
// right. The first row that a folder matches is its row.
var layers = []room{
	{"cmd/simrun", []string{"reports", "scenarios", "results", "checks", "checks/history", "predict"}},
	{"simruntest", []string{"reports", "scenarios", "results", "checks"}},
	{"truth", nil},   // tests only
	{"mutants", nil}, // tests only
	{"scenarios", []string{"results", "workloads", "nodes/*", "checks", "predict", "sim", "sim/*"}},
	{"reports", []string{"results", "checks", "sim/record", "sim"}},
	{"results", []string{"checks", "sim/record", "sim"}},
	{"checks/history", []string{"checks", "sim/record", "sim"}},
	{"checks", []string{"sim/record", "sim"}},
	{"workloads", []string{"nodes/kv", "sim/process", "sim/random", "sim/record", "sim"}},
	{"predict", []string{"sim/random", "sim"}},
	{"nodes/kv", []string{"sim/record", "sim"}},
	{"nodes/internal/merkle", []string{"nodes/internal/ring", "nodes/kv", "sim"}},
	{"nodes/internal/machine", []string{"nodes/internal/replog", "nodes/kv", "sim"}},
	{"nodes/internal/replog", []string{"nodes/internal/boxes", "nodes/kv", "sim"}},
	{"nodes/internal/caller", []string{"nodes/internal/boxes", "nodes/kv", "sim"}},
	{"nodes/internal/crdt", []string{"nodes/internal/versions", "nodes/kv", "sim"}},
	{"nodes/internal/resolve", []string{"nodes/internal/crdt", "nodes/internal/versions", "nodes/kv", "sim"}},
	{"nodes/internal/*", []string{"nodes/kv", "sim"}},
	{"nodes/*", []string{"nodes/kv", "nodes/internal/*", "sim"}},
	{"sim/simtest", []string{"nodes/kv", "sim", "sim/*"}},
	{"sim/kernel/queue", nil},
	{"sim/kernel", []string{
		"sim/kernel/queue", "sim/network", "sim/disk", "sim/fault", "sim/record", "sim/random", "sim",
	}},
	{"sim/process", []string{"sim"}},
	{"sim/record", []string{"sim"}},
	{"sim/fault", []string{"sim/random", "sim"}},
	{"sim/network", []string{"sim/random", "sim"}},
	{"sim/disk", []string{"sim/random", "sim"}},
	{"sim/random", nil},
	{"sim", nil},
	{".", nil},
}

// libraries names the rooms that may import a third-party module. What is not
// listed belongs in tests, or nowhere.
var libraries = []room{
	{"github.com/olekukonko/tablewriter", []string{"reports"}},
	{"github.com/spf13/cobra", []string{"cmd/simrun"}},
	{"go.yaml.in/yaml/v4", []string{"scenarios"}},
	{"github.com/anishathalye/porcupine", []string{"checks"}},
	{"github.com/HdrHistogram/hdrhistogram-go", []string{"checks", "results"}},
	{"golang.org/x/exp/rand", []string{"sim/random"}},
	{"golang.org/x/term", []string{"cmd/simrun", "reports"}},
	{"go.etcd.io/raft/v3", []string{"nodes/etcdraft"}},
	{"google.golang.org/protobuf", []string{"nodes/etcdraft"}},
	{"github.com/stretchr/testify", []string{"sim/simtest"}},
	{"pgregory.net/rapid", []string{"sim/simtest"}},
}

// testSupport is the one room that only tests may import.
const testSupport = "sim/simtest"

// TestLayers reads the imports of every package and holds them against the plan.
func TestLayers(t *testing.T) {
	graph := map[string][]string{}
	for _, file := range sourceFiles(t, parser.ImportsOnly) {
		if top, _, _ := strings.Cut(file.folder, "/"); top == "tools" || top == "bench" {
			continue // another module
		}
		graph[file.folder] = append(graph[file.folder], file.imports(t)...)
	}
	for _, violation := range violations(graph) {
		t.Error(violation)
	}
}

// violations holds an import graph, from folder to import paths, against the
// plan and returns one line for each import that has no place in it.
func violations(graph map[string][]string) []string {
	var lines []string
	for folder, imports := range graph {
		from, known := rowOf(folder)
		if !known {
			lines = append(lines, folder+" stands in no row of the plan: add it to layers in layers_test.go")
			continue
		}
		for _, imported := range imports {
			if why := refusal(folder, from, imported); why != "" {
				lines = append(lines, fmt.Sprintf("%s imports %s: %s", folder, imported, why))
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// refusal says why the folder, standing in the given row, may not import the
// path; nothing means that it may.
func refusal(folder string, from room, imported string) string {
	inside, own := strings.CutPrefix(imported, modulePath+"/")
	switch {
	case imported == modulePath:
		return "the top holds no code"
	case !own:
		return libraryRefusal(from, imported)
	case inside == testSupport && folder != testSupport:
		return testSupport + " is for tests only"
	case ownRoom(from, inside), matchesAny(from.imports, inside):
		return ""
	}
	return fmt.Sprintf("%s may import only %s", from.name, orNothing(from.imports, "the standard library"))
}

// ownRoom says whether the folder is below the room's own internal/.
func ownRoom(from room, folder string) bool {
	owner, _, internal := strings.Cut(folder, "/internal/")
	return internal && owner != "nodes" && matches(from.name, owner)
}

func libraryRefusal(from room, imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for _, library := range libraries {
		if imported != library.name && !strings.HasPrefix(imported, library.name+"/") {
			continue
		}
		if matchesAny(library.imports, from.name) {
			return ""
		}
		return "this library belongs to " + strings.Join(library.imports, " and ") + " only"
	}
	return "this library has no named place: add it to libraries in layers_test.go"
}

// rowOf returns the row of a folder, or of the room to whose internal/ it belongs.
func rowOf(folder string) (room, bool) {
	for _, r := range layers {
		if matches(r.name, folder) {
			// "nodes/*" stands for one protocol at a time.
			return room{folder, r.imports}, true
		}
	}
	owner, _, internal := strings.Cut(folder, "/internal/")
	if !internal || owner == "nodes" {
		return room{}, false
	}
	return rowOf(owner)
}

func matches(pattern, folder string) bool {
	ok, err := path.Match(pattern, folder)
	return err == nil && ok
}

func matchesAny(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, folder) })
}

func orNothing(list []string, nothing string) string {
	if len(list) == 0 {
		return nothing
	}
	return strings.Join(list, ", ")
}

// TestViolations proves that the plan refuses what it should, one import a line.
func TestViolations(t *testing.T) {
	for _, refused := range []struct{ folder, imported, why string }{
		{"sim", "simrun/sim/record", "sim may import only the standard library"},
		{"sim/kernel", "simrun/nodes/raft", "sim/kernel may import only sim/kernel/queue, "},
		{"sim/kernel", "simrun/sim/process", "sim/kernel may import only"},
		{"sim/kernel/queue", "simrun/sim", "sim/kernel/queue may import only the standard library"},
		{"sim/network", "simrun/sim/kernel/queue", "sim/network may import only sim/random, sim"},
		{"sim/network", "simrun/sim/disk", "sim/network may import only sim/random, sim"},
		{"sim/random", "simrun/sim", "sim/random may import only the standard library"},
		{"sim/random/internal/gen", "simrun/sim", "sim/random may import only the standard library"},
		{"nodes/raft", "simrun/nodes/paxos", "nodes/raft may import only nodes/kv, nodes/internal/*, sim"},
		{"nodes/raft", "simrun/nodes/paxos/internal/ballot", "nodes/raft may import only"},
		{"nodes/raft", "simrun/sim/kernel", "nodes/raft may import only"},
		{"nodes/raft", "simrun/checks", "nodes/raft may import only"},
		{"nodes/kv", "simrun/nodes/raft", "nodes/kv may import only sim/record, sim"},
		{"nodes/internal/ring", "simrun/nodes/internal/quorum", "nodes/internal/ring may import only nodes/kv, sim"},
		{"checks", "simrun/nodes/kv", "checks may import only sim/record, sim"},
		{"checks", "simrun/results", "checks may import only"},
		{"results", "simrun/reports", "results may import only"},
		{"reports", "simrun/scenarios", "reports may import only"},
		{"workloads", "simrun/sim/kernel", "workloads may import only"},
		{"scenarios", "simrun/reports", "scenarios may import only"},
		{"scenarios", "simrun/sim/kernel/queue", "scenarios may import only"},
		{"scenarios/internal/strict", "simrun/reports", "scenarios may import only"},
		{"cmd/simrun", "simrun/sim/kernel", "cmd/simrun may import only reports, scenarios, results, checks"},
		{"cmd/simrun", "simrun", "the top holds no code"},
		{"scenarios", "simrun/sim/simtest", "sim/simtest is for tests only"},
		{"sim/simtest", "simrun/nodes/raft", "sim/simtest may import only nodes/kv, sim, sim/*"},
		{"scenarios", "github.com/olekukonko/tablewriter", "this library belongs to reports only"},
		{"reports", "go.yaml.in/yaml/v4", "this library belongs to scenarios only"},
		{"sim/kernel", "golang.org/x/exp/rand", "this library belongs to sim/random only"},
		{"sim/random", "golang.org/x/exp/slices", "this library has no named place"},
		{"checks", "github.com/stretchr/testify/require", "this library belongs to sim/simtest only"},
		{"nodes/raft", "go.etcd.io/raft/v3", "this library belongs to nodes/etcdraft only"},
		{"checks", "golang.org/x/term", "this library belongs to cmd/simrun and reports only"},
	} {
		lines := violations(map[string][]string{refused.folder: {"fmt", refused.imported}})
		require.Len(t, lines, 1, "%s imports %s", refused.folder, refused.imported)
		require.Contains(t, lines[0], refused.folder+" imports "+refused.imported+": "+refused.why)
	}
	lines := violations(map[string][]string{"sim/magic": nil, "nodes/raft/deep": nil})
	require.Len(t, lines, 2)
	require.Contains(t, lines[0], "nodes/raft/deep stands in no row of the plan")
}

// TestNoViolations proves that the plan allows what it should.
func TestNoViolations(t *testing.T) {
	require.Empty(t, violations(map[string][]string{
		".":                         nil,
		"cmd/simrun":                {"os", "simrun/scenarios", "github.com/spf13/cobra", "golang.org/x/term"},
		"scenarios":                 {"simrun/nodes/raft", "simrun/sim/kernel", "simrun/scenarios/internal/strict"},
		"scenarios/internal/strict": {"go.yaml.in/yaml/v4", "simrun/scenarios/internal/places"},
		"reports":                   {"simrun/results", "github.com/olekukonko/tablewriter/tw"},
		"nodes/raft":                {"simrun/nodes/kv", "simrun/nodes/internal/quorum", "simrun/nodes/raft/internal/log"},
		"nodes/internal/quorum":     {"simrun/sim"},
		"nodes/etcdraft":            {"simrun/sim", "go.etcd.io/raft/v3/raftpb", "google.golang.org/protobuf/proto"},
		"sim/kernel":                {"simrun/sim/kernel/queue", "simrun/sim/random"},
		"sim/random":                {"golang.org/x/exp/rand", "simrun/sim/random/internal/tables"},
		"sim/random/internal/gen":   {"os", "math"},
		"sim/simtest":               {"testing", "simrun/sim/kernel", "simrun/nodes/kv", "pgregory.net/rapid"},
	}))
}

// sourceFile is one Go file that is not a test.
type sourceFile struct {
	folder string // slash-separated, "." for the top
	name   string
	set    *token.FileSet
	syntax *ast.File
}

// sourceFiles parses every Go file that is not a test or a fixture.
func sourceFiles(t *testing.T, mode parser.Mode) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			hidden := base != "." && (base[0] == '.' || base[0] == '_')
			if hidden || base == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, name, nil, mode)
		name = filepath.ToSlash(name)
		files = append(files, sourceFile{path.Dir(name), name, set, syntax})
		return err
	})
	require.NoError(t, err)
	return files
}

func (f sourceFile) imports(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		paths = append(paths, imported)
	}
	return paths
}
