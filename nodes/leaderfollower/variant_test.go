//go:build mutants

package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func mutant(slug string) func(*Config) {
	return func(c *Config) { safe(c); c.Mutant = slug }
}

func TestAckLocalOnlyLosesAWrite(t *testing.T) {
	for slug, kept := range map[string]bool{"": true, "lf-ack-local-only": false} {
		b := newBench(t, 3, mutant(slug))
		b.settle()
		op := b.put1(1, 1)
		b.settleIf(without(1))
		require.Equal(t, kept, b.reply(op) == nil)
		b.crash(1)
		b.pass(2 * time.Second)
		require.Zero(t, b.shown(b.leaders()[0], 1))
	}
}

func TestNoFencingKeepsTheOldLeader(t *testing.T) {
	for slug, leaders := range map[string]int{"": 1, "lf-no-fencing": 2} {
		b := newBench(t, 3, mutant(slug))
		b.settle()
		b.passIf(2*time.Second, without(1))
		b.pass(time.Second)
		require.Len(t, b.leaders(), leaders)
	}
}

func TestSkipGapLosesAWriteOfAFollower(t *testing.T) {
	for slug, same := range map[string]bool{"": true, "lf-skip-gap": false} {
		b := newBench(t, 3, mutant(slug))
		b.settle()
		b.put1(1, 1)
		b.drop(both(to(2), isKind("ship")))
		b.put1(1, 2)
		b.pass(2 * time.Second)
		require.Equal(t, same, b.shown(1, 1) == b.shown(2, 1))
	}
}

func TestTokenThatIgnoresItsEpochServesWhatTheSessionDidNotSee(t *testing.T) {
	for slug, want := range map[string]sim.Error{"": sim.TokenLost, "lf-token-ignores-epoch": sim.NoError} {
		b := newBench(t, 3, func(c *Config) { mutant(slug)(c); c.Mode = "async" })
		tok := lose(t, b)
		b.put1(b.leaders()[0], 1)
		b.settle()
		b.wantError(b.getAt(2, 1, tok), want)
	}
}

func TestVisibleBeforeAckShowsAWriteThatIsLost(t *testing.T) {
	for slug, shown := range map[string]int{"": 0, "lf-visible-before-ack": 1} {
		b := newBench(t, 3, mutant(slug))
		b.settle()
		b.put1(1, 1)
		b.drop(isKind("ship"))
		require.Len(t, b.wantOK(b.ask(1, kv.Request{Code: sim.Get, Read: kv.AtLeader, Key: 1})).Values, shown)
	}
}

func TestSchedulesFindTheMutants(t *testing.T) {
	for _, slug := range []string{"lf-ack-local-only", "lf-no-fencing", "lf-skip-gap", "lf-visible-before-ack"} {
		wrong, seed := hunt(t, 3, 300, mutant(slug))
		require.NotEmpty(t, wrong, slug)
		t.Logf("%s: schedule %d: %s", slug, seed, wrong)
	}
}

// Tokens are lost in async mode only, where much else is, too: the hunt looks for
// what the mutant alone can do.
func TestSchedulesFindTokensServedWithoutWhatTheyName(t *testing.T) {
	for slug, want := range map[string]bool{"": false, "lf-token-ignores-epoch": true} {
		found := 0
		for seed := range 300 {
			w := wander(t, seed, 3, kv.AtReplica, func(c *Config) { mutant(slug)(c); c.Mode = "async" })
			if w.betrayed != "" {
				found++
			}
		}
		require.Equal(t, want, found > 0, "%s: %d", slug, found)
	}
}
