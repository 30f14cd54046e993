package main

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// told follows work of a given length and returns what was said about it.
func told(t *testing.T, c *console, work time.Duration) string {
	file := filepath.Join(t.TempDir(), "stderr")
	var err error
	c.err, err = os.Create(file)
	require.NoError(t, err)
	stop := c.follow(func(elapsed time.Duration) string { return "working " + elapsed.String() })
	time.Sleep(work)
	stop()
	require.NoError(t, c.err.Close())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		require.Empty(t, told(t, &console{}, 4*time.Second), "short work is not mentioned")
		require.Equal(t, "working 5s\nworking 10s\n", told(t, &console{}, 12*time.Second))
		require.Empty(t, told(t, &console{quiet: true}, time.Minute))
		require.Equal(t, "\r\x1b[Kworking 0s\r\x1b[Kworking 0s\r\x1b[K", told(t, &console{live: true}, 250*time.Millisecond))
	})
}

func TestSweepStatus(t *testing.T) {
	require.Equal(t, "sweep x: 0 of 100 runs, 5s", status("sweep x", 0, 100, "runs", 5*time.Second))
	require.Equal(t, "sweep x: 25 of 100 runs, 5s, about 15s left", status("sweep x", 25, 100, "runs", 5*time.Second))
	require.Equal(t, "sweep x: 100 of 100 runs, 20s", status("sweep x", 100, 100, "runs", 20*time.Second))
}
