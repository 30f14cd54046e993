// Package versions keeps what a key holds as a set of versions, under one of two
// rules: causal, where concurrent versions stay side by side as siblings (dotted
// version vectors: Almeida, Baquero, Gonçalves, Preguiça and Fonte, DAIS 2014),
// and last-write-wins, where the greatest timestamp stays alone.
//
// Sets and contexts are values: nothing here changes one in place, so they may be
// shared between replicas' states and messages.
//
// A causal context is a version vector: it stands for all of an actor's writes to
// the key up to a counter. That is exact only while whoever has seen one write of
// an actor has also seen, or seen replaced, its earlier ones. Here it always is,
// because every write of an actor replaces the one before: a [Writer] takes as many
// actors for a key as it has writes there that do not replace each other. These are
// the chain clocks of Agarwal and Garg (PODC 2005). A writer that forgets must
// become another one.
package versions
