//go:build !js

package etcdraft

import (
	"fmt"

	"go.etcd.io/raft/v3"
)

// silent is the library's logger: what it would print is in the trace. Its panics are findings.
type silent struct{}

var _ raft.Logger = silent{}

func (silent) Debug(...any)            {}
func (silent) Debugf(string, ...any)   {}
func (silent) Error(...any)            {}
func (silent) Errorf(string, ...any)   {}
func (silent) Info(...any)             {}
func (silent) Infof(string, ...any)    {}
func (silent) Warning(...any)          {}
func (silent) Warningf(string, ...any) {}
func (silent) Fatal(v ...any)          { panic(fmt.Sprint(v...)) }
func (silent) Fatalf(format string, v ...any) {
	panic(fmt.Sprintf(format, v...))
}
func (silent) Panic(v ...any) { panic(fmt.Sprint(v...)) }
func (silent) Panicf(format string, v ...any) {
	panic(fmt.Sprintf(format, v...))
}
