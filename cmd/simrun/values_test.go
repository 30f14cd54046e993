package main

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/results"
)

func TestSeedRange(t *testing.T) {
	for text, want := range map[string]seedRange{
		"5": {5, 5}, "0": {0, 0}, "1..200": {1, 200}, "7..7": {7, 7}, "1..10000000": {1, 10_000_000},
		"18446744073709551615..18446744073709551615": {1<<64 - 1, 1<<64 - 1},
	} {
		var got seedRange
		require.NoError(t, got.Set(text), text)
		require.Equal(t, want, got, text)
	}
	for text, why := range map[string]string{
		"10..1": "did you mean 1..10?", "-1..5": "is neither one seed", "1..": "is neither one seed", "..": "is neither one seed",
		"": "is neither one seed", "1-5": "is neither one seed", "1...5": "is neither one seed", "1..2..3": "is neither one seed", "1.5": "is neither one seed",
		"0..10000000": "more than 10000000 seeds", "0..18446744073709551615": "more than", "1..18446744073709551616": "is neither one seed",
	} {
		var got seedRange
		require.ErrorContains(t, got.Set(text), why, text)
		require.Zero(t, got, text)
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]size{
		"1": 1, "17B": 17, "1KiB": 1 << 10, "512MiB": 512 << 20, "2GiB": 2 << 30, "3TiB": 3 << 40,
		"100kB": 100_000, "5MB": 5_000_000, "2GB": 2_000_000_000, "1TB": 1e12, "9223372036854775807": 1<<63 - 1,
	} {
		var got size
		require.NoError(t, got.Set(text), text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "0", "0GiB", "-1", "1KB", "1kiB", "GiB", "1.5GiB", "1GiBGiB", "1 GiB", "1TiBk"} {
		var got size
		require.ErrorContains(t, got.Set(text), "the units are B, kB, MB, GB, TB, KiB, MiB, GiB, TiB", text)
	}
	for _, text := range []string{"9223372036854775808", "99999999999GiB", "9223372036854775808kB", "99999999999999999999999"} {
		var got size
		require.ErrorContains(t, got.Set(text), "is too large", text)
	}
}

func TestWhole(t *testing.T) {
	for text, want := range map[string]whole{"0": 0, "7": 7, "18446744073709551615": 1<<64 - 1} {
		var got whole
		require.NoError(t, got.Set(text), text)
		require.Equal(t, want, got, text)
	}
	for text, why := range map[string]string{
		"-1": "is not a whole number from 0 on", "": "is not a whole", "1.5": "is not a whole",
		"0x7": "is not a whole", "18446744073709551616": "is too large; at most 18446744073709551615",
	} {
		got := whole(3)
		require.ErrorContains(t, got.Set(text), why, text)
		require.Equal(t, whole(3), got, text)
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "90s": 90 * time.Second, "1h30m": 90 * time.Minute} {
		var got span
		require.NoError(t, got.Set(text), text)
		require.Equal(t, want, time.Duration(got), text)
	}
	for _, text := range []string{"", "5", "5x", "-1s", "s"} {
		var got span
		require.EqualError(t, got.Set(text), "is not a duration, such as 90s or 1h30m", text)
	}
}

func TestSplitValues(t *testing.T) {
	for text, want := range map[string][]string{
		"1":                  {"1"},
		"1,2,3":              {"1", "2", "3"},
		"[1,2],[3]":          {"[1,2]", "[3]"},
		"{a: 1, b: [2,3]},4": {"{a: 1, b: [2,3]}", "4"},
		`"a,b",'c,d',e`:      {`"a,b"`, `'c,d'`, "e"},
		"1,":                 {"1", ""},
		`"[",2`:              {`"["`, "2"},
	} {
		require.Equal(t, want, splitValues(text), text)
	}
}

// What a shell makes of a printed command is what was typed.
func TestShellWord(t *testing.T) {
	require.Equal(t, "simrun run x.yaml --set 'protocol={kind: dynamo}' '' 'it'\\''s'",
		commandLine([]string{"run", "x.yaml", "--set", "protocol={kind: dynamo}", "", "it's"}))
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z'" $\\*]{0,12}`).Draw(t, "word")
		require.Equal(t, word, unquoted(shellWord(word)))
	})
}

// unquoted undoes single quotes and backslashes as a shell does.
func unquoted(text string) string {
	var out []byte
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\'':
			inside = !inside
		case text[i] == '\\' && !inside:
			i++
			out = append(out, text[i])
		default:
			out = append(out, text[i])
		}
	}
	return string(out)
}

func TestConclude(t *testing.T) {
	for _, test := range []struct {
		err  error
		code int
		says string
	}{
		{nil, 0, ""},
		{ended(results.ExitExpected), 0, ""},
		{ended(results.ExitBroken), 1, ""},
		{fmt.Errorf("wrapped: %w", ended(results.ExitInterrupted)), 130, ""},
		{errors.New("there is no such flag"), 2, "simrun: there is no such flag\n"},
		{unsound{errors.New("a.yaml:1:1: bad\na.yaml:2:1: worse")}, 2, "a.yaml:1:1: bad\na.yaml:2:1: worse\n"},
	} {
		var said bytes.Buffer
		require.Equal(t, test.code, conclude(&said, test.err))
		require.Equal(t, test.says, said.String())
	}
}

func TestConfess(t *testing.T) {
	var said bytes.Buffer
	require.Equal(t, 5, confess(&said, []string{"run", "a b.yaml", "--seed", "7"}, "index out of range"))
	line, _, _ := bytes.Cut(said.Bytes(), []byte("\n"))
	require.Equal(t, "simrun: the engine broke its promise: panic: index out of range; "+
		"it happens again with: simrun run 'a b.yaml' --seed 7", string(line))
}
