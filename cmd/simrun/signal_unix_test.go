//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// endless is a scenario whose sweep takes hours.
const endless = `
name: endless
about: takes long
protocol: {kind: dynamo, n: 3, r: 2, w: 2}
workload: {kind: readwrite, clients: 3, rate: 100/s, keys: 5, timeout: 100ms}
duration: 2s
`

// An interrupt stops the work; what there is by then is reported.
func TestInterrupt(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		code, report, said := interrupted(t, signal, "sweep", "--seeds", "1..9999999")
		require.Equal(t, 130, code, said)
		require.Contains(t, said, "interrupted after")
		require.Contains(t, report, "endless: takes long")
	}
	code, report, said := interrupted(t, syscall.SIGINT, "run", "--set", "duration=1000h", "--set", "workload.rate=10/s")
	require.Equal(t, 130, code, said)
	require.Contains(t, said, "interrupted; the report is partial")
	require.Contains(t, report, "endless: takes long")
}

// What was measured by the interrupt is reported. On a busy machine that may be nothing
// yet: then it is left more time.
func TestInterruptedMeasurement(t *testing.T) {
	for work := 200 * time.Millisecond; ; work *= 4 {
		code, report, said := interrupt(t, syscall.SIGINT, t.TempDir(), work, "quorum", "--trials", "1000000000")
		require.Equal(t, 130, code, said)
		if strings.Contains(said, "interrupted after 0 of 1000000000 trials") && work < 10*time.Second {
			continue
		}
		require.Regexp(t, `interrupted after [1-9]\d* of 1000000000 trials`, said)
		require.Contains(t, report, "99.9 % after")
		return
	}
}

// interrupted starts a command on the endless scenario and interrupts it.
func interrupted(t *testing.T, signal syscall.Signal, command string, flags ...string) (code int, report, said string) {
	folder := t.TempDir()
	file := filepath.Join(folder, "endless.yaml")
	require.NoError(t, os.WriteFile(file, []byte(endless), 0o600))
	return interrupt(t, signal, folder, 200*time.Millisecond, append([]string{command, file}, flags...)...)
}

// interrupt starts a command, sends it a signal once it has worked for a while, and
// returns how it ended.
func interrupt(t *testing.T, signal syscall.Signal, folder string, work time.Duration, args ...string) (code int, report, said string) {
	out := filepath.Join(folder, "report")
	cmd := exec.Command("simrun", append(args, "--output", out)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	working := func() bool { // the draft of the report is there
		drafts, _ := filepath.Glob(filepath.Join(folder, ".report.*"))
		return len(drafts) == 1
	}
	require.Eventually(t, working, 10*time.Second, 5*time.Millisecond)
	time.Sleep(work)
	require.NoError(t, cmd.Process.Signal(signal))
	var exit *exec.ExitError
	if err := cmd.Wait(); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	text, _ := os.ReadFile(out)
	return code, string(text), stderr.String()
}

// TestSecondInterrupt: the first one leaves the program time to end its work, a second
// one ends it at once.
func TestSecondInterrupt(t *testing.T) {
	cmd := exec.Command("dawdle")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := bufio.NewScanner(out)
	require.True(t, said.Scan())
	require.Equal(t, "working", said.Text())
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	require.True(t, said.Scan(), "the first one does not end it")
	require.Equal(t, "asked to stop", said.Text())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for { // it takes a moment until it no longer listens
		if err := cmd.Process.Signal(syscall.SIGINT); !errors.Is(err, os.ErrProcessDone) {
			require.NoError(t, err)
		}
		select {
		case err := <-ended:
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, syscall.SIGINT, exit.Sys().(syscall.WaitStatus).Signal())
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}
