package linkname

import _ "unsafe"

//go:linkname nanotime runtime.nanotime // want `linkname: go:linkname reaches what the other rules hide`
func nanotime() int64
