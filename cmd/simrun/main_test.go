package main

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"simrun": main, "dawdle": dawdle})
}

// dawdle is a program whose work does not end when it is asked to.
func dawdle() {
	stop := (&bounds{}).start()
	defer stop.release()
	fmt.Println("working")
	<-stop.Done()
	fmt.Println("asked to stop")
	time.Sleep(time.Minute)
}

// TestScripts runs the built program. Scripts have two commands of their own:
//
//	exits CODE PROGRAM ARGS...   run a program, which must exit with the code
//	replays CODE                 run the first command that the last output gives for a replay
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TERM", "xterm")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "replays": replays},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	mustExit(ts, args[0], args[1:])
}

func mustExit(ts *testscript.TestScript, want string, command []string) {
	code, err := 0, ts.Exec(command[0], command[1:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != want {
		ts.Fatalf("%q exited with %d, not %s\n%s%s", command, code, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

var replayLine = regexp.MustCompile(`(?m)replay"?: "?(simrun .*?)"?,?$`)

func replays(ts *testscript.TestScript, neg bool, args []string) {
	found := replayLine.FindStringSubmatch(ts.ReadFile("stdout"))
	if neg || len(args) != 1 || found == nil {
		ts.Fatalf("usage: replays CODE, after a command that prints a replay")
	}
	mustExit(ts, args[0], []string{"sh", "-c", found[1]})
}
