package main

import (
	"fmt"
	"time"

	"golang.org/x/term"

	"simrun/reports"
)

// How often progress is told: on a terminal by rewriting one line, elsewhere by
// plain lines.
const (
	livePeriod  = 100 * time.Millisecond
	plainPeriod = 5 * time.Second
)

// follow tells of progress until the returned function is called. Work that is
// done before the first period has passed is not mentioned.
func (c *console) follow(text func(elapsed time.Duration) string) (stop func()) {
	if c.quiet {
		return func() {}
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		c.tick(quit, text)
	}()
	return func() {
		close(quit)
		<-done
	}
}

func (c *console) tick(quit <-chan struct{}, text func(elapsed time.Duration) string) {
	period := plainPeriod
	if c.live {
		period = livePeriod
		defer fmt.Fprint(c.err, "\r\x1b[K")
	}
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for start := time.Now(); ; {
		select {
		case <-quit:
			return
		case <-ticker.C:
			c.status(text(time.Since(start).Truncate(time.Second)))
		}
	}
}

// status shows a line of progress, cut to the width of the terminal.
func (c *console) status(line string) {
	if !c.live {
		fmt.Fprintln(c.err, line)
		return
	}
	if width, _, err := term.GetSize(int(c.err.Fd())); err == nil && width > 1 {
		line = reports.Clip(line, width-1)
	}
	fmt.Fprint(c.err, "\r\x1b[K"+line)
}
