package simrun_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
)

// TestSystemsSpeakOurWords: each setting that docs/systems.md names is one that the
// protocol of its section has, and each scenario ships.
func TestSystemsSpeakOurWords(t *testing.T) {
	text, err := os.ReadFile("docs/systems.md")
	require.NoError(t, err)
	kind, rows := "", 0
	heading, span := regexp.MustCompile("`kind: ([a-z-]+)`"), regexp.MustCompile("`([^`]+)`")
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "## ") {
			kind = heading.FindStringSubmatch(line)[1]
		}
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[3], "`") {
			continue
		}
		rows++
		name := span.FindStringSubmatch(cells[3])[1]
		_, ships := scenarios.Shipped(name)
		require.True(t, ships, line)
		for _, s := range span.FindAllStringSubmatch(cells[2], -1) {
			if settings := s[1]; strings.Contains(settings, ": ") {
				require.NoError(t, spelt(kind, settings), line)
			}
		}
	}
	require.Greater(t, rows, 30)
}

// spelt tells whether a protocol has these settings, all else being its defaults.
func spelt(kind, settings string) error {
	settings = strings.ReplaceAll(settings, "...", "1s")
	if !strings.HasPrefix(settings, "kind: ") {
		settings = "kind: " + kind + ", " + settings
	}
	file := fmt.Sprintf("name: x\nabout: x\nprotocol: {%s}\ntopology: {nodes: 5}\nworkload: {kind: readwrite}\n", settings)
	if strings.HasPrefix(settings, "kind: statements") {
		file = strings.Replace(file, "readwrite", "statements", 1)
	}
	_, err := scenarios.Load("x", []byte(file))
	if err != nil && strings.Contains(err.Error(), "workload.kind") {
		return nil // the protocol is right; it wants another workload than this one
	}
	return err
}
