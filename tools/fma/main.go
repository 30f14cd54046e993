// Command fma compiles packages for arm64 and counts the fused multiply-add
// instructions in them. There must be none in the simulated world: a*b+c rounds
// once where it is fused and twice where it is not, so a run that depended on
// it would differ between arm64 and amd64.
//
//	"$(go -C tools tool -n fma)" ./sim/... ./nodes/...
//
// It compiles the packages themselves instead of a program that uses them, so
// that nothing is missed because the linker dropped it. Generators in a folder
// internal/gen and sim/simtest take no part in a run and are left out.
//
// The exit is 0 when there are none, 1 when there are some, 2 when the packages
// cannot be compiled.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	found, symbols, err := inspect(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "fma:", err)
		os.Exit(2)
	}
	for _, f := range found {
		fmt.Println(f)
	}
	fmt.Printf("fma: %d fused multiply-adds in %d symbols for arm64\n", len(found), symbols)
	if len(found) > 0 {
		os.Exit(1)
	}
}

// inspect compiles and disassembles the packages that the patterns match, and
// returns each fused instruction and the number of symbols seen.
func inspect(patterns []string) (found []fused, symbols int, err error) {
	packages, err := list(patterns)
	if err != nil {
		return nil, 0, err
	}
	dir, err := os.MkdirTemp("", "fma")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(dir)
	for i, path := range packages {
		text, err := disassemble(path, filepath.Join(dir, fmt.Sprint(i, ".a")))
		if err != nil {
			return nil, 0, err
		}
		some, n, err := scan(bytes.NewReader(text))
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", path, err)
		}
		found, symbols = append(found, some...), symbols+n
	}
	if len(packages) > 0 && symbols == 0 {
		return nil, 0, fmt.Errorf("no symbol found in %d packages: the disassembly has changed its form", len(packages))
	}
	return found, symbols, nil
}

// list returns the import paths of the packages that take part in a run.
func list(patterns []string) ([]string, error) {
	out, err := run("list", append([]string{"-f", "{{if .GoFiles}}{{.ImportPath}}{{end}}"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	var kept []string
	for _, path := range strings.Fields(string(out)) {
		generator := strings.Contains(path+"/", "/internal/gen/")
		if !generator && !strings.HasSuffix(path, "/simtest") {
			kept = append(kept, path)
		}
	}
	return kept, nil
}

// disassemble compiles one package into the archive and returns its assembly.
func disassemble(path, archive string) ([]byte, error) {
	if _, err := run("build", "-o", archive, path); err != nil {
		return nil, err
	}
	return run("tool", "objdump", archive)
}

// run runs the go command for arm64 and returns its standard output.
func run(verb string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", append([]string{verb}, args...)...)
	cmd.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "CGO_ENABLED=0")
	if verb == "tool" {
		cmd.Env = os.Environ() // the disassembler runs here, whatever it reads
	}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", verb, err, complaint.Bytes())
	}
	return out, nil
}

// fused is one fused multiply-add.
type fused struct {
	symbol      string
	place       string // file:line
	instruction string
}

func (f fused) String() string {
	return fmt.Sprintf("%s: %s in %s", f.place, f.instruction, f.symbol)
}

var (
	symbolLine = regexp.MustCompile(`^TEXT (\S+)`)
	fusedLine  = regexp.MustCompile(`^\s*(\S+:\d+)\s+0x[0-9a-f]+\s+[0-9a-f]+\s+(FN?M(?:ADD|SUB)[SD]|VFML[AS])\b`)
)

// scan reads the output of objdump.
func scan(r io.Reader) (found []fused, symbols int, err error) {
	symbol := ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if m := symbolLine.FindStringSubmatch(lines.Text()); m != nil {
			symbol = m[1]
			symbols++
		} else if m := fusedLine.FindStringSubmatch(lines.Text()); m != nil {
			found = append(found, fused{symbol, m[1], m[2]})
		}
	}
	return found, symbols, lines.Err()
}
