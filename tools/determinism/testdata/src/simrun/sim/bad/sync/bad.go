package sync

import (
	_ "golang.org/x/sync/errgroup" // want `sync: golang.org/x/sync/errgroup inside a run nothing is concurrent`
	_ "sync"                       // want `sync: sync inside a run nothing is concurrent`
	_ "sync/atomic"                // want `sync: sync/atomic`
)
