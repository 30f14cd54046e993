package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"simrun/reports"
)

// TestHelpFits: no help of a command of this program leaves the page.
func TestHelpFits(t *testing.T) {
	seen := 0
	var fits func(*cobra.Command)
	fits = func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		seen++
		for _, line := range strings.Split(cmd.Long+"\n"+cmd.Short+"\n"+cmd.UsageString(), "\n") {
			require.LessOrEqual(t, utf8.RuneCountInString(line), reports.Width, "%s: %s", cmd.CommandPath(), line)
		}
		for _, below := range cmd.Commands() {
			fits(below)
		}
	}
	fits(newRoot())
	require.Greater(t, seen, 9)
	for _, line := range strings.Split(greeting, "\n") {
		require.LessOrEqual(t, utf8.RuneCountInString(line), reports.Width, line)
	}
}

// TestLayOut: fields stand at their stops, give way to longer ones, and go to a line
// of their own before they leave the page.
func TestLayOut(t *testing.T) {
	stops := []int{0, 10, 20}
	require.Equal(t, "a         b         c", layOut([]string{"a", "b", "c"}, stops))
	require.Equal(t, "a         b", layOut([]string{"a", "b", ""}, stops))
	require.Equal(t, "µµµµµµµµµ  b        c", layOut([]string{"µµµµµµµµµ", "b", "c"}, stops))
	long := strings.Repeat("x", 70)
	require.Equal(t, long+"  b  c", layOut([]string{long, "b", "c"}, stops))
	require.Equal(t, long+"\n          bbbbbbbbb  c", layOut([]string{long, "bbbbbbbbb", "c"}, stops))
}

func TestTabStops(t *testing.T) {
	require.Equal(t, []int{0, 4, 9}, tabStops([][]string{{"µµ", "c", "d"}, {"a", "bbb", "d"}}))
}
