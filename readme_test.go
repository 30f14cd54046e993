package simrun_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/reports"
	"simrun/scenarios"
)

// The picture in the README is what its command prints.
func TestTheReadmeShowsRealOutput(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, picture, found := strings.Cut(string(readme), "$ go run ./cmd/simrun run quorum-overlap\n")
	require.True(t, found)
	picture, _, _ = strings.Cut(picture, "```")
	text, _ := scenarios.Shipped("quorum-overlap")
	plan, err := scenarios.Load("quorum-overlap", text)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, reports.WriteRun(&out, scenarios.Run(plan, 1, scenarios.Tape{}), reports.Table, reports.Options{}))
	require.True(t, strings.HasPrefix(out.String(), picture), "run the command, and paste what it prints up to the table's end")
}

// What the README links to is there.
func TestTheReadmesLinksLead(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllSubmatch(readme, -1) {
		_, err := os.Stat(string(link[1]))
		require.NoError(t, err)
	}
}

// What docs/datacentres.md names ships and, where there is time, what it shows is what its
// commands print.
func TestTheGuideToDatacentres(t *testing.T) {
	guide, err := os.ReadFile("docs/datacentres.md")
	require.NoError(t, err)
	for _, row := range regexp.MustCompile(`(?m)^\| .* \| (`+"`"+`.*`+"`"+`) \|$`).FindAllStringSubmatch(string(guide), -1) {
		for _, name := range strings.Split(row[1], ", ") {
			_, ships := scenarios.Shipped(strings.Trim(name, "`"))
			require.True(t, ships, name)
		}
	}
	if os.Getenv("SIMRUN_LONG") == "" {
		return
	}
	blocks := regexp.MustCompile("(?s)```\n\\$ simrun run ([a-z-]+)\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	require.Len(t, blocks, 3)
	for _, block := range blocks {
		text, _ := scenarios.Shipped(block[1])
		plan, err := scenarios.Load(block[1], text)
		require.NoError(t, err)
		var out strings.Builder
		require.NoError(t, reports.WriteRun(&out, scenarios.Run(plan, 1, scenarios.Tape{}), reports.Table, reports.Options{}))
		require.Contains(t, out.String(), block[2], "run the command, and paste what it prints")
	}
}
