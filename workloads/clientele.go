package workloads

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim/random"
)

// Clientele is how many clients there are and when they act, alike in every workload
// whose clients may be paced either way.
type Clientele struct {
	Clients  int         `yaml:"clients" default:"4" min:"1" max:"1000" doc:"how many clients, named c1, c2, ..."`
	Pace     string      `yaml:"pace" default:"open" one:"open|closed" doc:"open: on schedule, whatever the replies; closed: each session waits for the end of its task (in readwrite a task is one op), then thinks"`
	Arrivals string      `yaml:"arrivals" default:"poisson" one:"poisson|even" doc:"open pace: random gaps, or all gaps equal"`
	Think    random.Spec `yaml:"think" doc:"closed pace: time between the end of a task and the next (default none)"`
	Sessions int         `yaml:"sessions" default:"1" min:"1" max:"256" doc:"tasks that one client may have under way; those of one session follow each other"`
	Roam     int         `yaml:"roam" default:"0" min:"0" doc:"after so many tasks a session is sent to the servers of the next datacentre, as by a load balancer, and carries its token along; its messages travel as before, from where its client stands. 0 is never"`
}

// Count implements Workload.
func (c *Clientele) Count() int { return c.Clients }

// sound judges what says when clients act, at a rate.
func (c *Clientele) sound(rate random.Rate) error {
	return checkPace(rate, c.Clients, c.Pace, c.Think)
}

// tasks estimates how many are taken up in a time, when one takes at least so long.
func (c *Clientele) tasks(work, each time.Duration, rate random.Rate) int64 {
	return tasksIn(work, each, rate, c.Pace, c.Think, c.Clients*c.Sessions)
}

// connect makes a session's connections: to its own datacentre and, where it roams, to
// the others.
func (c *Clientele) connect(o *Options) (stores []kv.Client) {
	stores = append(stores, o.Connect())
	if c.Roam > 0 {
		for _, connect := range o.Elsewhere {
			stores = append(stores, connect())
		}
	}
	return stores
}

// pacing is the pace of one client, at a rate of all together.
func (c *Clientele) pacing(rate random.Rate) pacing {
	p := pacing{clients: uint32(c.Clients), closed: c.Pace == "closed", ops: 1, roam: uint32(c.Roam)}
	p.gap, _ = gapsOf(rate, c.Clients, c.Arrivals)
	if p.closed {
		p.think, _ = c.Think.Compile()
	}
	return p
}
