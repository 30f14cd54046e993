package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"simrun/scenarios"
)

// bounds are what may stop a run before its end.
type bounds struct {
	budget    time.Duration
	maxEvents positive
	maxMemory size
}

// flags adds the flags to a command.
func (b *bounds) flags(cmd *cobra.Command) {
	cmd.Flags().Var((*span)(&b.budget), "budget", "stop after so long, such as 5m, and report what there is")
	cmd.Flags().Var(&b.maxEvents, "max-events", "stop a run after so many events")
	cmd.Flags().Var(&b.maxMemory, "max-memory", "stop a run that needs more memory, such as 512MiB or 2GiB")
}

// stopper knows when to stop, and why.
type stopper struct {
	context.Context
	asked   context.Context // done when the user interrupts
	stopped atomic.Bool
	release func()
}

// start begins the budget and listens for signals. The first one stops the work
// and a second one ends the program.
func (b *bounds) start() *stopper {
	s := &stopper{release: func() {}}
	asked, deaf := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	s.asked, s.Context, s.release = asked, asked, deaf
	context.AfterFunc(asked, deaf)
	if b.budget > 0 {
		timed, cancel := context.WithTimeout(asked, b.budget)
		s.Context, s.release = timed, func() { cancel(); deaf() }
	}
	context.AfterFunc(s.Context, func() { s.stopped.Store(true) })
	return s
}

// interrupted tells whether the user asked to stop.
func (s *stopper) interrupted() bool { return s.asked.Err() != nil }

// spent tells whether the budget ended the work.
func (s *stopper) spent() bool { return s.Err() != nil && !s.interrupted() }

// limits are the bounds as runs take them.
func (b *bounds) limits(s *stopper) scenarios.Limits {
	return scenarios.Limits{MaxEvents: uint64(b.maxEvents), MaxMemory: int64(b.maxMemory), Interrupted: s.stopped.Load}
}
