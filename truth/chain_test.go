package truth

import "testing"

// A chain is linearizable and keeps every promise of a replicated log, at the tail and with CRAQ
// (van Renesse and Schneider 2004, section 4; Terrace and Freedman 2009, section 2.3).
func TestChainsHoldWhateverGoesWrong(t *testing.T) { holds(t, "chain", 40, 100_000) }
