package strict_test

import (
	"fmt"
	"time"

	"simrun/scenarios/internal/strict"
)

func ExampleDecode() {
	var into struct {
		R       int           `yaml:"r" default:"2" min:"1" doc:"replicas that a read waits for"`
		Quorum  string        `yaml:"quorum" default:"strict" one:"strict|sloppy" doc:"how quorums are met"`
		Timeout time.Duration `yaml:"timeout" default:"100ms" doc:"how long a client waits"`
	}
	_, problems := strict.Decode("quorum.yaml", []byte("quorm: strict\ntimeout: 2\nr: three\n"), &into, strict.Options{})
	fmt.Println(problems)
	// Output:
	// quorum.yaml:1:1: quorm: unknown key; did you mean "quorum"?
	// quorum.yaml:2:10: timeout: "2" has no unit; did you mean "2ms"?
	// quorum.yaml:3:4: r: "three" is not a whole number
}
