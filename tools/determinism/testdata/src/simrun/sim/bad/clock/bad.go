package clock

import (
	_ "log"      // want `clock: log stamps its lines with the wall clock`
	_ "log/slog" // want `clock: log/slog stamps`
	"time"
	. "time"
)

type stamped struct {
	at time.Time // want `clock: time.Time belongs to the wall clock`
}

func wait(d time.Duration) {
	start := time.Now()    // want `clock: time.Now belongs to the wall clock: take the time from Env`
	_ = time.Since(start)  // want `clock: time.Since`
	_ = time.Until(start)  // want `clock: time.Until`
	time.Sleep(d)          // want `clock: time.Sleep`
	_ = time.NewTimer(d)   // want `clock: time.NewTimer`
	_ = time.NewTicker(d)  // want `clock: time.NewTicker`
	time.AfterFunc(d, nil) // want `clock: time.AfterFunc`
	_ = time.Unix(0, 0)    // want `clock: time.Unix`
	_ = time.Local         // want `clock: time.Local`
	later := time.Now      // want `clock: time.Now`
	_, _ = later, Now()    // want `clock: time.Now`
	time.After(d)          // want `clock: time.After` `channel: no channel`
	time.Tick(d)           // want `clock: time.Tick` `channel: no channel`
}
