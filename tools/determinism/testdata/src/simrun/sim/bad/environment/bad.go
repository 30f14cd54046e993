package environment

import (
	_ "expvar" // want `environment: expvar`
	_ "flag"   // want `environment: flag reads the command line`
	"fmt"
	"math/bits"
	_ "net"       // want `environment: net reads the machine`
	_ "net/http"  // want `environment: net/http`
	_ "os"        // want `environment: os reads the machine`
	_ "os/exec"   // want `environment: os/exec`
	_ "os/signal" // want `environment: os/signal`
	"runtime"
	_ "runtime/debug" // want `environment: runtime/debug reads the process`
	"strconv"
	_ "syscall" // want `environment: syscall`
	_ "testing" // want `environment: testing`
)

func width() (n int) {
	n += runtime.NumCPU()       // want `environment: runtime.NumCPU reads the machine`
	n += runtime.GOMAXPROCS(0)  // want `environment: runtime.GOMAXPROCS`
	n += runtime.NumGoroutine() // want `environment: runtime.NumGoroutine`
	if runtime.GOARCH == "js" { // want `environment: runtime.GOARCH`
		n += strconv.IntSize // want `environment: IntSize differs between 386 and amd64`
	}
	n += bits.UintSize // want `environment: UintSize differs`
	fmt.Scan(&n)       // want `environment: fmt.Scan reads standard input`
	return n
}
