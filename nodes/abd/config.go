package abd

import (
	"fmt"
	"time"

	"simrun/nodes/internal/quorum"
	"simrun/sim"
)

// Config is how the registers are kept. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	WriteBack string        `yaml:"write_back" default:"always" one:"always|unless-agreed|never" doc:"whether a read gives what it found to a majority before it returns it: always; unless all that it heard have it already; never, which makes reads regular only, not atomic"`
	Writers   string        `yaml:"writers" default:"many" one:"many|one" doc:"who writes: any client, which asks a majority for the highest tag first; or one client alone, which numbers its writes itself"`
	Resend    time.Duration `yaml:"resend" default:"100ms" min:"10us" doc:"a client asks again those that have not answered for so long; a failed sync is tried again after it"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{WriteBack: "always", Writers: "many", Resend: 100 * time.Millisecond}
}

// Fits judges the configuration against the number of replicas.
func (c Config) Fits(members int) error {
	if members < 1 || members > quorum.MaxMembers {
		return fmt.Errorf("there are %d nodes: there must be 1 to %d", members, quorum.MaxMembers)
	}
	return nil
}

// Supports tells whether the store has such an op.
func Supports(code sim.Code) bool { return code == sim.Get || code == sim.Put || code == sim.Delete }
