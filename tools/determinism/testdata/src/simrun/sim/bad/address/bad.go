package address

import (
	"fmt"
	"reflect"
	"unsafe"
	_ "weak" // want `address: weak shows when the garbage collector ran`
)

const format = "at %8p"

func logf(string, ...any) {}

func where(x *int) {
	_ = uintptr(unsafe.Pointer(x))    // want `address: a pointer made into a number differs from run to run`
	_ = fmt.Sprintf("%d at %p", 1, x) // want `address: %p prints an address`
	_ = fmt.Errorf(format, x)         // want `address: %p`
	logf("%#[1]p", x)                 // want `address: %p`
	_ = reflect.ValueOf(x).Pointer()  // want `address: Value.Pointer is an address`
}
