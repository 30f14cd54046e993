package context

import "context" // want `context: context carries deadlines and cancellation from outside the run`

func wait(context.Context) {}
