// Package versions keeps what a key holds as a set of versions, under one of several
// rules: causal, where concurrent versions stay side by side as siblings (dotted
// version vectors: Almeida, Baquero, Gonçalves, Preguiça and Fonte, DAIS 2014);
// last-write-wins, where the greatest timestamp stays alone; vectors, where one
// version vector stands for all siblings of the key; and dots, where a context of its
// own says what a key has seen, so that what it has seen and does not hold is gone.
//
// Sets and contexts are values: nothing here changes one in place, so they may be
// shared between replicas' states and messages.
//
// A causal context is a version vector: it stands for all of an actor's writes to
// the key up to a counter. That is exact only while whoever has seen one write of
// an actor has also seen, or seen replaced, its earlier ones. Here it always is,
// because every write of an actor replaces the one before, of those that ever were
// anywhere: a [Writer] takes as many actors for a key as it has writes there that do not
// replace each other. These are
// the chain clocks of Agarwal and Garg (PODC 2005). A writer that forgets must
// become another one.
//
// Under vectors the actors are the homes that coordinate puts, as in Riak 1.x: each
// put advances the home's entry in the key's vector. A vector without dots cannot
// tell which of the siblings a context stands for, only whether for all. So a put
// whose context is older than the vector joins all of them, those included that its
// writer had read or written: false concurrency. Two clients that alternate, neither
// reading in between, add a sibling with each put (Preguiça, Baquero, Almeida, Fonte
// and Gonçalves, "Dotted Version Vectors: Logical Clocks for Optimistic Replication",
// 2010, section 3; Riak's documentation: sibling explosion).
package versions
